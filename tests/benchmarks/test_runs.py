"""Real runs with various settings: servers, layers, wires, no messages, stages, and a load of two processes."""

import csv
import subprocess
import sys

import pytest

import benchmarks
from benchmarks.campaigns import runner
from benchmarks.generator import clock, run_summary
from benchmarks.scenarios import plan, scenario
from benchmarks.scenarios.settings import ComparisonError
from lab.net import sockets
from support.processes import ROOT

BASE = """\
purpose = "A moment."
prediction = "Everything arrives."
clients = 6
rooms = 2
rate = 10.0
interval = 0.2
warmup = 0.4
duration = 1.0
"""


@pytest.fixture
def measured(tmp_path):
    """Return a function that makes one run with some settings; however busy the machine is, it loses nothing."""

    def run(technique, stage="", processes=1, **settings):
        chosen = scenario.changed(scenario.read("small.toml", BASE), settings)
        return runner.measure(tmp_path, chosen, plan.Run(technique, stage, 0, 1), processes)

    return run


def is_clean(row):
    """Return whether a run's ledger has deliveries, and none is lost, repeated or out of order."""
    return row["delivered"] == row["expected"] > 0 and not row["lossy"] and not row["unanswered"]


@pytest.mark.services
@pytest.mark.parametrize(("server", "layer"), [("daphne", "redis"), ("hypercorn", "pubsub"), ("granian", "memory")])
def test_every_server_and_layer_delivers_everything(measured, server, layer):
    row = measured("websocket", server=server, layer=layer)
    assert is_clean(row), row["flags"]
    assert (row["server"], row["layer"]) == (server, layer)
    assert row["server_cpu_s"] > 0
    assert row["server_sockets"] >= 6


@pytest.mark.server
def test_all_readers_reconnect_over_a_slow_link_and_miss_nothing(measured):
    """Readers are 40 ms away, publishers are not; without jitter the readers reconnect together."""
    row = measured("sse", delay_ms=40.0, cut="no-jitter", duration=2.4)
    assert is_clean(row), row["flags"]
    assert row["latency_ms"]["p50"] > 40
    back = row["reconnect"]
    assert (back["missed"], back["away"]) == (0, 0)
    assert back["late"] > 0
    assert back["back_ms"]["p50"] > 500  # the whole first wait
    assert 1 <= back["requests"] <= 6
    assert row["reconnects"] >= 6


@pytest.mark.server
@pytest.mark.skipif(not sockets.ON_LINUX, reason="bytes are Linux's")
def test_a_run_without_messages_is_valid_and_a_cookie_costs_bytes_on_each_request(measured, tmp_path):
    row = measured("polling", rate=0.0, cookie_bytes=700, interval=0.1)
    assert "nothing was published" not in row["flags"]
    assert (row["published"], row["latency_ms"]["p50"]) == (0, None)
    assert row["tcp_bytes"]["up"] / row["requests"] > 700
    cost = row["per_client_second"]
    assert cost["requests"] == pytest.approx(row["requests"] / 6 / row["duration_s"])
    assert cost["ip"] > cost["tcp"] > 700 * cost["requests"]
    assert row["rss_per_connection_bytes"] is not None


@pytest.mark.server
def test_a_stage_may_lose_and_the_run_says_so(measured):
    row = measured("websocket", "echo", interval=0.05)
    assert row["delivered"] == 0 < row["expected"] == row["lost"]
    assert row["lossy"]
    assert "by the design of this stage" in row["flags"][0]
    assert not [flag for flag in row["flags"][1:] if "deliveries" in flag]


@pytest.mark.server
def test_two_processes_share_the_load_and_one_ledger(measured, tmp_path):
    row = measured("longpoll", processes=2, publishers=2)
    assert is_clean(row), row["flags"]
    assert row["clock"] == {"processes": 2, "machines": 1, "error_ms": 0.0}
    with (tmp_path / row["place"] / "clients.csv").open() as file:
        clients = [(int(client["client"]), client["room"]) for client in csv.DictReader(file)]
    assert sorted(number for number, _room in clients) == list(range(6))
    assert row["delivered"] == row["published"] * 3


@pytest.mark.parametrize("ahead", [0.0, 7_000.0, -90_000.0])
def test_an_offset_is_found_within_its_own_bound(server, ahead):
    offset, error = clock.offset(server.url, ahead)
    assert abs(offset + ahead) <= error
    assert 0 < error < 1_000


def test_the_clock_errors_of_two_machines_add_up_and_hide_smaller_latencies():
    machines = [(clock.machine_id(), 0.2), ("elsewhere", 1.5), ("elsewhere", 0.7)]
    clocks = [{"machine": machine, "offset": 0.0, "error": error} for machine, error in machines]
    assert clock.combine(clocks) == {"processes": 3, "machines": 2, "error_ms": 2.2}
    assert clock.combine(clocks[:1]) == {"processes": 1, "machines": 1, "error_ms": 0.0}
    summary = {"mean": 2.5, "p50": 2.1, "p99": 40.0, "max": None}
    assert run_summary.withheld(summary, 2.2) == {"mean": 2.5, "p50": None, "p99": 40.0, "max": None}


@pytest.mark.server
def test_a_notebook_measures_in_one_line_and_loads_it_again(tmp_path, capsys):
    path = tmp_path / "small.toml"
    path.write_text(BASE)
    results = benchmarks.compare(path, techniques=["sse"], out=tmp_path, clients=4, duration=0.5)
    (run,) = [run for run in results.runs if run["attempt"] == 1]
    assert (run["technique"], run["clients"], run["lost"]) == ("sse", 4, 0)
    assert capsys.readouterr().out.startswith("1 of 1, sse: ")
    assert benchmarks.load(results.folder).runs == results.runs
    with pytest.raises(ComparisonError, match="clients must be a whole number"):
        benchmarks.compare(path, out=tmp_path, clients=0)


def test_the_measurements_are_imported_only_when_used():
    code = "import sys, benchmarks; print(*{'django', 'locust', 'pandas', 'psutil'} & {m for m in sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout.split() == []
