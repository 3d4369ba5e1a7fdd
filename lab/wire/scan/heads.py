"""Heads of HTTP/1.1 messages, read by h11: only what says how long a body is and what comes after it."""

import re
from dataclasses import dataclass
from functools import lru_cache

import h11

HEAD_MAX = 65_536  # bytes; servers accept less
CACHED = 4_096  # bytes; a head that is repeated is read once
UNTIL_CLOSE = -1  # a body that ends with its connection, RFC 9112 §6.3
CHUNKED = -2
# How a request may begin, as far as it has come: a method (token, RFC 9110 §9.1), a space.
REQUEST = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,24}(?: .*)?", re.DOTALL)
PREFIX = 26  # bytes that decide
CODINGS = re.compile(rb"^(transfer-encoding:)[ \t]*([^\r\n]*?)[ \t]*(\r?)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Head:
    """What a head says: `body` is a number of bytes, UNTIL_CLOSE or CHUNKED."""

    body: int
    method: str = ""
    status: int = 0
    is_upgrade: bool = False  # to any protocol, RFC 9110 §7.8
    is_websocket: bool = False  # among others, in a request
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
    event, codings = _event(connection, head)
    if not isinstance(event, h11.Request) or (codings and codings[-1] != b"chunked"):
        return None
    return _head(event.headers, 0, codings, method=event.method.decode())


def _answer(head, method):
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MAX)
    # h11 takes an answer only to a request, and 101 only to one that asks for it.
    upgrade = [("Host", "x"), ("Connection", "upgrade"), ("Upgrade", "x")]
    connection.send(h11.Request(method=method, target="/", headers=upgrade))
    connection.send(h11.EndOfMessage())
    event, codings = _event(connection, head)
    if not isinstance(event, (h11.Response, h11.InformationalResponse)):
        return None
    status = event.status_code
    if method == "HEAD" or status < 200 or status in (204, 304) or (method == "CONNECT" and status < 300):
        return _head(event.headers, None, codings, status=status)
    return _head(event.headers, UNTIL_CLOSE, codings, status=status)


_cached_request = lru_cache(256)(_request)
_cached_answer = lru_cache(256)(_answer)


def _event(connection, head):
    """Return (what h11 reads, the transfer codings in the order in which they were applied)."""
    told = b",".join(found[2] for found in CODINGS.finditer(head)).lower()
    codings = _list(told)
    if told not in (b"", b"chunked"):  # h11 reads nothing else
        head = CODINGS.sub(rb"x-\1 \2\3", head)
    try:
        connection.receive_data(head)
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None, codings
    # HTTP/2 begins with what looks like a request (RFC 9113 §3.4).
    return event if getattr(event, "http_version", b"").startswith(b"1.") else None, codings


def _list(value):
    """Return the members of a header field that is a list (RFC 9110 §5.6.1)."""
    return [member for each in value.split(b",") if (member := each.strip())]


def _head(headers, body, codings, method="", status=0):
    """Compose a Head; `body` is what holds where no header tells (None: there is none, whatever the headers tell)."""
    told = {}
    for name, value in headers:  # several fields of one name are one list, RFC 9110 §5.3
        told[name] = told[name] + b"," + value.lower() if name in told else value.lower()
    length = body
    if body is None:
        length = 0
    elif codings:
        length = CHUNKED if codings[-1] == b"chunked" else UNTIL_CLOSE  # RFC 9112 §6.3
    elif b"content-length" in told:
        length = int(told[b"content-length"])
    is_upgrade = b"upgrade" in told and b"upgrade" in _list(told.get(b"connection", b""))
    is_encoded = _list(told.get(b"content-encoding", b"")) not in ([], [b"identity"]) or codings not in (
        [],
        [b"chunked"],
    )
    media_type = told.get(b"content-type", b"").partition(b";")[0].strip()
    return Head(
        length,
        method,
        status,
        is_upgrade,
        is_websocket=is_upgrade and b"websocket" in _list(told[b"upgrade"]),
        is_event_stream=media_type == b"text/event-stream" and status == 200 and length != 0 and not is_encoded,
        is_encoded=is_encoded,
    )
