"""Results of an older version of the lab: they load, serve as a baseline, and can be resumed.

The folder is a small comparison at commit 4a82407, in compact JSON and without the raw data of refused runs.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import load, report
from benchmarks.campaigns import manifest
from benchmarks.campaigns.campaign import Campaign
from benchmarks.scenarios.settings import ComparisonError
from support.fake_results import plot_names, text_of
from support.processes import COMMAND, ROOT

OLD = Path(__file__).parent / "old_results"
MISSING = "runs/polling-1-3"


@pytest.fixture
def folder(tmp_path):
    """A copy of the old results."""
    return shutil.copytree(OLD, tmp_path / "old")


def interrupt(folder, **changed):
    """Change the old results to this machine and this version of the lab, and delete one run."""
    path = folder / "results.json"
    results = json.loads(path.read_text())
    results["runs"] = [run for run in results["runs"] if run["place"] != MISSING]
    here = {**manifest.code_version(), "versions": manifest.versions()}
    results["manifest"] |= here | {"machine": results["manifest"]["machine"] | {"cpu": manifest.cpu_name()}} | changed
    path.write_text(json.dumps(results))
    shutil.rmtree(folder / MISSING)


def test_old_results_load_as_a_frame_and_as_series():
    results = load(OLD)
    assert len(results.frame) == len(results.runs) == 21
    assert {"latency_ms.p50", "bytes_per_message.ip", "server_cpu_s", "place"} <= set(results.frame.columns)
    assert [point.value for point in results.comparisons] == [10, 100]
    assert results.swept_setting == "text_bytes"
    for point in results.comparisons:
        assert [(one.technique, one.stage) for one in point.valid] == [
            ("polling", None),
            ("websocket", None),
            ("websocket", "echo"),
        ]
    polling = results.comparisons[1].valid[0]
    assert polling.estimate("p50").interval
    assert len(polling.deliveries) == len(polling.acceptance_times) == 3


def test_old_results_have_a_report_with_plots(folder):
    text = text_of(report.write(folder).read_text(encoding="utf-8"))
    assert "21 runs, 4 refused" in text
    assert "text, bytes" in text
    assert {"percentiles", "ledger", "staircase", "sweep-latency", "bytes-by-kind", "waterfall"} <= set(
        plot_names(folder)
    )


def test_old_results_are_a_baseline(folder):
    text = text_of(report.write(folder, OLD).read_text(encoding="utf-8"))
    assert "What changed since the baseline" in text
    assert "Compared with old_results: 0 of " in text


def test_old_results_of_another_version_are_not_resumed(folder):
    interrupt(folder, commit=40 * "0")
    with pytest.raises(ComparisonError, match="was measured with the lab at commit 000"):
        Campaign.resume(folder)


@pytest.mark.server
def test_old_results_are_resumed_with_the_missing_run_only(folder):
    interrupt(folder)
    assert [run.folder for run in Campaign.resume(folder).missing()] == [MISSING]
    command = [sys.executable, "manage.py", "compare", "--resume", folder, "--baseline", OLD]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert done.returncode == 0, done.stderr
    assert "Compared with old_results: " in done.stdout
    places = [run["place"] for run in json.loads((folder / "results.json").read_text())["runs"]]
    assert MISSING in places
    assert len(set(places) - {f"{MISSING}-again"}) == 21
