"""Bodies taken apart: chunks, the fields of an event stream, JSON."""

import re

from lab.wire.dissect import part
from lab.wire.scan.events import BOM

SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[^\n]*\n")
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
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
        if name == "content":
            if has_bom and data.startswith(BOM, start):
                found.append(part.make("byte order mark", start, start + len(BOM), "", IGNORED, EVENT_STREAM))
                start += len(BOM)
            has_bom = False
            found += fields(data, start, end) if is_event_stream else json(data, start, end)
        elif name == "chunk size":
            value = part.text(data[start:end]).strip()
            explains = LAST_CHUNK if value == "0" else CHUNK
            found.append(part.make(name, start, end, value, explains, "RFC 9112 §7.1"))
        else:
            found.append(part.make(name, start, end, "", "The chunk ends.", "RFC 9112 §7.1"))
    return found


def spans(data, place, inside):
    """Yield (what, start, end) of a body that may come in chunks: content, chunk size, chunk end."""
    if inside is None:
        if place < len(data):
            yield "content", place, len(data)
        return
    left = inside
    while place < len(data):
        if left:
            end = min(len(data), place + left)
            yield "content", place, end
            left -= end - place
            place = end
            if left:
                return
        if data[place : place + 2].startswith((b"\r", b"\n")):
            end = place + (2 if data[place : place + 2] == b"\r\n" else 1)
            yield "chunk end", place, end
            place = end
        elif size := SIZE.match(data, place):
            yield "chunk size", place, size.end()
            left, place = int(size[1], 16), size.end()
        else:
            if place < len(data):
                yield "chunk end", place, len(data)
            return


def fields(data, start, end):
    """Return the parts of an event stream's lines."""
    found, event = [], ""
    while start < end:
        stop = LINE.match(data, start, end).end()
        name, colon, value = part.text(data[start:stop]).rstrip("\r\n").partition(":")
        if not (name or colon):
            found.append(
                part.make("blank line", start, stop, "", "The event ends here and is delivered.", EVENT_STREAM)
            )
            event = ""
        else:
            value = value.removeprefix(" ")
            event = value if name == "event" else event
            explains = FIELDS.get(f"{name} of a {event}") or FIELDS.get(name, NO_FIELD)
            found.append(part.make(name or "comment", start, stop, value, explains, EVENT_STREAM))
        start = stop
    return found


def json(data, start, end):
    """Return the part of a body that is not taken apart any further."""
    return [part.make("body", start, end, part.text(data[start:end]), "What the head announced.", "RFC 9112 §6")]
