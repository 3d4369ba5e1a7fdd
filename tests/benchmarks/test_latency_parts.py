"""Where the time of a delivery goes: the parts add up to the latency, and the model starts at the server's stamps."""

import csv

import numpy as np
import pytest

from benchmarks.analysis.prediction import GRID, acceptance
from benchmarks.analysis.results import Results
from benchmarks.generator import message_stamps
from benchmarks.generator.records import Records
from lab.server.stamp_columns import COLUMNS
from support.fake_results import make_folder, make_run, table

LOADS = [{"reads": 3, "read_ms": 6.0}, {"reads": 1, "read_ms": 2.0}]


def records(*deliveries, publishes=((("room", 1, 100.0, 101.0, 120.0)),)):
    """Return the Records of some (client, arrived) of a message, or of (client, id, arrived)."""
    rows = [(row[0], "room", row[1] if len(row) == 3 else 1, 100.0, row[-1]) for row in deliveries]
    return Records(window=None, deliveries=rows, publishes=list(publishes), loads=LOADS)


def stamps(received, committed, announced, written, writes=2):
    return dict(zip(COLUMNS[2:], (received, committed, announced, writes, written), strict=True))


def test_the_parts_add_up_to_the_mean_latency():
    parts = message_stamps.parts(records((1, 112.0), (2, 114.0)), {("room", 1): stamps(103.0, 107.0, 108.0, 111.0)})
    assert parts == {
        "sent": 1.0, "received": 2.0, "committed": 4.0, "announced": 1.0, "written": 3.0, "arrived": 2.0, "read": 2.0,
    }  # fmt: skip
    assert sum(parts.values()) - parts["read"] == 13.0


def test_a_message_counts_as_often_as_it_was_delivered_and_a_repeated_one_once():
    publishes = [("room", 1, 100.0, 100.0, 120.0), ("room", 2, 100.0, 104.0, 120.0)]
    known = {("room", number): stamps(105.0, 106.0, 107.0, 108.0) for number in (1, 2)}
    deliveries = [(1, 1, 110.0), (2, 1, 110.0), (3, 1, 110.0), (1, 2, 110.0), (1, 1, 990.0)]
    parts = message_stamps.parts(records(*deliveries, publishes=publishes), known)
    assert (parts["sent"], parts["arrived"]) == (1.0, 2.0)


@pytest.mark.parametrize("known", [{}, {("other", 1): stamps(1, 2, 3, 4)}])
def test_without_timestamps_the_parts_are_unknown(known):
    assert message_stamps.parts(records((1, 112.0)), known) is None
    assert message_stamps.parts(records(), known) is None


def test_a_server_without_timestamps_or_without_an_answer_gives_none(server):
    assert message_stamps.read(server.url) == {}
    assert message_stamps.read("http://127.0.0.1:1") == {}


def test_the_model_starts_when_the_room_has_the_message(tmp_path):
    run, deliveries = make_run("sse")
    results = Results.load(make_folder(tmp_path, [(run, deliveries)]))
    (series,) = results.comparisons[0].series
    by_acknowledgement = acceptance(series).mean()
    with (tmp_path / run["place"] / "publishes.csv").open() as file:
        published = [(row["room"], int(row["id"]), float(row["scheduled_ms"])) for row in csv.DictReader(file)]
    rows = [(room, number, at, at, at + 0.25 + number / 1000, 20, at) for room, number, at in published]
    table(tmp_path / run["place"] / message_stamps.FILE, " ".join(COLUMNS), rows)
    (series,) = Results.load(tmp_path).comparisons[0].series
    expected = np.quantile([0.25 + number / 1000 for _room, number, _at in published], GRID) / 1000
    assert acceptance(series) == pytest.approx(expected, abs=1e-7)
    assert acceptance(series).mean() < by_acknowledgement
