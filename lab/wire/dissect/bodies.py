"""Bodies taken apart: chunks, the fields of an event stream, JSON."""

from lab.wire.dissect import heads, part
from lab.wire.scan import chunked
from lab.wire.scan.event_lines import EventLineParser
from lab.wire.scan.events import BOM

FIELDS = {
    "": "A comment: it keeps the connection alive and is no event.",
    "data": "The event's data: here a message.",
    "data of a heartbeat": "Nothing in it; without a data field browsers would drop the event.",
    "id": "The browser names it when it comes again, in Last-Event-ID.",
    "event": "The event's type; `message` where it is left out.",
    "event of a heartbeat": "The event's type: tells scripts that the server is there; if none comes, it is not.",
    "retry": "Milliseconds that the browser waits before it comes again.",
}
NO_FIELD = "A field that means nothing to browsers."
CHUNK = "The chunk's bytes, in hexadecimal."
LAST_CHUNK = "The chunk's bytes, in hexadecimal; 0 is the end."
IGNORED = "One at the beginning of the stream is ignored."
EVENT_STREAM = "HTML §9.2.6"


def taken_apart(data, begin, inside, is_event_stream=False, has_bom=False):
    """Return the parts of a body, or of some of an event stream, in `data` from `begin` on.

    `inside`: bytes left of the chunk in which it begins, 0 where a chunk's size comes first, None without chunks.
    `has_bom`: its content begins with a byte order mark.
    """
    found = []
    for name, start, end in spans(data, begin, inside):
        if name == chunked.CONTENT:
            if has_bom and data.startswith(BOM, start):
                found.append(part.make("byte order mark", start, start + len(BOM), "", IGNORED, EVENT_STREAM))
                start += len(BOM)
            has_bom = False
            found += fields(data, start, end) if is_event_stream else json(data, start, end)
        elif name == chunked.SIZE:
            value = part.text(data[start:end]).strip()
            explains = LAST_CHUNK if value == "0" else CHUNK
            found.append(part.make("chunk size", start, end, value, explains, "RFC 9112 §7.1"))
        elif name == chunked.TRAILER:
            found.append(heads.header(data, start, end))
        else:
            found.append(part.make("chunk end", start, end, "", "The chunk ends.", "RFC 9112 §7.1"))
    return found


def spans(data, begin, inside):
    """Return [(part, start, end)] of a body that may come in chunks."""
    if inside is not None:
        return chunked.parts(data, begin, inside)
    return [(chunked.CONTENT, begin, len(data))] if begin < len(data) else []


def fields(data, start, end):
    """Return the parts of an event stream's lines."""
    found, event, lines = [], "", EventLineParser()
    while start < end:
        _token, stop = lines.step(data, start, end)
        if lines.after_cr and data[stop : min(stop + 1, end)] == b"\n":
            _token, stop = lines.step(data, stop, end)
        name = part.text(data[start : start + lines.name_size])
        value = part.text(data[start + lines.field_size :][: lines.value_size])
        if name or lines.has_colon:
            event = value if name == "event" else event
            explains = FIELDS.get(f"{name} of a {event}") or FIELDS.get(name, NO_FIELD)
            found.append(part.make(name or "comment", start, stop, value, explains, EVENT_STREAM))
        else:
            explains = "The event ends here and is delivered."
            found.append(part.make("blank line", start, stop, "", explains, EVENT_STREAM))
            event = ""
        lines.begin_line()
        start = stop
    return found


def json(data, start, end):
    """Return the part of a body that is not taken apart any further."""
    return [part.make("body", start, end, part.text(data[start:end]), "What the head announced.", "RFC 9112 §6")]
