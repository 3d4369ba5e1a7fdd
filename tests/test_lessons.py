"""The lessons run from their first cell to the last, in their short form, and are committed without outputs."""

import os
import subprocess
import sys

import nbformat
import pytest
from processes import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARTS = ("Prediction", "Remember", "Exercises")  # in this order, after the question
LINES_MAX = 15  # of code in a cell


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_goes_from_question_to_exercises(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    places = [text.index("**Question.**"), *(text.index(f"## {part}") for part in PARTS)]
    assert places == sorted(places)
    assert text.count("<details><summary>Answer") == 1, "the answers are folded away"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_committed_without_outputs_and_in_small_cells(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert len(cell.source.split("\n")) <= LINES_MAX


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs(path):
    command = [sys.executable, "notebooks/run.py", path.stem]
    environment = os.environ | {"LESSON": "short"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
