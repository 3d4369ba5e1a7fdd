"""What could explain that a measured figure is not the model's.

Each reason is given where it can be one: where it moves the figure to the side on which it lies, and by as much.
"""

import math
from dataclasses import dataclass

from benchmarks.analysis import prediction
from benchmarks.analysis.looks import number
from benchmarks.analysis.quantities import arrived, client_seconds, dig, on_wire, ratio
from benchmarks.analysis.series import Figure
from benchmarks.model import model

UNEXPLAINED = "not explained"
SIGMAS = 3.0  # how far chance is believed to reach, standard errors
BUSY = 50.0  # per cent of a core, from which on a queue is worth looking for
WIRE_MS = 1.0  # that the wire may take itself for each way, on top of its delay
SEGMENT_MS = 0.1  # and for each reader that waits its turn there
RETURN = 1_500  # bytes that a reader's return takes at most: a connection, a request or handshake, its answer
SEGMENT = 1_448  # bytes of payload
DELAYED_ACK = 40.0  # ms, after which a request is acknowledged though its answer has not come
PART = 0.2  # of a difference in bytes: what made less of it is not named


def explain(row):
    """Return what could set the measured figure of a deviation.Row apart from the model's; UNEXPLAINED at least."""
    if row.series.technique == "longpoll" and together(row.comparison.settings):
        return ["messages came regularly from several publishers, and the model knows those of one, or random ones"]
    of_kind = {"latency": latency, "requests": requests, "bytes": sizes}[row.quantity.kind]
    return list(of_kind(row)) or [UNEXPLAINED]


def together(settings):
    """Tell whether the arrivals are neither random nor evenly apart."""
    return settings.get("arrivals") == "regular" and (settings.get("publishers") or 1) > 1


def latency(row):
    """Yield what a latency may owe to chance, to the server's own work, to what stands before it, and to queues."""
    polling = prediction.polls(row.series)
    if polling:
        yield from chance(row)
    if row.difference < 0:
        if not polling and -apart(row) <= accepting(row):
            yield (
                f"{number(-apart(row), 2)} ms less, where accepting took {number(accepting(row), 2)}: a delivery may "
                "leave the server before the publisher's answer, which tells the base"
            )
        return
    yield from cut_off(row)
    yield from wire(row)
    if not polling:
        yield from own_work(row)
    yield from busy(row)


def apart(row):
    """Return by how much the measured figure lies above the model's, in the figure's unit."""
    return row.measured.median - row.predicted


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
    reaches = late and away and (apart(row) <= late * away if share is None else late > 1 - share)
    if reaches and apart(row) <= away:
        yield (
            f"readers were cut off: {number(100 * late, 2)} % of the deliveries are of messages that they missed, and "
            f"the last of them was away for {number(away, 2)} ms"
        )


def wire(row):
    """Yield that the wire takes time of its own, where there is one and it can be as much."""
    delay = row.comparison.settings.get("delay_ms")
    if delay and apart(row) <= math.ceil(row.predicted / delay) * WIRE_MS + row.comparison.readers * SEGMENT_MS:
        yield "the wire that adds the delay takes time of its own, and more when many segments pass at once"


def own_work(row):
    """Yield what a delivery that waits for no poll takes besides being accepted, where it can be as much."""
    settings, share, server = row.comparison.settings, row.quantity.share, row.comparison.settings.get("server")
    if settings.get("layer") not in (None, "memory") and apart(row) <= accepting(row):
        yield "the bell goes through Redis, after the message is accepted and before it is delivered"
    pushes = prediction.is_push(row.series.technique)
    if pushes and server not in (None, "uvicorn") and apart(row) <= accepting(row):
        yield f"{server} lets nobody write past the reader's task, which is woken first"
    computing = 0 if pushes else 1000 * prediction.turnaround(row.series)
    if apart(row) <= computing:
        yield f"an answer is an exchange of its own, for which the server computes {number(computing, 2)} ms"
    if share and share > 0.5 and apart(row) <= accepting(row) - accepting(row, 0.5):
        yield "in the tail, what slows the accepting slows the rest as well, or comes between"


def busy(row):
    """Yield that a queue grew before the server, where its core had little time left and the queue can be as long."""
    cores = row.series.figure("cores").median
    if cores and cores > BUSY and apart(row) <= queue(row, cores / 100):
        yield f"the server used {cores:.0f} % of a core, and a queue grows before it has used all"


def queue(row, used):
    """Return how long, in ms, work that comes at random takes at a server that is so busy (M/M/1), queue included."""
    work = "published" if prediction.is_push(row.series.technique) else "requests"
    each = row.series.by_run(lambda run: ratio(dig(run, "server_cpu_s"), dig(run, work), 1000)).median or 0.0
    if used >= 1 or row.quantity.share == 1:
        return math.inf
    return each / (1 - used) * (1 if row.quantity.share is None else -math.log(1 - row.quantity.share))


def requests(row):
    """Yield what the number of requests may owe to the clients' and the server's own time."""
    runs, settings = row.series, row.comparison.settings
    seconds, readers = runs.by_run(client_seconds).median, runs.by_run(lambda run: dig(run, "clients")).median
    off = apart(row) * (seconds or 0)  # requests of all readers in a window
    back = runs.by_run(lambda run: dig(run, "reconnects")).median or 0
    away = runs.by_run(lambda run: dig(run, "reconnect", "back_ms", "mean")).median or 0.0
    if 0 < off <= back:
        yield f"readers came back {back:,.0f} times, and asked anew"
    if 0 < -off <= row.predicted * back * away / 1000:
        yield f"readers were cut off, for {number(away, 2)} ms in the mean, and asked nothing meanwhile"
    if runs.technique == "longpoll":
        yield from sharing(row)
    elif abs(off) <= SIGMAS * 0.5 * math.sqrt(readers or 1):
        yield "the first poll of each reader comes at a random phase, which a short window does not even out"
    elif off < 0 and settings.get("pacing") != "pause" and slowest(row) > 1000 * (settings.get("interval") or 1.0):
        yield f"a poll waits for the answer before it, which a round trip of {number(slowest(row), 2)} ms makes late"


def slowest(row):
    """Return how long, in ms, a poll takes at least: the link there and back, and the server's computing."""
    p = prediction.parameters(row.comparison, row.series)
    return 1000 * p.gap


def sharing(row):
    """Yield how many messages shared an answer of long polling, where fewer requests come of that."""
    full = row.series.by_run(lambda run: ratio(arrived(run), filled(run))).median
    p = prediction.parameters(row.comparison, row.series)
    answers = row.predicted * (1 - model.empty_share("longpoll", p))
    if row.difference < 0 and full and answers and full > p.rate / answers:
        yield (
            f"{number(full, 2)} messages share an answer, where the model has {number(p.rate / answers, 2)}: the gap "
            "between two requests is longer than link and server make it"
        )


def filled(run):
    """Return how many answers of a run brought a message."""
    empty, asked = dig(run, "empty_responses"), dig(run, "requests")
    return None if None in (empty, asked) else asked - empty


@dataclass(frozen=True)
class Bytes:
    """What makes up bytes: so many units a second and reader, each with so much payload and so many segments."""

    units: float
    payload: float
    segments: float

    @property
    def sum(self):
        """Bytes a second and reader."""
        return self.units * (self.payload + model.PACKET * self.segments)


def sizes(row):
    """Yield which parts of the bytes made the difference, each with its reason."""
    measured, planned = bytes_of(row), planned_bytes(row)
    if not (measured and planned):
        return
    unit = "message" if prediction.is_push(row.series.technique) else "request"
    whole, difference = planned.sum, row.difference / 100
    if unit == "request" and named(measured.units / planned.units - 1, difference):
        more = 100 * abs(measured.units / planned.units - 1)
        yield f"{number(more, 2)} % {'more' if difference > 0 else 'fewer'} requests than in the model"
    if named(planned.units * model.PACKET * (measured.segments - planned.segments) / whole, difference):
        segments = f"{number(measured.segments)} segments a {unit}, where the model has {number(planned.segments)}"
        yield f"{segments}: {why_segments(row, unit) or UNEXPLAINED}"
    if named(planned.units * (measured.payload - planned.payload) / whole, difference):
        payload = f"{number(measured.payload)} bytes a {unit} but for headers of TCP and IP, where the model has"
        yield f"{payload} {number(planned.payload)}: {why_payload(row, unit, measured, planned) or UNEXPLAINED}"


def named(part, difference):
    """Tell whether a part of a difference goes its way, and makes enough of it."""
    return part * difference > 0 and abs(part) >= PART * abs(difference)


def bytes_of(row):
    """Return the Bytes measured, of what the row's quantity counts; None where they are unknown."""
    ways = ("up",) if row.quantity.name == "up" else ()
    pushes = prediction.is_push(row.series.technique)

    def each(figure):
        return row.series.by_run(lambda run: figure(run, arrived(run) if pushes else dig(run, "requests"))).median

    units = each(lambda run, count: ratio(count, client_seconds(run)))
    payload = each(lambda run, count: ratio(on_wire(run, "tcp", *ways), count))
    whole = each(lambda run, count: ratio(on_wire(run, "ip", *ways), count))
    known = None not in (units, payload, whole)
    counted = not row.quantity.name.startswith("tcp")
    return Bytes(units, payload, (whole - payload) / model.PACKET if counted else 0.0) if known else None


def planned_bytes(row):
    """Return the Bytes of the model; None where it has none."""
    name, p = row.series.technique, prediction.parameters(row.comparison, row.series)
    units = p.rate if prediction.is_push(name) else model.requests(name, p)
    up = row.quantity.name == "up"
    payload, packets = model.up(name, p) if up else (model.payload(name, p), model.packets(name, p))
    counted = not row.quantity.name.startswith("tcp")
    return Bytes(units, payload / units, packets / units if counted else 0.0) if units else None


def why_segments(row, unit):
    """Return what could have made the segments of a message or a request more, or fewer; None where nothing known."""
    settings, above = row.comparison.settings, row.difference > 0
    if not above:
        return "messages close together share a segment" if unit == "message" else None
    if came_back(row):
        return "readers were cut off, and opening a connection takes segments of its own"
    brought = down_each(row, unit)
    if brought and brought > SEGMENT:
        return f"{'a message' if unit == 'message' else 'an answer'} of {brought:,.0f} bytes takes several"
    if settings.get("server") not in (None, "uvicorn"):
        return f"{settings['server']} writes in more parts"
    if unit == "request" and row.quantity.name != "up" and 2 * (settings.get("delay_ms") or 0) >= DELAYED_ACK:
        return "the wire acknowledges a request before it has the answer from the far end"
    return None


def why_payload(row, unit, measured, planned):
    """Return what could have made a message's or a request's bytes more, or fewer; None where nothing is known."""
    server = row.comparison.settings.get("server")
    if came_back(row) and row.difference > 0:
        return "readers were cut off, and coming back takes exchanges of its own"
    if unit == "request" and server not in (None, "uvicorn"):
        return f"{server} writes heads of another size"
    if unit == "request" and (measured.units - planned.units) * row.difference < 0:
        fewer, more = ("fewer", "more") if row.difference > 0 else ("more", "fewer")
        return f"with {fewer} requests each brings {more} messages"
    return None


def came_back(row):
    """Tell whether readers came back from a cut, and that can have taken the bytes that are too many."""
    back = row.series.by_run(lambda run: dig(run, "reconnects")).median or 0
    scale = arrived if row.quantity.unit.endswith("message") else client_seconds
    return 0 < apart(row) * (row.series.by_run(scale).median or 0) <= back * RETURN


def down_each(row, unit):
    """Return the bytes that came down for a message or a request."""
    count = arrived if unit == "message" else lambda run: dig(run, "requests")
    return Figure.of([ratio(on_wire(run, "tcp", "down"), count(run)) for run in row.series.valid]).median
