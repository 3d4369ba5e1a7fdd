"""What bytes may owe to the number of requests, to their payload and to the segments that carry it."""

from dataclasses import dataclass

from benchmarks.analysis import prediction
from benchmarks.analysis.metrics import arrived, client_seconds, dig, on_wire, ratio
from benchmarks.analysis.series import Figure
from benchmarks.analysis.style import number
from benchmarks.model import model

UNEXPLAINED = "not explained"
RETURN = 1_500  # bytes that a reader's return takes at most: a connection, a request or handshake, its answer
SEGMENT = 1_448  # bytes of payload
DELAYED_ACK = 40.0  # ms, after which a request is acknowledged though its answer has not come
PART = 0.2  # of a difference in bytes: what made less of it is not named


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


def reasons(row):
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
    return 0 < row.excess * (row.series.by_run(scale).median or 0) <= back * RETURN


def down_each(row, unit):
    """Return the bytes that came down for a message or a request."""
    count = arrived if unit == "message" else lambda run: dig(run, "requests")
    return Figure.of([ratio(on_wire(run, "tcp", "down"), count(run)) for run in row.series.valid]).median
