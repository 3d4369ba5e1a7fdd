"""The measurements in scripts: JSON with a schema, one line with --quiet, and colours only where they are wanted."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import load, report
from benchmarks.bench import measurements, wire_cost
from benchmarks.campaigns import results_dir
from benchmarks.campaigns.campaign import Campaign
from benchmarks.management.commands import advise, bench, compare
from benchmarks.scenarios.settings import POINT_SETTINGS, ComparisonError
from support.processes import COMMAND, ROOT
from support.results_schema import problems

SCENARIO = """\
purpose = "One technique, for a moment."
prediction = "It can be read by a program."
techniques = ["sse"]
clients = 4
rooms = 2
rate = 20.0
warmup = 0.2
duration = 0.5
"""
OLD = Path(__file__).parent / "old_results"
ESCAPE = "\x1b"


def manage(*arguments, **environment):
    """Run a command of the lab; return what it writes to standard output and to standard error."""
    command = [sys.executable, "manage.py", *arguments]
    environment = os.environ | {"PYTHONWARNINGS": ""} | environment
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=2 * COMMAND)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Make a short comparison; return (folder of the results, standard output, standard error)."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "moment.toml").write_text(SCENARIO)
    shown = manage("compare", "--scenario", folder / "moment.toml", "--out", folder, "--bare", "--json")
    (results,) = folder.glob("*-moment")
    return results, *shown


@pytest.mark.server
def test_a_comparison_prints_one_json_object_and_nothing_else(compared):
    folder, shown, beside = compared
    known = json.loads(shown)
    assert beside == ""
    assert known["folder"] == str(folder.resolve())
    assert known["report"] == (folder / "report.html").resolve().as_uri()
    assert (folder / "report.html").is_file()
    assert known["summary"]["sse"]["delivered"] > 0
    assert known["summary"]["sse"]["latency_ms"]["p50"] > 0


@pytest.mark.server
def test_real_results_follow_the_published_schema(compared):
    results = json.loads((compared[0] / "results.json").read_text())
    assert next(iter(results)) == "format"
    assert problems(results) == []


@pytest.mark.server
def test_a_quiet_comparison_prints_only_the_address_of_the_report(compared):
    shown, beside = manage("compare", "--resume", compared[0], "--quiet")
    assert (shown, beside) == ((compared[0] / "report.html").resolve().as_uri() + "\n", "")


def test_results_of_an_older_version_follow_the_schema_except_for_the_number():
    results = json.loads((OLD / "results.json").read_text())
    assert problems(results) == [': "format" is a required property']
    assert problems(results | {"format": results_dir.FORMAT}) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latency_ms", {"p50": "fast"}),
        ("valid", "yes"),
        ("lost", -1),
        ("tcp_bytes", {"up": 1.5, "down": 0}),
        ("flags", 7),
    ],
)
def test_the_schema_refuses_invalid_results(field, value):
    results = json.loads((OLD / "results.json").read_text()) | {"format": results_dir.FORMAT}
    results["runs"][0][field] = value
    assert any(problem.startswith(f"runs/0/{field}") for problem in problems(results))
    del results["runs"][0][field]
    assert problems(results) == [f'runs/0: "{field}" is a required property']


@pytest.mark.parametrize("number", [results_dir.FORMAT + 1, "new"])
def test_results_of_a_later_format_are_refused_in_one_sentence(tmp_path, number):
    folder = shutil.copytree(OLD, tmp_path / "later")
    results = json.loads((folder / "results.json").read_text())
    (folder / "results.json").write_text(json.dumps(results | {"format": number}))
    words = f"their format is {number!r}, and this version of the lab reads formats up to {results_dir.FORMAT}"
    with pytest.raises(ValueError, match=words):
        load(folder)
    with pytest.raises(ComparisonError, match=words):
        Campaign.resume(folder)
    with pytest.raises(SystemExit, match=words):
        report.main([folder])


@pytest.mark.server
def test_advice_is_one_json_object_or_its_verdict():
    known = json.loads(manage("advise", "--json")[0])
    assert {option["technique"] for option in known["options"]} >= set(known["take"]) > set()
    assert known["question"]["clients"] == 100
    assert manage("advise", "--quiet") == (f"{known['verdict']}\n", "")


def test_the_bench_as_json_has_all_its_figures_and_names_what_misses_its_target():
    figures = {name: [2.0, 4.0] for name in measurements.MEASUREMENTS}
    wire = [{"added_ms": 2 * wire_cost.TARGETS["added_ms"], "deliveries": 10 * wire_cost.TARGETS["deliveries"]}]
    known = json.loads(json.dumps(bench.as_json(2, figures, wire)))
    assert set(known["measured"]) == set(measurements.MEASUREMENTS)
    assert all(each["values"] == [2.0, 4.0] and "unit" in each for each in known["measured"].values())
    missed = [target for target in known["targets"] if not target["reached"]]
    lines = bench.missed(figures, wire)
    assert len(lines) == len(missed) > 0
    assert all(line.startswith(f"missed: {target['name']}: ") for line, target in zip(lines, missed, strict=True))
    assert "ms added to a round trip" in lines[-1]


@pytest.mark.server
def test_colours_are_left_out_by_option_and_by_environment():
    coloured = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": ""}  # as in a terminal
    assert ESCAPE in manage("advise", **coloured)[0]
    assert ESCAPE not in manage("advise", **coloured | {"NO_COLOR": "1"})[0]
    assert ESCAPE not in manage("advise", "--no-color", **coloured)[0]


def opened(folder, tmp_path, terminal):
    """Continue a complete comparison with --open; return the address that a browser is called with, if any."""
    note, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{note}"\n')
    browser.chmod(0o755)
    environment = os.environ | {"BROWSER": f"{browser} %s", "DISPLAY": ":0"}
    command = [sys.executable, "manage.py", "compare", "--resume", folder, "--open"]
    ours, theirs = pty.openpty()
    try:
        stdout = theirs if terminal else subprocess.DEVNULL
        subprocess.run(command, cwd=ROOT, env=environment, stdout=stdout, timeout=COMMAND, check=True)
    finally:
        os.close(ours)
        os.close(theirs)
    return note.read_text() if note.exists() else None


@pytest.mark.server
@pytest.mark.parametrize("terminal", [True, False])
def test_the_report_opens_in_a_browser_only_in_a_terminal(compared, tmp_path, terminal):
    address = (compared[0] / "report.html").resolve().as_uri()
    assert opened(compared[0], tmp_path, terminal) == (address if terminal else None)


@pytest.mark.parametrize("command", [compare, advise, bench], ids=lambda module: module.__name__.split(".")[-1])
def test_help_is_in_whole_sentences_that_name_the_default(command):
    parser = command.Command().create_parser("manage.py", "help")
    options = {action.dest: action for action in parser._actions}
    django = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "skip_checks"}
    own = {name: action for name, action in options.items() if name not in django | {"no_color", "force_color"}}
    assert {"json", "quiet"} <= set(own)
    for name, action in own.items():
        assert action.help[0].isupper(), name
        assert action.help.endswith("."), name
        assert action.nargs == 0 or name in ("resume", "baseline") or "The default is " in action.help, name


def test_the_help_of_set_lists_the_settings():
    text = compare.Command().create_parser("manage.py", "compare").format_help()
    assert all(f"{name} (" in " ".join(text.split()) for name in POINT_SETTINGS)
