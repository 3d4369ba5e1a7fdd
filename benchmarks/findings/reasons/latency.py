"""Reasons for deviations of latency: chance, the server's work, the wire, cuts, and queues."""

import math

from benchmarks.analysis import prediction
from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import number_at, ratio

SIGMAS = 3.0  # standard errors within which chance is a reason
BUSY = 50.0  # per cent of a core above which a queue is a reason
WIRE_MS = 1.0  # time that the wire itself may take for each way, besides its delay
SEGMENT_MS = 0.1  # and for each further reader whose segment waits there


def reasons(row):
    """Yield the possible reasons for a latency's deviation."""
    polling = prediction.is_polling(row.series)
    if polling:
        yield from chance(row)
    if row.difference < 0:
        if not (polling or row.series.announce_times) and -row.excess <= acceptance_ms(row):
            yield (
                f"{number(-row.excess, 2)} ms less, and accepting a message took {number(acceptance_ms(row), 2)} ms: a "
                "delivery may leave the server before the publisher's acknowledgement, which is what is measured"
            )
        return
    yield from cut_off(row)
    yield from wire(row)
    if not polling:
        yield from server_work(row)
    yield from busy(row)


def acceptance_ms(row, share=None):
    """Return the time until a message is accepted, in ms: at a percentile, by default the metric's; else the mean."""
    times, share = 1000 * prediction.acceptance(row.series), share or row.metric.share
    return float(times.mean() if share is None else times[min(len(times) - 1, int(share * len(times)))])


def chance(row):
    """Yield the range of a polling figure by chance, if the measured one is in it."""
    settings, series, share = row.comparison.settings, row.series, row.metric.share
    locked = is_phase_locked(settings)
    count = series.estimate_of(lambda run: number_at(run, "clients" if locked else "delivered")).median
    if not count:
        return
    period = 1000 * prediction.parameters(row.comparison, series).period
    middle, error = scatter(round(count), share)
    expected = row.predicted + (middle - (0.5 if share is None else share)) * period
    low = expected - min(middle, SIGMAS * error) * period
    high = expected + min(1 - middle, SIGMAS * error) * period
    if low <= row.measured.median <= high:
        sample = f"{count:,.0f} {'readers' if locked else 'deliveries'}"
        why = "messages are in phase with the polls, so each reader always waits equally long; " if locked else ""
        yield f"{why}with {sample}, chance can put this figure anywhere from {number(low, 2)} to {number(high, 2)} ms"


def scatter(count, share=None):
    """Return (expected value, standard error) of a percentile of so many waits, or of their mean without `share`.

    Both are shares of the interval over which the waits are uniform. Deliveries of one message or to one client are
    still independent, unless a client's wait is always the same: then the clients count.
    """
    if share is None:
        return 0.5, 1 / math.sqrt(12 * count)
    place = min(count, max(1, math.ceil(share * count))) / (count + 1)
    return place, math.sqrt(place * (1 - place) / (count + 2))


def is_phase_locked(settings):
    """Return whether messages always come at the same point of a reader's polling interval."""
    known = settings.get("rate") and settings.get("interval")
    if settings.get("arrivals") != "regular" or settings.get("pacing") != "rate" or not known:
        return False
    intervals = 1 / (settings["rate"] * settings["interval"])  # between two messages
    return math.isclose(intervals, round(intervals), rel_tol=1e-6) and intervals >= 1


def cut_off(row):
    """Yield that readers were cut off, if enough deliveries were late because of it, and late enough."""
    late = row.series.estimate_of(
        lambda run: ratio(number_at(run, "reconnect", "late"), number_at(run, "delivered"))
    ).median
    away = row.series.estimate("back_max").median
    share = row.metric.share
    suffices = late and away and (row.excess <= late * away if share is None else late > 1 - share)
    if suffices and row.excess <= away:
        yield (
            f"readers were cut off: {number(100 * late, 2)} % of the deliveries are messages published meanwhile, and "
            f"the last reader reconnected after {number(away, 2)} ms"
        )


def wire(row):
    """Yield that the wire itself takes time, if there is a wire and it can take that long."""
    delay = row.comparison.settings.get("delay_ms")
    if delay and row.excess <= math.ceil(row.predicted / delay) * WIRE_MS + row.comparison.readers * SEGMENT_MS:
        yield "the wire that adds the delay also takes time itself, and more when many segments pass at once"


def server_work(row):
    """Yield the server's other work for a delivery, besides accepting the message, if it can take that long."""
    settings, share, server = row.comparison.settings, row.metric.share, row.comparison.settings.get("server")
    if settings.get("layer") not in (None, "memory") and row.excess <= acceptance_ms(row):
        yield "the announcement goes through Redis, after the message is accepted and before it is delivered"
    pushes = prediction.is_push(row.series.technique)
    if pushes and server not in (None, "uvicorn") and row.excess <= acceptance_ms(row):
        yield f"with {server} a message cannot be written directly: the reader's task must wake first"
    computing = 0 if pushes else 1000 * prediction.turnaround(row.series)
    if row.excess <= computing:
        yield f"a response is a separate exchange, for which the server computes {number(computing, 2)} ms"
    if share and share > 0.5 and row.excess <= acceptance_ms(row) - acceptance_ms(row, 0.5):
        yield "in the tail, whatever delays accepting a message also delays its delivery"


def busy(row):
    """Yield that a queue grew at the server, if its core was busy and the queue can be that long."""
    cores = row.series.estimate("cores").median
    if cores and cores > BUSY and row.excess <= queue_ms(row, cores / 100):
        yield f"the server used {cores:.0f} % of a core, and a queue grows before it uses all of it"


def queue_ms(row, used):
    """Return the time, in ms, for work that arrives at random at a server with this load: M/M/1, with the queue."""
    work = "published" if prediction.is_push(row.series.technique) else "requests"
    service = row.series.estimate_of(lambda run: ratio(number_at(run, "server_cpu_s"), number_at(run, work), 1000))
    if used >= 1 or row.metric.share == 1:
        return math.inf
    return (service.median or 0.0) / (1 - used) * (1 if row.metric.share is None else -math.log(1 - row.metric.share))
