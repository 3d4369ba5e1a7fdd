"""The output of the commands, at any width and in a pipe: every figure is beside its name."""

import os
import re
import subprocess
import sys
from functools import cache
from io import StringIO
from itertools import product

import pytest
from rich.console import Console

from benchmarks import terminal
from benchmarks.analysis.results import Results
from benchmarks.bench import measurements
from benchmarks.campaigns import terminal_table
from benchmarks.findings import baseline
from benchmarks.generator.histogram import Histogram
from benchmarks.management.commands.bench import cost_table, ratio_table
from lab.techniques import TECHNIQUES
from support.fake_results import all_techniques, make_folder, make_run
from support.processes import COMMAND, ROOT

WIDTHS = 40, 80, 200
LABELS = (
    None,
    "interval 0.25",
    "interval 2",
    "a point named in several long words, one unspeakablylongword among them",
)


def shown(width, *parts):
    """Return the lines in which a terminal of this width shows tables and sentences."""
    console = Console(width=width, file=StringIO())
    terminal.show(*parts, console=console)
    return [line.rstrip() for line in console.file.getvalue().splitlines() if line.strip()]


@cache
def figures_of(techniques, labels):
    """Return table.rows of made-up runs, each with different figures."""
    runs = []
    for number, (label, name) in enumerate(product(labels, techniques), 1):
        run, _deliveries = make_run(name, point=labels.index(label), label=label)
        latencies = Histogram(number * 1.2345 * share for share in range(1, 1001)).encoded
        run |= {"histogram": latencies, "arrived": 100 + number, "requests": 123_456 + number, "lossy": False}
        runs.append(run)
    return terminal_table.summarize(runs)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("labels", [LABELS[:1], LABELS[1:3], LABELS[2:], LABELS[1:]], ids=len)
@pytest.mark.parametrize("techniques", [tuple(TECHNIQUES[:count]) for count in (1, 2, 4)], ids=len)
def test_every_figure_of_a_comparison_has_its_name(width, labels, techniques):
    figures = figures_of(techniques, labels)
    (printed, *_sentences) = terminal_table.parts(figures, width)
    lines = shown(width, printed)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    turned = "IP/s" in text
    rows = terminal_table.COLUMNS if turned else terminal_table.ROWS
    for row in figures.values():
        assert row["name"] in text
        assert all(word in text for word in (row["label"] or "").split())
        for label, write in terminal_table.ROWS.items():
            if label in rows:
                assert re.search(rf"(^|\s){re.escape(write(row))}(\s|$)", text, re.MULTILINE), label
    for name in rows.values() if turned else rows:
        assert name in text
    lines = text.partition("IP: bytes per delivery")[0].splitlines()
    assert [line for line in lines if re.search(r"\d", line) and not re.match(r"\s*[A-Za-z]", line)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_figure_of_a_baseline_and_of_the_bench_has_its_name(width, tmp_path):
    now = Results.load(make_folder(tmp_path / "now", all_techniques()))
    changes = baseline.changes(now, Results.load(make_folder(tmp_path / "before", all_techniques())))
    measured = {name: [12_345.678, 23_456.789] for name in measurements.MEASUREMENTS}
    for printed, names in (
        (baseline.table(changes), [word for change in changes for word in change.title.split()]),
        (
            cost_table(measured),
            [word for _unit, what, _measure in measurements.MEASUREMENTS.values() for word in what.split()],
        ),
        (ratio_table(measured), ["reached", "target"]),
    ):
        lines = shown(width, printed)
        assert max(map(len, lines)) <= width
        assert [name for name in names if name not in "\n".join(lines)] == []
        for figure in ("23,456.8", "12,345.7") if printed.title and "Medians" in printed.title else ():
            assert figure in "\n".join(lines)


@pytest.mark.server
@pytest.mark.parametrize("width", WIDTHS)
def test_the_advice_in_a_pipe_names_every_figure(width):
    environment = os.environ | {"COLUMNS": str(width)}
    command = [sys.executable, "manage.py", "advise"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    assert done.returncode == 0, done.stderr
    for name in (*TECHNIQUES, "latency of 99 in 100, ms", "cost, multiple of the best"):
        assert name in done.stdout
    figures = re.split(r"\n(?:Use|Too close)", done.stdout.split("fast enough")[1])[0]  # the verdict names a margin
    assert all(re.match(r"\s*[a-z]", line) for line in figures.splitlines()[1:] if re.search(r"\d", line))
