"""The lines of an HTTP head, each with what it is for."""

import re

from lab.wire.dissect import part

LINE = re.compile(rb"[^\n]*\n")
FIELDS = {  # lower-case name: (one line, standard)
    "host": ("Which site of the server is meant.", "RFC 9110 §7.2"),
    "content-length": ("The body's bytes, so that the end is known without closing.", "RFC 9110 §8.6"),
    "content-type": ("What the body is.", "RFC 9110 §8.3"),
    "transfer-encoding": ("The body comes in chunks; its length need not be known before.", "RFC 9112 §6.1"),
    "connection": ("What this connection is to do; not passed on by proxies.", "RFC 9110 §7.6.1"),
    "upgrade": ("Asks for, or agrees to, another protocol on this connection.", "RFC 9110 §7.8"),
    "sec-websocket-key": ("A random value; the answer proves that the server read it.", "RFC 6455 §11.3.1"),
    "sec-websocket-accept": ("SHA-1 of the key and a fixed text: the server speaks WebSocket.", "RFC 6455 §11.3.3"),
    "sec-websocket-version": ("The WebSocket protocol's version, 13.", "RFC 6455 §11.3.5"),
    "sec-websocket-extensions": ("Extensions, such as compression.", "RFC 6455 §11.3.2"),
    "sec-websocket-protocol": ("What is spoken inside the frames.", "RFC 6455 §11.3.4"),
    "origin": ("The page that asks; a server refuses foreign ones by it.", "RFC 6454 §7"),
    "accept": ("What the browser can use.", "RFC 9110 §12.5.1"),
    "accept-encoding": ("The compressions that the browser can undo.", "RFC 9110 §12.5.3"),
    "accept-language": ("The languages that the reader prefers.", "RFC 9110 §12.5.4"),
    "user-agent": ("The program that asks.", "RFC 9110 §10.1.5"),
    "referer": ("The page from which this was asked.", "RFC 9110 §10.1.3"),
    "cookie": ("What the server told the browser to bring each time.", "RFC 6265 §4.2"),
    "set-cookie": ("What the browser is to bring each time from now on.", "RFC 6265 §4.1"),
    "cache-control": ("Who may keep this answer, and how long.", "RFC 9111 §5.2"),
    "pragma": ("An old form of Cache-Control.", "RFC 9111 §5.4"),
    "date": ("When the answer was made.", "RFC 9110 §6.6.1"),
    "server": ("The program that answers.", "RFC 9110 §10.2.4"),
    "retry-after": ("How many seconds to wait before asking again.", "RFC 9110 §10.2.3"),
    "allow": ("The methods that this address takes.", "RFC 9110 §10.2.1"),
    "vary": ("The request's fields on which this answer depends.", "RFC 9110 §12.5.5"),
    "location": ("Where it is instead.", "RFC 9110 §10.2.2"),
    "last-event-id": ("The last event seen: the stream goes on after it.", "HTML §9.2.4"),
    "x-accel-buffering": ("Tells nginx not to hold the stream back.", "nginx, ngx_http_proxy_module"),
    "content-encoding": ("How the body is compressed.", "RFC 9110 §8.4"),
}
OF_THE_BROWSER = ("sec-", "priority", "dnt")
BROWSER = ("Told by the browser about itself or the page.", "W3C Fetch Metadata, Client Hints")
UNKNOWN = ("A field that HTTP itself does not define.", "RFC 9110 §5")


def taken_apart(data):
    """Return (the parts of the head that `data` begins with, where it ends, whether the body is chunked)."""
    found, place, chunked = [], 0, False
    while match := LINE.match(data, place):
        end = match.end()
        line = part.text(data[place:end]).rstrip("\r\n")
        if not line and not found:
            found.append(part.make("line end", place, end, "", "Allowed before a request.", "RFC 9112 §2.2"))
            place = end
            continue
        if not line:
            found.append(part.make("blank line", place, end, "", "The head ends, the body begins.", "RFC 9112 §2.1"))
            return found, end, chunked
        if not any(known["name"].endswith("line") for known in found):
            found += first_line(place, end, line)
        elif ":" in line:
            found.append(header(data, place, end))
            if found[-1]["name"].lower() == "transfer-encoding":  # chunks are the last coding, RFC 9112 §6.1
                chunked = found[-1]["value"].lower().rpartition(",")[2].strip() == "chunked"
        place = end
    return found, place, chunked


def first_line(place, end, line):
    """Return the part of a request line or a status line."""
    if line.startswith("HTTP/"):
        return [part.make("status line", place, end, line, "Version, status, and the status in words.", "RFC 9112 §4")]
    return [part.make("request line", place, end, line, "Method, address, version.", "RFC 9112 §3")]


def header(data, begin, end):
    """Return the part of the line of a header field, which may be a trailer."""
    name, _colon, value = part.text(data[begin:end]).partition(":")
    explains, rfc = FIELDS.get(name.lower(), BROWSER if name.lower().startswith(OF_THE_BROWSER) else UNKNOWN)
    return part.make(name, begin, end, value.strip(), explains, rfc)
