"""Headers of HTTP/1.1 messages, parsed by h11: only what decides how long a body is and what follows it.

"Headers" here are the start line, the header fields and the blank line after them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import h11

HEADERS_MAX = 65_536  # bytes; servers accept less
CACHED_MAX = 4_096  # bytes; the results for headers up to this size are cached
UNTIL_CLOSE = -1  # length of a body that ends with its connection, RFC 9112 §6.3
CHUNKED = -2  # length of a chunked body
# The beginning of a request: a method (token, RFC 9110 §9.1) and a space, as far as they have arrived.
REQUEST = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,24}(?: .*)?", re.DOTALL)
PREFIX_SIZE = 26  # bytes that show whether a request or a response may begin
CODINGS = re.compile(rb"^(transfer-encoding:)[ \t]*([^\r\n]*?)[ \t]*(\r?)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ParsedHeaders:
    """What the headers of a message say; `body_length`: bytes, UNTIL_CLOSE or CHUNKED."""

    body_length: int
    method: str = ""
    status: int = 0
    is_upgrade: bool = False  # to any protocol, RFC 9110 §7.8
    is_websocket: bool = False  # an upgrade to WebSocket; a request may name other protocols besides
    is_event_stream: bool = False
    is_encoded: bool = False  # compressed, so that the body cannot be read


def may_be_request(prefix: bytes) -> bool:
    """Return whether a request may begin with these bytes."""
    return bool(REQUEST.fullmatch(prefix[:PREFIX_SIZE]))


def may_be_response(prefix: bytes) -> bool:
    """Return whether a response may begin with these bytes."""
    return b"HTTP/".startswith(prefix[:5])


def parse_request(headers: bytes) -> ParsedHeaders | None:
    """Return what the headers of a request say, blank line included; None if they are invalid."""
    return _cached_request(headers) if len(headers) <= CACHED_MAX else _parse_request(headers)


def parse_response(headers: bytes, method: str) -> ParsedHeaders | None:
    """Return what the headers of a response to a request with `method` say; None if they are invalid."""
    return _cached_response(headers, method) if len(headers) <= CACHED_MAX else _parse_response(headers, method)


def _parse_request(headers):
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADERS_MAX)
    event, codings = _parse(parser, headers)
    if not isinstance(event, h11.Request) or (codings and codings[-1] != b"chunked"):
        return None
    return _parsed(event.headers, 0, codings, method=event.method.decode())


def _parse_response(headers, method):
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS_MAX)
    # h11 accepts a response only after a request, and a 101 only after a request for an upgrade.
    upgrade = [("Host", "x"), ("Connection", "upgrade"), ("Upgrade", "x")]
    parser.send(h11.Request(method=method, target="/", headers=upgrade))
    parser.send(h11.EndOfMessage())
    event, codings = _parse(parser, headers)
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        return None
    status = event.status_code
    if method == "HEAD" or status < 200 or status in (204, 304) or (method == "CONNECT" and status < 300):
        return _parsed(event.headers, None, codings, status=status)
    return _parsed(event.headers, UNTIL_CLOSE, codings, status=status)


_cached_request = lru_cache(256)(_parse_request)
_cached_response = lru_cache(256)(_parse_response)


def _parse(parser, headers):
    """Return (h11's event or None, the transfer codings in the order in which they were applied)."""
    value = b",".join(coding[2] for coding in CODINGS.finditer(headers)).lower()
    codings = _list(value)
    if value not in (b"", b"chunked"):  # h11 accepts nothing else
        headers = CODINGS.sub(rb"x-\1 \2\3", headers)
    try:
        parser.receive_data(headers)
        event = parser.next_event()
    except h11.RemoteProtocolError:
        return None, codings
    # HTTP/2 begins with bytes that look like a request (RFC 9113 §3.4).
    return event if getattr(event, "http_version", b"").startswith(b"1.") else None, codings


def _list(value):
    """Return the members of a header field that is a list (RFC 9110 §5.6.1)."""
    return [member for each in value.split(b",") if (member := each.strip())]


def _parsed(fields, default_length, codings, method="", status=0):
    """Return ParsedHeaders; `default_length`: of the body if no field gives it (None: there is no body)."""
    values: dict[bytes, bytes] = {}
    for name, value in fields:  # fields of the same name are one list, RFC 9110 §5.3
        values[name] = values[name] + b"," + value.lower() if name in values else value.lower()
    length = default_length
    if default_length is None:
        length = 0
    elif codings:
        length = CHUNKED if codings[-1] == b"chunked" else UNTIL_CLOSE  # RFC 9112 §6.3
    elif b"content-length" in values:
        length = int(values[b"content-length"])
    is_upgrade = b"upgrade" in values and b"upgrade" in _list(values.get(b"connection", b""))
    content_codings = _list(values.get(b"content-encoding", b""))
    is_encoded = content_codings not in ([], [b"identity"]) or codings not in ([], [b"chunked"])
    media_type = values.get(b"content-type", b"").partition(b";")[0].strip()
    return ParsedHeaders(
        length,
        method,
        status,
        is_upgrade,
        is_websocket=is_upgrade and b"websocket" in _list(values[b"upgrade"]),
        is_event_stream=media_type == b"text/event-stream" and status == 200 and length != 0 and not is_encoded,
        is_encoded=is_encoded,
    )
