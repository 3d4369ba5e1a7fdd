"""What cannot be measured is absent, not zero: bytes without TCP_INFO, arrivals without the kernel's timestamps."""

import csv
import json
import re

import pytest

from benchmarks import load, report
from benchmarks.findings import conclusions, deviation, tables
from support import no_kernel, short_comparison
from support.fake_results import TITLES, make_folder, make_run, plot_names, read, text_of
from support.results_schema import problems

NO_BYTES = {"up": None, "down": None}
MISSING = "Bytes are missing, because this system has no TCP_INFO"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Make a comparison with a kernel that measures nothing; return (folder of the results, output of the terminal)."""
    folder = tmp_path_factory.mktemp("compared")
    environment = no_kernel.environment(tmp_path_factory.mktemp("system"))
    return short_comparison.compare(folder, environment, 'techniques = ["polling", "sse"]\n')


@pytest.fixture(scope="module")
def folder(compared):
    """The folder of that comparison, with all runs counted as valid, because a busy machine refuses some."""
    path = compared[0] / "results.json"
    results = json.loads(path.read_text())
    results["runs"] = [run | {"valid": True} for run in results["runs"]]
    path.write_text(json.dumps(results))
    report.write(compared[0])
    return compared[0]


@pytest.mark.server
def test_results_have_null_for_each_number_of_bytes(compared):
    results = json.loads((compared[0] / "results.json").read_text())
    assert problems(results) == []
    assert (results["manifest"]["tcp_info"], results["manifest"]["kernel_stamps"]) == (False, False)
    for run in results["runs"]:
        assert run["delivered"] == run["expected"] > 0
        assert run["latency_ms"]["p50"] > 0
        assert (run["tcp_info"], run["kernel_stamps"]) == (False, False)
        assert run["tcp_bytes"] == run["ip_bytes"] == NO_BYTES
        assert run["publish_bytes"] == {"tcp": NO_BYTES, "ip": NO_BYTES}
        assert run["bytes_per_message"] == {"tcp": None, "ip": None}
        assert [run["per_client_second"][level] for level in ("tcp", "ip")] == [None, None]
        assert run["per_client_second"]["cpu_us"] > 0
        with (compared[0] / run["place"] / "clients.csv").open() as file:
            clients = list(csv.DictReader(file))
        assert {(row["tcp_up"], row["tcp_down"], row["ip_up"], row["ip_down"]) for row in clients} == {("",) * 4}
        assert all(int(row["connections"]) >= 1 for row in clients)
    for trace in results["traces"].values():
        assert trace["passed"] == NO_BYTES
        assert trace["kinds"]["payload"]["down"] > 0  # the wire counts these itself


@pytest.mark.server
def test_the_terminal_shows_a_dash_and_says_why(compared):
    shown = " ".join(compared[1].split())
    assert "bytes per delivery: TCP – – IP – – per second and reader – –" in shown
    assert MISSING in shown
    assert "Latencies include the readers' own delay" in shown
    assert "Bytes per delivery (IP)" not in shown


@pytest.mark.server
def test_the_report_has_no_verdict_no_bar_and_no_row_of_bytes(folder):
    for name in ("report.html", "report.md"):
        text = text_of((folder / name).read_text())
        assert MISSING in text
        assert "because this system's kernel gives no timestamps" in text
        assert "Median latency (ms)" in text
        assert not re.search(r"fewest bytes|bytes per (delivered message, IP|second and reader)|IP level", text)
        assert "The headers of TCP and IP were not measured." in text
    assert {"percentiles", "server", "bytes-by-kind"} <= set(plot_names(folder))
    assert not {"bytes-per-message", "bytes-of-silence", "trade-off"} & set(plot_names(folder))


@pytest.mark.server
def test_a_notebook_gets_no_bytes_either(folder):
    results = load(folder)
    assert results.frame[["bytes_per_message.ip", "tcp_bytes.down", "per_client_second.ip"]].isna().all().all()
    (point,) = results.comparisons
    assert {row.metric.kind for row in deviation.deviations(point)} <= {"latency", "requests"}
    assert all(not series.estimate(name) for series in point.valid for name in ("tcp", "ip", "up", "ip_second"))


def test_the_zeros_of_an_older_version_count_as_not_measured(tmp_path):
    zeros = {name: {"up": 0, "down": 0} for name in ("tcp_bytes", "ip_bytes")}
    zeros |= {"bytes_per_message": {"tcp": 0.0, "ip": 0.0}, "per_client_second": {"tcp": 0.0, "ip": 0.0, "cpu_us": 9.0}}
    runs = [make_run(name, number, **zeros) for number in (1, 2, 3) for name in TITLES]
    results = load(make_folder(tmp_path, runs, tcp_info=False))
    assert results.runs[0]["per_client_second"] == {"tcp": None, "ip": None, "cpu_us": 9.0}
    (point,) = results.comparisons
    assert conclusions.ranking(point, "ip") is None
    assert not any("bytes" in unit for _heading, rows in tables.groups(point) for _label, unit, _cells in rows)
    assert MISSING in text_of(read(tmp_path))


def test_a_stage_whose_bytes_were_not_measured_is_not_called_one_where_nothing_arrived(tmp_path):
    unknown = {"tcp_bytes": NO_BYTES, "ip_bytes": NO_BYTES}
    stages = [make_run("websocket", stage=stage, place=f"runs/{stage}", **unknown) for stage in ("echo", None)]
    folder = make_folder(tmp_path, stages, tcp_info=False)
    texts = []
    canvas = report.drawing.Canvas(figsize=(7.2, 4.5), layout="constrained")
    report.drawing.ledger.staircase(canvas, load(folder))
    texts = [text.get_text() for axes in canvas.axes for text in axes.texts]
    assert texts.count("not measured") == 2
    assert "nothing arrived" not in texts
