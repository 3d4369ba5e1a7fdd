"""Dissection of an exchange: what each of its bytes is, in one sentence, and the standard that defines it."""

from lab.wire.capture.capture import Exchange
from lab.wire.dissect import bodies, frames, headers, part

DISSECTED_MAX = 65_536  # bytes of an exchange
PARTS_MAX = 2_000
FRAMES = ("frame", "heartbeat", "ping", "pong", "close")
EVENTS = ("event", "heartbeat", "comment", "close")
FIN = 0x80  # set in the first byte of an unfragmented frame; a block of an event stream begins with ASCII


def dissect(exchange: Exchange) -> list[part.Part]:
    """Return [{"name", "bytes": [start, end], "bits"?, "value", "explains", "rfc"}] for an exchange, in order."""
    data = exchange.data[:DISSECTED_MAX]
    if not data:
        return []
    if exchange.kind in FRAMES and exchange.chunk_left is None and data[0] & FIN:
        return frames.dissect(data)
    if exchange.kind in EVENTS:
        has_bom = bool(exchange.note and exchange.note.get("bom"))
        return bodies.dissect(data, 0, exchange.chunk_left, is_event_stream=True, has_bom=has_bom)[:PARTS_MAX]
    if exchange.kind == "other":
        explains = "Neither HTTP nor WebSocket, or incomplete."
        return [part.make("bytes", 0, len(data), part.text(data), explains, "")]
    parts, end, is_chunked = headers.dissect(data)
    return (parts + bodies.dissect(data, end, 0 if is_chunked else None))[:PARTS_MAX]
