"""The trace: it gives a kind to every byte that the readers' kernels count, and its exchanges agree with that."""

import dataclasses
import json
from collections import Counter

import pytest

from benchmarks.campaigns import trace
from benchmarks.scenarios import scenario
from lab.techniques import TECHNIQUES
from lab.wire.byte_kinds import DOWN, KINDS, UP

pytestmark = pytest.mark.server

SECONDS = 2.0
QUICK = dataclasses.replace(scenario.load("quick"), rate=10.0, interval=0.4, hold=1, delay_ms=20.0, cookie_bytes=100)


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    """The traces of all techniques' wires."""
    return trace.run(tmp_path_factory.mktemp("trace"), QUICK, TECHNIQUES, SECONDS)


def of_kind(traced, *kinds):
    """Return the exchanges of these kinds."""
    return [exchange for exchange in traced["exchanges"] if exchange["kind"] in kinds]


def test_the_trace_is_written_as_json(traces):
    assert json.loads(json.dumps(traces)) == traces
    assert list(traces) == list(TECHNIQUES)


def test_the_kinds_add_up_to_what_the_readers_kernel_counted(traces, technique):
    traced = traces[technique]
    assert tuple(traced["kinds"]) == KINDS
    for direction in (UP, DOWN):
        of_kinds = sum(counts[direction] for counts in traced["kinds"].values())
        of_exchanges = sum(each["bytes"] for each in traced["exchanges"] if each["direction"] == direction)
        assert of_kinds == of_exchanges == traced["passed"][direction] > 0
    assert traced["kinds"]["other"] == {UP: 0, DOWN: 0}
    assert traced["left_out"] == 0


def test_all_techniques_delivered_the_same_messages(traces):
    delivered = {technique: traced["delivered"] for technique, traced in traces.items()}
    assert 1 < max(delivered.values()) <= 4 * 10 * SECONDS
    assert all(traced["kinds"]["payload"][DOWN] > 100 * delivered[name] for name, traced in traces.items())
    # A poll after the end would have brought the rest; the other techniques deliver at once.
    assert len({number for name, number in delivered.items() if name != "polling"}) == 1


def test_a_request_ends_with_its_response_at_least_a_round_trip_later(traces):
    for technique, traced in traces.items():
        ended = [each for each in of_kind(traced, "request", "handshake") if each["ends"] is not None]
        assert ended, technique
        assert all(each["ends"] - each["at"] >= 2 * QUICK.delay_ms / 1000 for each in ended)
        responses = Counter(each["at"] for each in of_kind(traced, "answer", "empty", "stream", "handshake"))
        assert all(responses[each["ends"]] for each in ended)


def test_pushed_messages_appear_as_events_and_frames(traces):
    assert len(of_kind(traces["sse"], "event")) == traces["sse"]["delivered"]
    assert len(of_kind(traces["websocket"], "frame")) == traces["websocket"]["delivered"]
    for technique, traced in traces.items():
        (connect,) = of_kind(traced, "connect")
        assert connect["ends"] > SECONDS, technique


def test_every_request_has_the_cookie(traces):
    for traced in traces.values():
        assert all(each["bytes"] > 190 for each in of_kind(traced, "request") + of_kind(traced, "handshake")[:1])


def test_exchanges_past_the_bound_are_counted(monkeypatch, tmp_path):
    monkeypatch.setattr(trace, "EXCHANGES_MAX", 3)
    silent = dataclasses.replace(QUICK, rate=0.0, delay_ms=0.0, interval=0.1)
    traced = trace.run(tmp_path, silent, ["polling"], 0.6)["polling"]
    assert (len(traced["exchanges"]), traced["delivered"]) == (3, 0)
    assert traced["left_out"] > 0
    assert sum(traced["kinds"]["idle"].values()) == sum(traced["passed"].values()) > 0
