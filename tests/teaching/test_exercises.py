"""The exercises: what a student gets, and how a submission is graded."""

import json
import re
from pathlib import Path

import pytest

from support.processes import ROOT, run_command
from teaching.grading.exercises import HERE, NAMES, STAGE, ExerciseError, cases, lay_out
from teaching.grading.submission import Unusable, read

SOLUTIONS = Path(__file__).with_name("solutions")
every_exercise = pytest.mark.parametrize("name", NAMES)
NAIVE = {"polling-etag": 4, "longpoll-queue": 3, "sse-replay": 4, "websocket-room": 0}  # points of the skeleton
LOOPS = "async def deliver(request, room):\n    while True:\n        pass\n"
# Each stage that is broken: its code, and what the grade says about it.
BROKEN = {
    "loops": (LOOPS, "The whole server no longer responds"),
    "raises": ("async def deliver(request, room):\n    return {}['a']\n", "KeyError: 'a' (stage.py, line 2)"),
    "prints": (
        "async def deliver(request, room):\n    for _ in range(20_000):\n        print('x' * 999)\n    1 / 0\n",
        "print much",
    ),
    "ends": ("import os\n\n\nasync def deliver(request, room):\n    os._exit(3)\n", "The server has ended."),
    "endless": (
        "from django.http import StreamingHttpResponse as R\n\n\nasync def more():\n    while True:\n"
        "        yield b'x' * 99_999\n\n\nasync def deliver(request, room):\n    return R(more())\n",
        "The response does not end",
    ),
}
# Each stage that cannot be tried: its code, and the sentence.
UNUSABLE = {
    "no Python": ("def deliver(:", "stage.py, line 1 is not Python: invalid syntax."),
    "nothing": ("", "stage.py defines no deliver: the server looks for this name."),
    "finished": (
        "from polling.server import deliver\n",
        "stage.py imports polling.server, which holds the finished version: write the stage yourself.",
    ),
    "long": ("#" * 100_001, "stage.py is longer than 100,000 bytes."),
}
# Each stage that fails while it is imported.
NOT_IMPORTED = {
    "raises": (
        "1 / 0\n",
        "stage.py raises when it is imported: ZeroDivisionError: division by zero (stage.py, line 1).",
    ),
    "ends": ("import os\nos._exit(3)\n", "The server ended with status 3 while it imported stage.py."),
}


def grade(name, folder, tmp_path):
    """Grade by the command; return (the printed lines, the results for autograders)."""
    results = tmp_path / "results.json"
    done = run_command("grade", name, "--folder", str(folder), "--results", str(results), data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(results.read_text())


def hand_in(tmp_path, source):
    """Return a folder with a stage of this source."""
    folder = tmp_path / "handed-in"
    folder.mkdir()
    (folder / STAGE).write_text(source)
    return folder


@every_exercise
@pytest.mark.server
def test_the_reference_solution_gets_all_points(name, tmp_path):
    printed, results = grade(name, hand_in(tmp_path, (SOLUTIONS / f"{name}.py").read_text()), tmp_path)
    assert results["score"] == sum(test["max_score"] for test in results["tests"]) == 20, printed
    assert f"{name}: 20 of 20 points" in printed


@every_exercise
@pytest.mark.server
def test_the_skeleton_runs_and_gets_few_points(name, tmp_path):
    printed, results = grade(name, HERE / name, tmp_path)
    assert results["score"] == NAIVE[name], printed
    for test in results["tests"]:  # one sentence for each failure
        failed = test["score"] == 0
        assert re.fullmatch(r"[A-Z].*\.\)?|[A-Z].*\]\.?", test["output"]), test
        assert (test["output"] != "Passed.") == failed


@pytest.mark.parametrize("which", BROKEN)
@pytest.mark.server
def test_a_broken_stage_is_bounded_and_described_in_one_sentence(which, tmp_path):
    source, sentence = BROKEN[which]
    printed, results = grade("polling-etag", hand_in(tmp_path, source), tmp_path)
    assert results["score"] == 0
    assert sentence in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("which", NOT_IMPORTED)
@pytest.mark.server
def test_a_stage_that_cannot_be_imported_gets_one_sentence(which, tmp_path):
    source, sentence = NOT_IMPORTED[which]
    source += "\n\nasync def deliver(request, room):\n    pass\n"
    printed, results = grade("polling-etag", hand_in(tmp_path, source), tmp_path)
    assert printed == f"{sentence}\npolling-etag: 0 of 20 points\n"
    assert (results["score"], results["output"]) == (0, sentence)
    assert len(results["tests"]) == len(cases("polling-etag"))


@pytest.mark.server
def test_a_stage_that_deletes_itself_and_the_results_is_graded_all_the_same(tmp_path):
    source = (SOLUTIONS / "polling-etag.py").read_text()
    targets = [str(tmp_path / "handed-in" / STAGE), str(tmp_path / "results.json")]
    source += f"\n\nfrom pathlib import Path\n\nfor target in ({targets}, [__file__]):\n"
    source += "    for path in target:\n        Path(path).unlink(missing_ok=True)\n"
    _printed, results = grade("polling-etag", hand_in(tmp_path, source), tmp_path)
    assert results["score"] == 20


@pytest.mark.parametrize("which", UNUSABLE)
def test_a_stage_that_cannot_be_tried_gets_one_sentence(which, tmp_path):
    source, sentence = UNUSABLE[which]
    with pytest.raises(Unusable, match=f"^{re.escape(sentence)}$"):
        read(hand_in(tmp_path, source), "polling-etag")


def test_a_missing_stage_is_named(tmp_path):
    with pytest.raises(Unusable, match=r"^stage\.py cannot be read in .*: No such file or directory\.$"):
        read(tmp_path, "polling-etag")


@every_exercise
def test_a_student_gets_the_skeleton_and_a_readme_and_no_solution(name, tmp_path):
    lay_out(name, tmp_path / name)
    assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["README.md", STAGE]
    assert f"make grade NAME={name}" in (tmp_path / name / "README.md").read_text()
    written = {path.relative_to(ROOT) for path in (ROOT / "teaching").rglob("*") if path.stem == "solutions"}
    assert not written


def test_an_exercise_that_is_laid_out_already_is_not_replaced(tmp_path):
    (tmp_path / STAGE).write_text("mine")
    with pytest.raises(ExerciseError, match="is not empty, and nothing is replaced"):
        lay_out("polling-etag", tmp_path)
    assert (tmp_path / STAGE).read_text() == "mine"


def test_an_unknown_exercise_is_refused_with_the_list(tmp_path):
    with pytest.raises(ExerciseError, match=f"there are {', '.join(NAMES)}"):
        lay_out("../polling-etag", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.server
def test_the_command_lays_out_an_exercise_and_says_what_comes_next(tmp_path):
    folder = tmp_path / "mine"
    done = run_command("exercise", "sse-replay", "--folder", str(folder), data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert f"make grade NAME=sse-replay FOLDER={folder}" in done.stdout
    again = run_command("exercise", "sse-replay", "--folder", str(folder), data=tmp_path / "data")
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)
    assert "nothing is replaced" in again.stderr


@every_exercise
def test_every_exercise_has_cases_that_make_20_points(name):
    assert sum(case.points for case in cases(name)) == 20
    assert len({case.name for case in cases(name)}) == len(cases(name))
