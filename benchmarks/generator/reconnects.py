"""Summarizes how readers reconnect after all of them were cut off at once."""

from benchmarks.generator.histogram import Histogram

CROWD = 100.0  # ms, the window in which simultaneous reconnects are counted


def summarize(records, cut_at):
    """Return what a cut at `cut_at` (ms since the epoch) did; None if there was none.

    {"back_ms": times from the cut to each reader's next connection, "away": readers that did not reconnect, "missed":
    deliveries lost, "late": deliveries of messages published while their reader was away, "requests": the most readers
    that reconnected within CROWD ms}.
    """
    if cut_at is None:
        return None
    opened = {number: at for number, _room, _requests, _empty, _reconnects, at, *_traffic in records.clients}
    back = {number: at for number, at in opened.items() if at > cut_at}
    late = sum(cut_at <= scheduled < back.get(client, 0) for client, _room, _id, scheduled, _at in records.deliveries)
    return {
        "back_ms": Histogram(at - cut_at for at in back.values()).summary(),
        "away": len(opened) - len(back),
        "missed": records.ledger()["lost"],
        "late": late,
        "requests": largest_crowd(sorted(back.values())),
    }


def largest_crowd(instants):
    """Return the largest number of the sorted instants (ms) that lie within CROWD ms."""
    most = first = 0
    for last, instant in enumerate(instants):
        while instant - instants[first] > CROWD:
            first += 1
        most = max(most, last - first + 1)
    return most
