"""Dissection of bodies: chunks, and the fields of an event stream."""

from collections.abc import Iterable

from lab.wire.dissect import headers, part
from lab.wire.scan import chunked
from lab.wire.scan.event_lines import EventLineParser
from lab.wire.scan.events import BOM

FIELDS = {
    "": "A comment: it keeps the connection open and is no event.",
    "data": "The data of the event: here, a message.",
    "data of a heartbeat": "No message; browsers would drop an event without a data field.",
    "id": "The browser sends it back in Last-Event-ID when it reconnects.",
    "event": "The type of the event; `message` if there is none.",
    "event of a heartbeat": "The type of the event: a sign for scripts that the connection is alive.",
    "retry": "Milliseconds that the browser waits before it reconnects.",
}
UNKNOWN_FIELD = "A field that browsers ignore."
CHUNK = "The size of the chunk in bytes, in hexadecimal."
LAST_CHUNK = "The size of the chunk in bytes, in hexadecimal; 0 marks the end of the body."
EVENT_STREAM = "HTML §9.2.6"


def dissect(
    data: bytes, begin: int, chunk_left: int | None, is_event_stream: bool = False, has_bom: bool = False
) -> list[part.Part]:
    """Return the parts of a body, or of a piece of an event stream, in `data` from `begin` on.

    `chunk_left`: bytes left of the chunk in which it begins, 0 if the size of a chunk comes first, None without chunks.
    `has_bom`: the content begins with a byte order mark.
    """
    parts = []
    for name, start, end in spans(data, begin, chunk_left):
        if name == chunked.CONTENT:
            if has_bom and data.startswith(BOM, start):
                explains = "Ignored, because it is at the beginning of the stream."
                parts.append(part.make("byte order mark", start, start + len(BOM), "", explains, EVENT_STREAM))
                start += len(BOM)
            has_bom = False
            parts += fields(data, start, end) if is_event_stream else content(data, start, end)
        elif name == chunked.SIZE:
            value = part.text(data[start:end]).strip()
            explains = LAST_CHUNK if value == "0" else CHUNK
            parts.append(part.make("chunk size", start, end, value, explains, "RFC 9112 §7.1"))
        elif name == chunked.TRAILER:
            parts.append(headers.field(data, start, end))
        else:
            parts.append(part.make("chunk end", start, end, "", "The chunk ends.", "RFC 9112 §7.1"))
    return parts


def spans(data: bytes, begin: int, chunk_left: int | None) -> Iterable[tuple[str, int, int]]:
    """Return the (part, start, end) of a body that may be chunked."""
    if chunk_left is not None:
        return chunked.parts(data, begin, chunk_left)
    return [(chunked.CONTENT, begin, len(data))] if begin < len(data) else []


def fields(data: bytes, start: int, end: int) -> list[part.Part]:
    """Return the parts of an event stream's lines."""
    parts, event_type, lines = [], "", EventLineParser()
    while start < end:
        _token, stop = lines.step(data, start, end)
        if lines.after_cr and data[stop : min(stop + 1, end)] == b"\n":
            _token, stop = lines.step(data, stop, end)
        name = part.text(data[start : start + lines.name_size])
        value = part.text(data[start + lines.field_size :][: lines.value_size])
        if name or lines.has_colon:
            event_type = value if name == "event" else event_type
            explains = FIELDS.get(f"{name} of a {event_type}") or FIELDS.get(name, UNKNOWN_FIELD)
            parts.append(part.make(name or "comment", start, stop, value, explains, EVENT_STREAM))
        else:
            explains = "The event ends here, and the browser delivers it."
            parts.append(part.make("blank line", start, stop, "", explains, EVENT_STREAM))
            event_type = ""
        lines.begin_line()
        start = stop
    return parts


def content(data: bytes, start: int, end: int) -> list[part.Part]:
    """Return the one part of content that is not dissected further."""
    explains = "The content that the headers describe."
    return [part.make("body", start, end, part.text(data[start:end]), explains, "RFC 9112 §6")]
