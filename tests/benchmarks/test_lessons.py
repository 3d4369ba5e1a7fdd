"""The lessons: each has the same parts and no outputs, and its short form runs from the first cell to the last."""

import math
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest

from notebooks import limits
from support.processes import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXECUTED = ROOT / "notebooks" / "executed"
PARTS = ("Prediction", "The bytes on the wire", "Measurement", "Remember", "Exercises")  # in this order
LINES_MAX = 15  # of code in a cell
RUNS = "test_a_lesson_runs"
PATIENCE = 1_000  # seconds for one lesson; a quiet machine needs less than a tenth of it


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_goes_from_question_to_exercises(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    places = [text.index("**Question.**"), *(text.index(f"## {part}") for part in PARTS)]
    assert places == sorted(places)
    assert text.count("<details><summary>Answer") == 1, "the answers are folded"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_committed_without_outputs_and_in_small_cells(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert len(cell.source.split("\n")) <= LINES_MAX


@pytest.fixture(scope="module")
def runs(request):
    """Return {lesson: future of its run} of the selected lessons; two run at a time, because they mostly wait."""
    items = [item for item in request.session.items if getattr(item, "originalname", "") == RUNS]
    paths = [item.callspec.params["path"] for item in items]
    with ThreadPoolExecutor(2) as pool:
        yield {path: pool.submit(run, path) for path in paths}
        pool.shutdown(cancel_futures=True)


def run(path):
    command = [sys.executable, "notebooks/run.py", path.stem]
    environment = os.environ | {"LESSON": "short"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.server
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs(path, runs):
    done = runs[path].result()
    assert done.returncode == 0, done.stdout + done.stderr
    executed = EXECUTED / f"{path.stem}.html"
    page = executed.read_text()
    plots = sum("image/png" in output.get("data", {}) for output in outputs(executed.with_suffix(".ipynb")))
    assert page.count('<img alt="') == page.count('src="data:image/png;base64,') == plots
    assert not re.search(r"""(src|href)="(?!data:|https?:|#)""", page), "it needs another file"
    assert "Traceback" not in page


def outputs(path):
    return [output for cell in read(path).cells if cell.cell_type == "code" for output in cell.outputs]


class Machine:
    """Serves up to `capacity` readers in time, with a full core; with ten times as many, none."""

    def __init__(self, capacity, other_cpu=0.0, generator_max=10**9):
        self.capacity, self.other_cpu, self.generator_max, self.tried = capacity, other_cpu, generator_max, []

    def measure(self, techniques, clients, rooms, warmup):
        self.tried.append(clients)
        refused = clients > self.generator_max
        run = {
            "valid": not refused,
            "flags": ["the generator used 85% of a core, over 80%"] if refused else [],
            "latency_ms.p99": 20.0 if clients <= self.capacity else 900.0 if clients < 10 * self.capacity else None,
            "server_cpu_s": min(5.0, 5.0 * clients / self.capacity),
            "duration_s": 5.0,
            "generator_cpu": 0.85 if refused else 0.3,
            "other_cpu": self.other_cpu,
            "requests": clients,
            "arrived": 2 * clients,
            "lost": 0,
        }
        return SimpleNamespace(frame=pd.DataFrame([run]))


def ends(machine, technique="sse", **options):
    runs = limits.find(machine.measure, technique, options.pop("first", 100), 250, **options)
    return limits.table(runs).loc[technique]


def test_a_climb_ends_close_to_the_machines_capacity():
    machine = Machine(1000)
    row = ends(machine)
    assert row["held"] <= 1000 < row["did not hold"] <= limits.NEAR * row["held"]
    assert row["why not"] == "server full; p99 over 250 ms"
    assert row["served/s"] == row["held"] * 2 / 5
    assert len(machine.tried) <= limits.RUNS_MAX


def test_a_climb_that_begins_too_high_comes_down():
    assert ends(Machine(30), first=200)["held"] <= 30


def test_a_climb_goes_on_after_a_run_in_which_nothing_arrived():
    machine = Machine(100)
    runs = limits.find(machine.measure, "sse", 1500, 250)
    assert runs["why not"][0] == "server full; nothing arrived"
    assert limits.table(runs).loc["sse"]["held"] <= 100


def test_a_climb_says_that_the_generator_was_full():
    assert ends(Machine(10**6, generator_max=500))["why not"].startswith("generator full; the generator used 85%")


def test_a_climb_that_breaks_nothing_says_so():
    row = ends(Machine(10**6), technique="polling", runs_max=3)
    assert row["held"] == 400
    assert row["served/s"] == 400 / 5
    assert row["why not"] == "did not fail in 3 runs"


def test_a_climb_ends_if_no_step_succeeds():
    machine = Machine(0.5)
    row = ends(machine, first=8)
    assert pd.isna(row["held"])
    assert math.isnan(row["served/s"])
    assert row["did not hold"] == 1
    assert machine.tried == [8, 4, 2, 1]


def test_a_run_that_other_programs_disturbed_is_repeated_once():
    machine = Machine(150, other_cpu=0.5)
    ends(machine, runs_max=2)
    assert machine.tried == [100, 200, 200]
