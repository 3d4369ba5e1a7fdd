"""Dissection of HTTP headers: what each line is for."""

import re

from lab.wire.dissect import part

LINE = re.compile(rb"[^\n]*\n")
FIELDS = {  # lower-case name: (one sentence, standard)
    "host": ("The site that the browser requests; a server may have several.", "RFC 9110 §7.2"),
    "content-length": (
        "The size of the body in bytes, so that the connection can stay open after it.",
        "RFC 9110 §8.6",
    ),
    "content-type": ("The type of the body.", "RFC 9110 §8.3"),
    "transfer-encoding": ("The body is sent in chunks, so its size need not be known in advance.", "RFC 9112 §6.1"),
    "connection": ("Options for this connection alone; proxies do not forward them.", "RFC 9110 §7.6.1"),
    "upgrade": ("Requests or accepts another protocol on this connection.", "RFC 9110 §7.8"),
    "sec-websocket-key": ("A random value; the response proves that the server has read it.", "RFC 6455 §11.3.1"),
    "sec-websocket-accept": (
        "SHA-1 of the key and a fixed text: proof that the server supports WebSocket.",
        "RFC 6455 §11.3.3",
    ),
    "sec-websocket-version": ("The version of the WebSocket protocol, 13.", "RFC 6455 §11.3.5"),
    "sec-websocket-extensions": ("Extensions, such as compression.", "RFC 6455 §11.3.2"),
    "sec-websocket-protocol": ("The protocol of the messages in the frames.", "RFC 6455 §11.3.4"),
    "origin": ("The site of the page that sends the request; a server can refuse other sites by it.", "RFC 6454 §7"),
    "accept": ("The types that the browser understands.", "RFC 9110 §12.5.1"),
    "accept-encoding": ("The compressions that the browser understands.", "RFC 9110 §12.5.3"),
    "accept-language": ("The languages that the user prefers.", "RFC 9110 §12.5.4"),
    "user-agent": ("The program that sends the request.", "RFC 9110 §10.1.5"),
    "referer": ("The page from which the request comes.", "RFC 9110 §10.1.3"),
    "cookie": ("A value that the server has asked the browser to send with each request.", "RFC 6265 §4.2"),
    "set-cookie": ("A value that the browser shall send with each request from now on.", "RFC 6265 §4.1"),
    "cache-control": ("Who may store this response, and for how long.", "RFC 9111 §5.2"),
    "pragma": ("An old form of Cache-Control.", "RFC 9111 §5.4"),
    "date": ("The time at which the response was made.", "RFC 9110 §6.6.1"),
    "server": ("The program that sends the response.", "RFC 9110 §10.2.4"),
    "retry-after": ("Seconds to wait before the next request.", "RFC 9110 §10.2.3"),
    "allow": ("The methods that this address supports.", "RFC 9110 §10.2.1"),
    "vary": ("The request headers on which this response depends.", "RFC 9110 §12.5.5"),
    "location": ("The address to use instead.", "RFC 9110 §10.2.2"),
    "last-event-id": ("The last event that the browser has received; the stream continues after it.", "HTML §9.2.4"),
    "x-accel-buffering": ("Tells nginx not to buffer the stream.", "nginx, ngx_http_proxy_module"),
    "content-encoding": ("The compression of the body.", "RFC 9110 §8.4"),
}
FETCH_PREFIXES = ("sec-", "priority", "dnt")
FETCH = ("Information from the browser about itself or the page.", "W3C Fetch Metadata, Client Hints")
UNKNOWN = ("A field that HTTP itself does not define.", "RFC 9110 §5")


def dissect(data: bytes) -> tuple[list[part.Part], int, bool]:
    """Return (the parts of the headers at the beginning of `data`, where they end, whether the body is chunked)."""
    parts: list[part.Part] = []
    place, is_chunked = 0, False
    while match := LINE.match(data, place):
        end = match.end()
        line = part.text(data[place:end]).rstrip("\r\n")
        if not line and not parts:
            parts.append(part.make("line end", place, end, "", "Allowed before a request.", "RFC 9112 §2.2"))
            place = end
            continue
        if not line:
            explains = "The headers end here, and the body begins."
            parts.append(part.make("blank line", place, end, "", explains, "RFC 9112 §2.1"))
            return parts, end, is_chunked
        if not any(each["name"].endswith("line") for each in parts):
            parts.append(start_line(place, end, line))
        elif ":" in line:
            parts.append(field(data, place, end))
            if parts[-1]["name"].lower() == "transfer-encoding":  # `chunked` is the last coding, RFC 9112 §6.1
                is_chunked = parts[-1]["value"].lower().rpartition(",")[2].strip() == "chunked"
        place = end
    return parts, place, is_chunked


def start_line(begin: int, end: int, line: str) -> part.Part:
    """Return the part of a request line or a status line."""
    if line.startswith("HTTP/"):
        return part.make("status line", begin, end, line, "Version, status code and reason.", "RFC 9112 §4")
    return part.make("request line", begin, end, line, "Method, address and version.", "RFC 9112 §3")


def field(data: bytes, begin: int, end: int) -> part.Part:
    """Return the part of a header field's line, or of a trailer's."""
    name, _colon, value = part.text(data[begin:end]).partition(":")
    explains, rfc = FIELDS.get(name.lower(), FETCH if name.lower().startswith(FETCH_PREFIXES) else UNKNOWN)
    return part.make(name, begin, end, value.strip(), explains, rfc)
