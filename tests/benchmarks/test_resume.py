"""An interrupted campaign: complete runs are kept, and resuming makes exactly the missing ones."""

import json
import signal
import subprocess
import sys

import psutil
import pytest

from benchmarks.campaigns import campaign, cli_options, manifest
from benchmarks.scenarios import plan, scenario
from benchmarks.scenarios.settings import ComparisonError
from support.processes import COMMAND, ROOT

SMALL = """\
purpose = "A moment."
prediction = "Everything arrives."
techniques = ["sse", "websocket"]
clients = 4
rooms = 2
rate = 20.0
warmup = 0.3
duration = 0.5
"""
COMPARE = [sys.executable, "manage.py", "compare"]
NOTHING = {
    "techniques": None,
    "stage": None,
    "set": [],
    "bare": False,
    "scenario": None,
    "repetitions": None,
    "seed": None,
    "processes": 1,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A scenario of two short runs."""
    path = tmp_path_factory.mktemp("scenario") / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="module")
def interrupted(small, tmp_path_factory):
    """Interrupt a comparison after its first run; return (its folder, its output)."""
    out = tmp_path_factory.mktemp("results")
    command = [*COMPARE, "--scenario", small, "--out", out, "--bare"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline().startswith("1 of 2")
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _shown, said = process.communicate(timeout=COMMAND)
    assert process.returncode == 130
    _gone, alive = psutil.wait_procs(family, timeout=COMMAND)
    assert not alive
    (folder,) = out.glob("*-small")
    return folder, said


def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_an_interruption_keeps_complete_runs_and_says_how_to_resume(interrupted):
    folder, said = interrupted
    assert said.count("\n") == 1
    assert f"Interrupted. 1 complete runs are kept; continue with --resume {folder}." in said
    assert [str(place.relative_to(folder)) for place in folder.glob("runs/*")] == [results(folder)["runs"][0]["place"]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seed": 9}, "was made with seed 1, not 9"),
        ({"repetitions": 3}, "was made with repetitions 1, not 3"),
        ({"scenario": "quick"}, "is of another scenario than quick"),
        ({"techniques": "sse"}, "--techniques: --resume continues what is in"),
        ({"set": ["rate=2"]}, "--set: --resume continues what is in"),
        ({"processes": 2}, "was made with 1 processes: leave --processes out"),
    ],
)
def test_a_comparison_with_other_settings_is_not_resumed(interrupted, given, words):
    with pytest.raises(ComparisonError, match=words):
        cli_options.resume(interrupted[0], NOTHING | given)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no results to resume"), ("{}", "no results to resume"), ('{"runs": 3}', "no results to resume")],
)
def test_a_folder_without_results_is_not_resumed(tmp_path, text, words):
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(ComparisonError, match=words):
        cli_options.resume(tmp_path, NOTHING)
    with pytest.raises(ComparisonError, match=words):
        cli_options.resume(tmp_path / "nowhere", NOTHING)


@pytest.mark.server
def test_a_baseline_without_results_is_reported(tmp_path):
    command = [*COMPARE, "--baseline", tmp_path / "nowhere", "--out", tmp_path / "out"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND).stderr
    assert said.startswith(f"CommandError: There are no results to compare with in {tmp_path}/nowhere: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"commit": "0" * 40}, f"was measured with the lab at commit {40 * '0'}"),
        ({"machine": {"cpu": "Z80"}}, "was measured on Z80, this is"),
        ({"versions": {"python": "3.0"}}, "was measured with other versions of its packages"),
        ({"difference": 64 * "0"}, "was measured with other uncommitted changes than there are here"),
    ],
)
def test_results_of_another_version_or_machine_are_not_resumed(interrupted, tmp_path, changed, words):
    other = results(interrupted[0])
    other["manifest"] |= manifest.code_version() | changed  # read now: somebody may be editing these files
    (tmp_path / "results.json").write_text(json.dumps(other))
    with pytest.raises(ComparisonError, match=words):
        cli_options.resume(tmp_path, NOTHING)


def test_other_uncommitted_changes_count_as_another_version(tmp_path, monkeypatch):
    def git(*arguments):
        options = {"cwd": tmp_path, "check": True, "capture_output": True}
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], **options)

    monkeypatch.setattr(manifest, "ROOT", tmp_path)
    assert manifest.code_version() == {"commit": None, "changed": None, "difference": None}
    followed, fresh = tmp_path / "one.py", tmp_path / "new file.py"
    followed.write_text("1")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    (tmp_path / "notes.txt").write_text("not followed, and no code")
    clean = manifest.code_version()
    assert (len(clean["commit"]), clean["changed"], clean["difference"]) == (40, False, None)
    seen = []
    for path, text in ((followed, "2"), (followed, "3"), (fresh, "4"), (fresh, "5"), (fresh, "4"), (followed, "1")):
        path.write_text(text)
        seen.append(manifest.code_version()["difference"])
        assert manifest.code_version()["changed"] is True
    assert seen[2] == seen[4]
    assert len(set(seen)) == 5
    git("add", ".")
    git("commit", "-qm", "two")
    assert manifest.code_version()["changed"] is False


def test_resuming_makes_exactly_the_missing_runs(interrupted, small):
    folder, _said = interrupted
    before = results(folder)
    before["manifest"] |= manifest.code_version()
    (folder / "results.json").write_text(json.dumps(before))
    half = folder / "runs" / "websocket-9-9"
    half.mkdir()  # the folder of an incomplete run
    command = [*COMPARE, "--scenario", small, "--resume", folder]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert shown.returncode == 0, shown.stderr
    after = results(folder)
    assert after["runs"][0] == before["runs"][0]
    planned = [run for run in after["runs"] if run["attempt"] == 1]
    assert sorted(run["technique"] for run in planned) == ["sse", "websocket"]
    assert after["manifest"]["started"] == before["manifest"]["started"]
    assert not half.exists()
    assert (folder / "report.html").is_file()


def test_a_plan_without_a_run_is_refused(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL + '[[point]]\nname = "one"\ntechniques = ["polling"]\n')
    with pytest.raises(ComparisonError, match="The scenario small has no point for sse"):
        campaign.Campaign.new(tmp_path, path, ["sse"])


def rows(planned, refused):
    return [{"place": run.folder, "valid": run not in refused} for run in planned]


def test_refused_runs_are_repeated_once_unless_most_are_refused():
    chosen = scenario.changed(scenario.read("small.toml", SMALL), {"repetitions": 2})
    planned = plan.runs(chosen)
    empty = {"manifest": {}, "calibration": None, "traces": None}

    def retries(runs):
        return campaign.Campaign(None, chosen, planned, empty | {"runs": runs}).retries()

    assert retries([]) == retries(rows(planned, [])) == []
    assert retries(rows(planned, planned[:2])) == [planned[0].retry, planned[1].retry]
    assert retries([*rows(planned, planned[:1]), {"place": planned[0].retry.folder, "valid": False}]) == []
    assert retries(rows(planned, planned[:3])) == []
    assert len({run.folder for run in (*planned, *(run.retry for run in planned))}) == 8
