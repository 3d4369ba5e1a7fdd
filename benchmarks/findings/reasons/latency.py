"""What a latency may owe to chance, to the server's own work, to what stands before it, and to queues."""

import math

from benchmarks.analysis import prediction
from benchmarks.analysis.metrics import dig, ratio
from benchmarks.analysis.style import number

SIGMAS = 3.0  # how far chance is believed to reach, standard errors
BUSY = 50.0  # per cent of a core, from which on a queue is worth looking for
WIRE_MS = 1.0  # that the wire may take itself for each way, on top of its delay
SEGMENT_MS = 0.1  # and for each reader that waits its turn there


def reasons(row):
    """Yield what a latency may owe to chance, to the server's own work, to what stands before it, and to queues."""
    polling = prediction.polls(row.series)
    if polling:
        yield from chance(row)
    if row.difference < 0:
        if not polling and -row.excess <= accepting(row):
            yield (
                f"{number(-row.excess, 2)} ms less, where accepting took {number(accepting(row), 2)}: a delivery may "
                "leave the server before the publisher's answer, which tells the base"
            )
        return
    yield from cut_off(row)
    yield from wire(row)
    if not polling:
        yield from own_work(row)
    yield from busy(row)


def accepting(row, share=None):
    """Return how long the server took to accept a message, in ms: at the percentile that is asked of, or the mean."""
    times, share = 1000 * prediction.base(row.series), share or row.quantity.share
    return float(times.mean() if share is None else times[min(len(times) - 1, int(share * len(times)))])


def chance(row):
    """Yield how far chance can move a figure of polling, where the measured one lies within that."""
    settings, series, share = row.comparison.settings, row.series, row.quantity.share
    locked = keeps_phase(settings)
    count = series.by_run(lambda run: dig(run, "clients" if locked else "delivered")).median
    if not count:
        return
    period = 1000 * prediction.parameters(row.comparison, series).period
    middle, error = scatter(round(count), share)
    usual = row.predicted + (middle - (0.5 if share is None else share)) * period
    low = usual - min(middle, SIGMAS * error) * period
    high = usual + min(1 - middle, SIGMAS * error) * period
    if low <= row.measured.median <= high:
        who = f"{count:,.0f} {'readers' if locked else 'deliveries'}"
        why = "messages come in step with the polls, so each reader waits as long every time, and " if locked else ""
        yield f"{why}over {who} chance can put this figure anywhere from {number(low, 2)} to {number(high, 2)} ms"


def scatter(count, share=None):
    """Return where a percentile of so many waits lies as a rule, and its standard error; of their mean without `share`.

    Both are shares of the interval over which the waits are uniform. Deliveries that share a message or a client
    still wait independently of each other; where a client's wait is always the same, the clients count.
    """
    if share is None:
        return 0.5, 1 / math.sqrt(12 * count)
    place = min(count, max(1, math.ceil(share * count))) / (count + 1)
    return place, math.sqrt(place * (1 - place) / (count + 2))


def keeps_phase(settings):
    """Tell whether a message always comes at the same point of a reader's interval."""
    known = settings.get("rate") and settings.get("interval")
    if settings.get("arrivals") != "regular" or settings.get("pacing") != "rate" or not known:
        return False
    intervals = 1 / (settings["rate"] * settings["interval"])  # between two messages
    return math.isclose(intervals, round(intervals), rel_tol=1e-6) and intervals >= 1


def cut_off(row):
    """Yield that readers were away, where enough deliveries were late by that, and late enough."""
    late = row.series.by_run(lambda run: ratio(dig(run, "reconnect", "late"), dig(run, "delivered"))).median
    away = row.series.figure("back_max").median
    share = row.quantity.share
    reaches = late and away and (row.excess <= late * away if share is None else late > 1 - share)
    if reaches and row.excess <= away:
        yield (
            f"readers were cut off: {number(100 * late, 2)} % of the deliveries are of messages that they missed, and "
            f"the last of them was away for {number(away, 2)} ms"
        )


def wire(row):
    """Yield that the wire takes time of its own, where there is one and it can be as much."""
    delay = row.comparison.settings.get("delay_ms")
    if delay and row.excess <= math.ceil(row.predicted / delay) * WIRE_MS + row.comparison.readers * SEGMENT_MS:
        yield "the wire that adds the delay takes time of its own, and more when many segments pass at once"


def own_work(row):
    """Yield what a delivery that waits for no poll takes besides being accepted, where it can be as much."""
    settings, share, server = row.comparison.settings, row.quantity.share, row.comparison.settings.get("server")
    if settings.get("layer") not in (None, "memory") and row.excess <= accepting(row):
        yield "the announcement goes through Redis, after the message is accepted and before it is delivered"
    pushes = prediction.is_push(row.series.technique)
    if pushes and server not in (None, "uvicorn") and row.excess <= accepting(row):
        yield f"{server} lets nobody write past the reader's task, which is woken first"
    computing = 0 if pushes else 1000 * prediction.turnaround(row.series)
    if row.excess <= computing:
        yield f"an answer is an exchange of its own, for which the server computes {number(computing, 2)} ms"
    if share and share > 0.5 and row.excess <= accepting(row) - accepting(row, 0.5):
        yield "in the tail, what slows the accepting slows the rest as well, or comes between"


def busy(row):
    """Yield that a queue grew before the server, where its core had little time left and the queue can be as long."""
    cores = row.series.figure("cores").median
    if cores and cores > BUSY and row.excess <= queue(row, cores / 100):
        yield f"the server used {cores:.0f} % of a core, and a queue grows before it has used all"


def queue(row, used):
    """Return how long, in ms, work that comes at random takes at a server that is so busy (M/M/1), queue included."""
    work = "published" if prediction.is_push(row.series.technique) else "requests"
    each = row.series.by_run(lambda run: ratio(dig(run, "server_cpu_s"), dig(run, work), 1000)).median or 0.0
    if used >= 1 or row.quantity.share == 1:
        return math.inf
    return each / (1 - used) * (1 if row.quantity.share is None else -math.log(1 - row.quantity.share))
