"""What could explain that a measured figure is not the model's: suspicions, said as such."""

import math

from benchmarks import model
from benchmarks.looks import number
from benchmarks.prediction import is_push
from benchmarks.series import Figure, dig


def explain(comparison, row):
    """Return what could set the measured figure apart from the model's: suspicions, not findings."""
    if row.what.startswith("latency"):
        return list(explain_latency(comparison, row))
    if row.what == "requests":
        return list(explain_requests(row))
    return list(explain_bytes(row))


def explain_latency(comparison, row):
    """Yield what a latency may owe to chance, to queues, and to the place in the fan-out."""
    series = row.series
    if series.technique == "polling":
        chance = phase_error(series)
        if chance > 1:
            yield f"chance: with so few deliveries the mean of one run moves by about ±{chance:.0f} %"
        if row.difference > 0:
            yield "a queue at the server: polls that come together wait for each other"
        return
    if not is_push(series):
        yield "the base is a push's, but an answer to a request and the next request cost more of the server's time"
    elif row.what == "latency, p50":
        yield "the base is the median over all push runs, and this technique lies to one side of it"
    if row.difference > 0 and (last := last_of_fan_out(comparison, series)):
        yield (
            "readers of a room are served one after another: by its CPU time a delivery, the last one waits up to "
            f"{number(last, 2)} ms for the others"
        )
    if row.difference > 0:
        yield "commits to disk that take longer than the median one"


def explain_requests(row):
    """Yield what the number of requests may owe to the clients' and the server's own time."""
    if row.series.technique == "longpoll":
        yield "the gap between two requests is taken as twice the base; messages that fall into one share an answer"
    elif row.difference < 0:
        yield "answers that took longer than the interval"


def explain_bytes(row):
    """Yield what bytes may owe to how they are cut into segments."""
    series = row.series
    pushes, above = is_push(series), row.difference > 0
    segments = Figure.of([segments_per_unit(run, "arrived" if pushes else "requests") for run in series.valid])
    if row.level == "ip" and segments:
        unit = "a message" if pushes else "a request"
        planned = "2" if pushes else "3" if series.technique == "polling" else "at most 3"
        yield f"{number(segments.median, 2)} segments {unit}, where the model has {planned}"
        if above and not pushes:
            yield "the server writes an answer's head and its body apart"
        elif not above:
            yield "messages close together share a segment"
    elif row.level == "tcp" and series.stage:
        yield "the sizes are those of the finished technique, not of this stage"


def segments_per_unit(run, count):
    """Return how many segments a run's connections carried for each of what is counted."""
    ways = [dig(run, f"{level}_bytes", way) for level in ("ip", "tcp") for way in ("up", "down")]
    if None in ways or not dig(run, count):
        return None
    return (ways[0] + ways[1] - ways[2] - ways[3]) / model.PACKET / dig(run, count)


def last_of_fan_out(comparison, series):
    """Return N·c in ms: readers of a room, times the server's CPU time for one delivery."""
    readers = comparison.clients / (comparison.workload.get("rooms") or 1)
    return series.cpu.median * readers if series.cpu else None


def phase_error(series):
    """Return by how many per cent (one standard error) chance moves polling's mean latency.

    Two deliveries that share a message or a client still wait independently of each other, so all of them count.
    """
    delivered = series.figure("delivered").median
    return 100 / math.sqrt(3 * delivered) if delivered else 0.0
