"""Reasons for deviations of bytes: the number of requests, their payload, and their segments."""

from dataclasses import dataclass

from benchmarks import model
from benchmarks.analysis import prediction
from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import arrived, bytes_on_wire, number_at, ratio, reader_seconds
from benchmarks.analysis.series import Estimate

UNEXPLAINED = "not explained"
RECONNECT_MAX = 1_500  # bytes of a reader's reconnect at most: a connection, a request or handshake, its response
SEGMENT = 1_448  # bytes of payload
DELAYED_ACK = 40.0  # ms after which a request is acknowledged although its response has not come
PART_MIN = 0.2  # share of a difference in bytes below which a part of it is not named


@dataclass(frozen=True)
class Bytes:
    """Bytes as units per second and reader, each with so much payload and so many segments."""

    units: float
    payload: float
    segments: float

    @property
    def sum(self):
        """Bytes per second and reader."""
        return self.units * (self.payload + model.PACKET * self.segments)


def reasons(row):
    """Yield the parts of the bytes that made the difference, each with its reason."""
    measured, predicted = measured_bytes(row), predicted_bytes(row)
    if not (measured and predicted):
        return
    unit = "message" if prediction.is_push(row.series.technique) else "request"
    total, difference = predicted.sum, row.difference / 100
    if unit == "request" and matters(measured.units / predicted.units - 1, difference):
        more = 100 * abs(measured.units / predicted.units - 1)
        yield f"{number(more, 2)} % {'more' if difference > 0 else 'fewer'} requests than in the model"
    if matters(predicted.units * model.PACKET * (measured.segments - predicted.segments) / total, difference):
        segments = f"{number(measured.segments)} segments per {unit} instead of {number(predicted.segments)}"
        yield f"{segments}: {segments_reason(row, unit) or UNEXPLAINED}"
    if matters(predicted.units * (measured.payload - predicted.payload) / total, difference):
        payload = f"{number(measured.payload)} bytes per {unit}, without TCP/IP headers, instead of"
        reason = payload_reason(row, unit, measured, predicted) or UNEXPLAINED
        yield f"{payload} {number(predicted.payload)}: {reason}"


def matters(part, difference):
    """Return whether a part of a difference has the same sign and is large enough to name."""
    return part * difference > 0 and abs(part) >= PART_MIN * abs(difference)


def measured_bytes(row):
    """Return the measured Bytes of what the row's metric counts; None if they are unknown."""
    directions = ("up",) if row.metric.name == "up" else ()
    pushes = prediction.is_push(row.series.technique)

    def per_unit(figure):
        return row.series.estimate_of(
            lambda run: figure(run, arrived(run) if pushes else number_at(run, "requests"))
        ).median

    units = per_unit(lambda run, count: ratio(count, reader_seconds(run)))
    payload = per_unit(lambda run, count: ratio(bytes_on_wire(run, "tcp", *directions), count))
    total = per_unit(lambda run, count: ratio(bytes_on_wire(run, "ip", *directions), count))
    if None in (units, payload, total):
        return None
    return Bytes(units, payload, (total - payload) / model.PACKET if counts_segments(row) else 0.0)


def predicted_bytes(row):
    """Return the Bytes of the model; None if it has none."""
    name, p = row.series.technique, prediction.parameters(row.comparison, row.series)
    units = p.rate if prediction.is_push(name) else model.requests(name, p)
    up = row.metric.name == "up"
    payload, packets = model.up(name, p) if up else (model.payload(name, p), model.packets(name, p))
    return Bytes(units, payload / units, packets / units if counts_segments(row) else 0.0) if units else None


def counts_segments(row):
    """Return whether the row's metric includes the headers of segments."""
    return not row.metric.name.startswith("tcp")


def segments_reason(row, unit):
    """Return a reason for more or fewer segments per message or request; None if none is known."""
    settings = row.comparison.settings
    if row.difference <= 0:
        return "messages close together share a segment" if unit == "message" else None
    if reconnects_explain(row):
        return "readers were cut off, and opening a connection takes additional segments"
    down = bytes_down(row, unit)
    if down and down > SEGMENT:
        return f"{'a message' if unit == 'message' else 'a response'} of {down:,.0f} bytes takes several"
    if settings.get("server") not in (None, "uvicorn"):
        return f"{settings['server']} writes in more parts"
    if unit == "request" and row.metric.name != "up" and 2 * (settings.get("delay_ms") or 0) >= DELAYED_ACK:
        return "the wire acknowledges a request before it has the response from the other side"
    return None


def payload_reason(row, unit, measured, predicted):
    """Return a reason for more or fewer bytes per message or request; None if none is known."""
    server = row.comparison.settings.get("server")
    if reconnects_explain(row) and row.difference > 0:
        return "readers were cut off, and reconnecting takes additional exchanges"
    if unit == "request" and server not in (None, "uvicorn"):
        return f"{server} writes headers of another size"
    if unit == "request" and (measured.units - predicted.units) * row.difference < 0:
        fewer, more = ("fewer", "more") if row.difference > 0 else ("more", "fewer")
        return f"with {fewer} requests, each brings {more} messages"
    return None


def reconnects_explain(row):
    """Return whether readers were cut off, and their reconnects can account for the excess bytes."""
    count = row.series.estimate_of(lambda run: number_at(run, "reconnects")).median or 0
    scale = arrived if row.metric.unit.endswith("message") else reader_seconds
    return 0 < row.excess * (row.series.estimate_of(scale).median or 0) <= count * RECONNECT_MAX


def bytes_down(row, unit):
    """Return the bytes down per message or request."""
    count = arrived if unit == "message" else lambda run: number_at(run, "requests")
    return Estimate.of([ratio(bytes_on_wire(run, "tcp", "down"), count(run)) for run in row.series.valid]).median
