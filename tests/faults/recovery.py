"""The time until each reader is back after a fault."""

from bisect import bisect_left, bisect_right
from itertools import accumulate


def recoveries(log):
    """Yield (end, reader, seconds) for every fault and reader, from the fault's end until the reader is back.

    It is back when it has all messages acknowledged before the end, and the first one after it.
    """
    rooms = {reader.room: _acknowledged_by(log, reader.room) for reader in log.readers}
    for reader in log.readers:
        shown = reader.shown
        numbers, instants = [a.message.number for a in shown], [a.at for a in shown]
        instants.append(float("inf"))  # the instant at which it sees a message that it never saw
        for end in log.ends:
            if end < reader.joined:
                continue
            known = rooms[reader.room](end)
            place = bisect_left(numbers, known) if known else -1
            after = max(place + 1, bisect_left(instants, end))
            yield end, reader.name, max(0.0, instants[min(after, len(shown))] - end)


def _acknowledged_by(log, room):
    """Return a function that returns a room's greatest id acknowledged before an instant, or 0."""
    acknowledged = sorted((publish.answered, publish.number) for publish in log.acknowledged() if publish.room == room)
    instants, greatest = [at for at, _ in acknowledged], [0, *accumulate((number for _, number in acknowledged), max)]
    return lambda instant: greatest[bisect_right(instants, instant)]
