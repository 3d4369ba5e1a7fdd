"""Coming back after everybody was cut off at once."""

from benchmarks.generator.measures import Histogram

CROWD = 100.0  # ms in which those who come back at once are counted


def returning(notes, cut_at):
    """Return what a cut at `cut_at` (ms since the epoch) did; None where there was none.

    {"back_ms": from the cut to each reader's next connection, "away": readers that did not come back, "missed":
    deliveries lost, "late": deliveries of what was published while their reader was away, "requests": the most
    readers that came back within CROWD ms}.
    """
    if cut_at is None:
        return None
    opened = {number: at for number, _room, _requests, _empty, _reconnects, at, *_traffic in notes.clients}
    back = {number: at for number, at in opened.items() if at > cut_at}
    late = sum(cut_at <= scheduled < back.get(client, 0) for client, _room, _id, scheduled, _at in notes.deliveries)
    return {
        "back_ms": Histogram(at - cut_at for at in back.values()).summary(),
        "away": len(opened) - len(back),
        "missed": notes.ledger()["lost"],
        "late": late,
        "requests": crowd(sorted(back.values())),
    }


def crowd(instants):
    """Return how many of the sorted instants (ms) lie within CROWD ms at most."""
    most = first = 0
    for last, instant in enumerate(instants):
        while instant - instants[first] > CROWD:
            first += 1
        most = max(most, last - first + 1)
    return most
