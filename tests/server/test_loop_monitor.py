"""The loop monitor: it samples the event loop's lag and the number of statements, and sums up a window of samples."""

import asyncio
import time

import pytest

from benchmarks.generator import server_metrics
from lab.server.loop_monitor import HEADER, LoopMonitor
from support.processes import until
from support.technique_io import publish

HELD = 0.3  # seconds
NOTHING = {"server_loop_lag_ms": None, "queries_per_second": None}


def beats(path):
    """Return the samples in a file, as numbers."""
    head, *rows = path.read_text().splitlines()
    assert head == HEADER
    return [tuple(map(float, row.split(","))) for row in rows]


def test_a_blocked_loop_shows_one_long_lag(tmp_path):
    async def application(_scope, _receive, _send):
        await asyncio.sleep(0.1)
        time.sleep(HELD)  # a handler should never block the loop
        await asyncio.sleep(0.2)

    asyncio.run(LoopMonitor(application, tmp_path / "pulse.csv")({}, None, None))
    lags = sorted(lag for _at, lag, _queries in beats(tmp_path / "pulse.csv"))
    assert lags[-1] > 1000 * (HELD - 0.05) > lags[-2]


def test_a_served_message_adds_its_statements(start, room, tmp_path):
    path = tmp_path / "pulse.csv"
    server = start(LAB_PULSE=str(path))
    publish("sse", server, room, "first")
    until(lambda: len(beats(path)) > 2, "no pulse")
    before = beats(path)[-1]
    publish("sse", server, room, "second")
    until(
        lambda: beats(path)[-1][2] >= before[2] + 2, "no statement was counted"
    )  # storing a message takes two statements
    assert all(one <= other for one, other in zip(beats(path), beats(path)[1:], strict=False))


def test_a_server_that_nobody_measures_writes_no_samples(start, room):
    server = start()
    publish("sse", server, room, "first")
    assert not list(server.log.parent.rglob("pulse.csv"))


def test_a_window_counts_only_its_own_samples(tmp_path):
    rows = ["0,90,0", "1000,2,1", "2000,4,2", "3000,2,3", "4000,90,4", "5000,1"]  # the last line is incomplete
    (tmp_path / server_metrics.FILE).write_text("\n".join([HEADER, *rows]))
    metrics = server_metrics.read(tmp_path, 1, 4)
    assert metrics["queries_per_second"] == 1
    assert metrics["server_loop_lag_ms"]["max"] == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize("text", ["", HEADER, f"{HEADER}\n1000,1,1\n"])
def test_too_few_samples_give_no_result(tmp_path, text):
    (tmp_path / server_metrics.FILE).write_text(text)
    assert server_metrics.read(tmp_path, 0, 10) == NOTHING
    assert server_metrics.read(tmp_path / "absent", 0, 10) == NOTHING
