"""An exchange taken apart: which of its bytes are what, in one line each, with the standard that says so."""

from lab.wire.dissect import bodies, frames, heads, part

SHOWN = 65_536  # bytes of an exchange that are taken apart
PARTS_MAX = 2_000
FRAMES = ("frame", "heartbeat", "ping", "pong", "close")
FIN = 0x80  # in the first byte of a whole frame; an event stream begins a block with ASCII


def taken_apart(exchange):
    """Return [{"name", "bytes": [start, end], "bits"?, "value", "explains", "rfc"}] of an exchange, in order."""
    data = exchange.data[:SHOWN]
    if not data:
        return []
    if exchange.kind in FRAMES and exchange.inside is None and data[0] & FIN:
        return frames.taken_apart(data)
    if exchange.kind in ("event", "heartbeat", "comment", "close"):
        has_bom = bool(exchange.note and exchange.note.get("bom"))
        return bodies.taken_apart(data, 0, exchange.inside, is_event_stream=True, has_bom=has_bom)[:PARTS_MAX]
    if exchange.kind == "other":
        return [part.make("bytes", 0, len(data), part.text(data), "Neither HTTP nor a WebSocket, or not whole.", "")]
    parts, end, chunked = heads.taken_apart(data)
    return (parts + bodies.taken_apart(data, end, 0 if chunked else None))[:PARTS_MAX]
