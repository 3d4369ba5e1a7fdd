"""Kinds of bytes on the wire, by what they are for.

payload    the JSON of messages: the body of a POST, each message in the response to a poll, the value of an event's
           data fields, the payload of a WebSocket data frame; also all other bodies, for servers other than the lab's
framing    what a technique adds to each message: field names and line ends of an event; sizes and line ends of chunks
           (RFC 9112 §7.1); headers, masks (RFC 6455 §5.2) and close frames of a WebSocket; the JSON around a page
headers    start lines and headers of HTTP requests and responses (RFC 9112 §2.1), and trailers
handshake  the request and the response that open a WebSocket (RFC 6455 §1.3) or an event stream
idle       exchanges without a message: empty polls with their requests; heartbeats; comments and other blocks without
           data in an event stream, with the framing of their chunks; pings and pongs
other      bytes that are not understood, or not yet: incomplete headers, lines and frame headers; streams that are
           neither HTTP nor WebSocket

In each direction the counts add up, at every moment, to the bytes that passed. They are counted at the browser's end of
the link: up when they enter it, down when they leave it, as a packet capture on the browser's machine counts them.
"""

KINDS = ("payload", "framing", "headers", "handshake", "idle", "other")
PAYLOAD, FRAMING, HEADERS, HANDSHAKE, IDLE, OTHER = range(len(KINDS))
UP, DOWN = "up", "down"  # directions: from the browser, to the browser


def zeros() -> list[int]:
    """Return counts of zero, one for each kind."""
    return [0] * len(KINDS)


def by_name(counts: list[int]) -> dict[str, int]:
    """Return counts as {kind: bytes}."""
    return dict(zip(KINDS, counts, strict=True))
