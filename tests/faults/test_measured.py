"""The rules about figures, tested with made-up logs."""

import pytest

from faults import measured
from faults.log import Arrival, Delivered, Log, Publish, Reader

ROOM, AUTHOR = "room", "Ann"
LASTING = measured.WINDOW  # seconds of a window that is judged
BEFORE = 100.0  # ms of delay while nobody reads slowly


def talked(*delays, lasting=LASTING):
    """Return (log, rounds) of an author that reads; a round has two delays, ms: before, and while others are slow."""
    reader = Reader(AUTHOR, ROOM)
    log, rounds = Log(readers=[reader, Reader("slow", ROOM)]), []
    for number, (before, meanwhile) in enumerate(delays):
        began = number * 1_000
        rounds.append((began, began + lasting, began + 2 * lasting))
        for start, delay in ((began, before), (began + lasting, meanwhile)):
            for step in range(100):
                say(log, start + step * lasting / 100, delay)
    return log, rounds


def say(log, at, delay):
    """Add a message that is published at `at`, arrives `delay` ms later, and at a slow reader a minute later."""
    number = len(log.publishes) + 1
    delivered = Delivered(ROOM, number, AUTHOR, "text", f"n{number}", None)
    log.publishes.append(Publish(AUTHOR, ROOM, delivered.nonce, delivered.text, None, at, number, at))
    log.readers[0].arrivals.append(Arrival(delivered, at + delay / 1000, 1, 0, True))
    log.readers[1].arrivals.append(Arrival(delivered, at + 60, 1, 0, True))


@pytest.mark.parametrize(
    ("delays", "holds"),
    [
        ([(BEFORE, BEFORE)], True),
        ([(BEFORE, 1.19 * BEFORE)], True),
        ([(BEFORE, 1.21 * BEFORE)], False),
        ([(BEFORE, 0.5 * BEFORE)], True),
        ([(1.0, 5.9)], True),  # six times as much, and under 5 ms
        ([(1.0, 6.1)], False),
        ([(BEFORE, BEFORE), (BEFORE, 9 * BEFORE), (BEFORE, BEFORE)], True),  # one round of three
        ([(BEFORE, BEFORE), (BEFORE, 2 * BEFORE), (BEFORE, 2 * BEFORE)], False),
    ],
)
def test_slow_readers_may_not_slow_others(delays, holds):
    assert (not list(measured.slowed(*talked(*delays)))) == holds


def test_a_window_that_is_too_short_is_not_judged():
    assert not list(measured.slowed(*talked((BEFORE, 9 * BEFORE), lasting=0.9 * LASTING)))


def test_the_p99_is_infinite_if_nothing_arrives():
    log, rounds = talked((BEFORE, BEFORE))
    log.readers[0].arrivals = log.readers[0].arrivals[:100]
    assert list(measured.slowed(log, rounds)) == ["the others' p99 went from 100.0 to inf ms"]


@pytest.mark.parametrize(
    ("before", "after", "holds"),
    [
        (100, 110, True),
        (100, 111, False),
        (100, 50, True),  # less is not a leak
        (0, measured.FEW, True),
        (0, measured.FEW + 1, False),
        (4, 6, True),  # half as much more, but only two
        (4, 7, False),
    ],
)
def test_the_resources_of_servers_may_not_grow(before, after, holds):
    held = {"threads": 7}
    broken = list(measured.grown(held | {"queues": before}, held | {"queues": after}, measured.LONG))
    assert broken == ([] if holds else [f"queues grew from {before} to {after}"])
    assert not list(measured.grown({"queues": before}, {"queues": after}, measured.LONG - 1))


def test_a_fault_that_struck_too_seldom_is_reported():
    assert list(measured.missed(1_200, 1_200, "cuts")) == []
    assert list(measured.missed(3, 1_200, "cuts")) == ["only 3 of 1,200 cuts"]
