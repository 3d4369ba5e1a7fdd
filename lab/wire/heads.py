"""Heads of HTTP/1.1 messages, read by h11: only what says how long a body is and what comes after it."""

import re
from dataclasses import dataclass
from functools import lru_cache

import h11

HEAD_MAX = 131_072  # bytes; servers accept less
CACHED = 4_096  # bytes; a head that is repeated is read once
UNTIL_CLOSE = -1  # a body that ends with its connection, RFC 9112 §6.3
CHUNKED = -2
# How a request may begin, as far as it has come: a method (token, RFC 9110 §9.1), a space.
REQUEST = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,24}(?: .*)?", re.DOTALL)
PREFIX = 26  # bytes that decide


@dataclass(frozen=True, slots=True)
class Head:
    """What a head says: `body` is a number of bytes, UNTIL_CLOSE or CHUNKED."""

    body: int
    method: str = ""
    status: int = 0
    is_websocket: bool = False
    is_event_stream: bool = False
    is_encoded: bool = False  # compressed, so nothing can be read in it


def may_be_request(prefix):
    """Tell whether a request can begin like that."""
    return bool(REQUEST.fullmatch(prefix[:PREFIX]))


def may_be_answer(prefix):
    """Tell whether an answer can begin like that."""
    return b"HTTP/".startswith(prefix[:5])


def request(head):
    """Return the Head of a request, None where it is none; `head` ends with its blank line."""
    return _cached_request(head) if len(head) <= CACHED else _request(head)


def answer(head, method):
    """Return the Head of an answer to a request with `method`, None where it is none."""
    return _cached_answer(head, method) if len(head) <= CACHED else _answer(head, method)


def _request(head):
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_MAX)
    event = _event(connection, head)
    if not isinstance(event, h11.Request):
        return None
    return _head(event.headers, 0, method=event.method.decode())


def _answer(head, method):
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MAX)
    # h11 takes an answer only to a request, and 101 only to one that asks for it.
    upgrade = [("Host", "x"), ("Connection", "upgrade"), ("Upgrade", "x")]
    connection.send(h11.Request(method=method, target="/", headers=upgrade))
    connection.send(h11.EndOfMessage())
    event = _event(connection, head)
    if not isinstance(event, (h11.Response, h11.InformationalResponse)):
        return None
    status = event.status_code
    if method == "HEAD" or status < 200 or status in (204, 304) or (method == "CONNECT" and status < 300):
        return _head(event.headers, None, status=status)
    return _head(event.headers, UNTIL_CLOSE, status=status)


_cached_request = lru_cache(256)(_request)
_cached_answer = lru_cache(256)(_answer)


def _event(connection, head):
    try:
        connection.receive_data(head)
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    # HTTP/2 begins with what looks like a request (RFC 9113 §3.4).
    return event if getattr(event, "http_version", b"").startswith(b"1.") else None


def _head(headers, body, method="", status=0):
    """Compose a Head; `body` is what holds where no header tells (None: there is none, whatever the headers tell)."""
    told = {name: value.lower() for name, value in headers}
    length = body
    if body is None:
        length = 0
    elif b"transfer-encoding" in told:
        length = CHUNKED
    elif b"content-length" in told:
        length = int(told[b"content-length"])
    return Head(
        length,
        method,
        status,
        is_websocket=told.get(b"upgrade") == b"websocket",
        is_event_stream=told.get(b"content-type", b"").startswith(b"text/event-stream") and status == 200,
        is_encoded=b"content-encoding" in told,
    )
