"""What could explain that a measured figure is not the model's: what the runs show first, then suspicions."""

import math

from benchmarks.analysis import prediction
from benchmarks.analysis.looks import number
from benchmarks.analysis.quantities import arrived, dig, on_wire, ratio
from benchmarks.analysis.series import Figure
from benchmarks.model import model


def explain(row):
    """Return what could set the measured figure of a deviation.Row apart from the model's."""
    of_kind = {"latency": latency, "requests": requests, "bytes": sizes}[row.quantity.kind]
    return [*of_settings(row), *of_kind(row)]


def of_settings(row):
    """Yield what the workload has that the model has not."""
    settings, kind = row.comparison.settings, row.quantity.kind
    if settings.get("cut") not in (None, "none"):
        yield "readers were cut off: what they missed came late, and coming back took exchanges of its own"
    if settings.get("arrivals") == "regular" and row.series.technique == "longpoll":
        yield "messages came regularly, and the model knows random arrivals alone"
    if settings.get("server") not in (None, "uvicorn") and kind == "bytes":
        yield f"{settings['server']} writes heads of another size, and cuts them otherwise"
    if settings.get("layer") not in (None, "memory") and kind == "latency":
        yield "the bell goes through Redis, after the message is accepted and before it is delivered"
    if settings.get("delay_ms") and kind == "latency":
        yield "the wire that adds the delay takes time of its own, and more when many segments pass at once"


def latency(row):
    """Yield what a latency may owe to chance, to queues, and to the server's own work."""
    series, above = row.series, row.difference > 0
    if series.technique == "polling":
        locked = keeps_phase(row.comparison.settings)
        chance = phase_error(series, "clients" if locked else "delivered")
        if chance > 1 and locked:
            yield (
                "messages come in step with the polls, so each reader waits as long every time, and the mean over so "
                f"few readers moves by about ±{chance:.0f} %"
            )
        elif chance > 1:
            yield f"chance: with so few deliveries the mean of one run moves by about ±{chance:.0f} %"
        if above:
            yield "a queue at the server: polls that come together wait for each other"
    else:
        yield from own_work(row)
    if above:
        yield from busy(series)


def own_work(row):
    """Yield by how much a delivery that waits for no poll differs from what the server took to accept it."""
    apart = number(abs(row.measured.median - row.predicted), 2)
    if row.difference < 0:
        yield f"{apart} ms less: a delivery may leave the server before the publisher's answer, which tells the base"
    else:
        yield f"{apart} ms more than the server took to accept the message and to go through the room"
        if not prediction.is_push(row.series.technique):
            yield "an answer is an exchange of its own, and costs the server more than a push"
    if row.quantity.name in ("p90", "p99"):
        yield "in the tail, what slows the accepting slows the rest as well, or comes between"


def busy(series):
    """Yield that the server's core had little time left, where that is so."""
    cores = series.figure("cores")
    if cores and cores.median > 50:
        yield f"the server used {cores.median:.0f} % of a core, and a queue grows before it has used all"


def requests(row):
    """Yield what the number of requests may owe to the clients' and the server's own time."""
    if row.series.technique == "longpoll":
        yield "messages share an answer when the gap between two requests is longer than link and server make it"
    elif row.difference < 0:
        yield "answers that took longer than the interval"
    else:
        yield "the first poll of each reader comes at a random phase, which a short window does not even out"


def sizes(row):
    """Yield what bytes may owe to how they are cut into segments, and to how much was published."""
    series, above = row.series, row.difference > 0
    pushes = prediction.is_push(series.technique)
    unit, planned = (
        ("a message", "2") if pushes else ("a request", "3" if series.technique == "polling" else "at most 3")
    )
    segments = Figure.of([segments_per_unit(run, pushes) for run in series.valid])
    if series.technique == "longpoll" and not above:
        yield "messages shared an answer more often than in the model, so that there were fewer requests to pay for"
    if row.quantity.name.startswith("ip") and segments:
        yield f"{number(segments.median, 2)} segments {unit}, where the model has {planned}"
        if above:
            what = "a message" if pushes else "an answer"
            yield f"{what} longer than 1,448 bytes, or written in parts, takes more segments"
        else:
            yield "messages close together share a segment"
    if row.quantity.name.startswith("tcp") and above and not pushes:
        yield "the sizes of heads and bodies are those that the lab writes as a rule, and an answer's vary with its ids"


def segments_per_unit(run, pushes):
    """Return how many segments a run's connections carried for each message, or for each request."""
    ip, tcp = on_wire(run, "ip"), on_wire(run, "tcp")
    count = arrived(run) if pushes else dig(run, "requests")
    return None if None in (ip, tcp) else ratio(ip - tcp, count, 1 / model.PACKET)


def keeps_phase(settings):
    """Tell whether a message always comes at the same point of a reader's interval."""
    if settings.get("arrivals") != "regular" or settings.get("pacing") != "rate" or not settings.get("rate"):
        return False
    intervals = 1 / (settings["rate"] * settings["interval"])  # between two messages
    return math.isclose(intervals, round(intervals), rel_tol=1e-6) and intervals >= 1


def phase_error(series, independent="delivered"):
    """Return by how many per cent (one standard error) chance moves polling's mean latency.

    Two deliveries that share a message or a client still wait independently of each other, so all of them count;
    where a client's wait is always the same, `independent` are the clients.
    """
    count = series.by_run(lambda run: dig(run, independent)).median
    return 100 / math.sqrt(3 * count) if count else 0.0
