"""What each byte on the wire is for.

payload    the messages' JSON itself: a POST's body, each message in a poll's answer, the value of an event's data
           fields, the payload of a WebSocket data frame; all other bodies, for a server of another kind
framing    what the technique adds for each message: field names and line ends of an event, sizes and line ends of
           chunks (RFC 9112 §7.1), head, mask (RFC 6455 §5.2) and close frames of a WebSocket, the envelope of a page
headers    heads of HTTP requests and answers (RFC 9112 §2.1), trailers too
handshake  the request and the answer that open a WebSocket (RFC 6455 §1.3) or an event stream
idle       exchanges that carried no message: empty polls whole, with request, heads and all; heartbeats whole;
           comments and other blocks without data in an event stream, their chunks' framing too; pings and pongs whole
other      what is not understood, or not yet: a head, line or frame head still incomplete, a stream that is neither
           HTTP nor WebSocket

In each direction they add up to the bytes that passed, at every moment. All are counted at the browser's end of the
link: up when they enter it, down when they leave it, as a capture on the browser's machine would.
"""

KINDS = ("payload", "framing", "headers", "handshake", "idle", "other")
PAYLOAD, FRAMING, HEADERS, HANDSHAKE, IDLE, OTHER = range(len(KINDS))
UP, DOWN = "up", "down"


def zeros():
    """Return a count of nothing."""
    return [0] * len(KINDS)


def named(counts):
    """Return a count as a dict of kinds."""
    return dict(zip(KINDS, counts, strict=True))
