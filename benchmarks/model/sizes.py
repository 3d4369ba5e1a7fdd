"""The sizes, in bytes, of what the lab's clients and server write: requests, response headers, bodies, messages."""

from collections.abc import Mapping
from typing import Any

from lab.messages.message import COMPACT, FIELDS

REQUEST = "GET {} HTTP/1.1\r\nHost: 127.0.0.1:50000\r\nAccept-Encoding: identity\r\n\r\n"
PATH = {
    "polling": "/polling/load-01234567-0/messages/?after=100",
    "longpoll": f"/longpoll/load-01234567-0/messages/?after=100&queue={22 * 'q'}&hold=25",
}
RESPONSE = 226  # bytes: status, date, server, length, caching, type, and two headers against other sites' pages
EMPTY = {
    "polling": '{"messages":[],"last":100,"more":false}',
    "longpoll": '{"messages":[],"last":100,"more":false,"queue":"%s"}' % (22 * "q"),
}
MESSAGE = (
    '{"id":100,"room":"load-01234567-0","author":"Publisher 0","text":"","nonce":"%s",'
    '"sent_at":1763678000123.4567,"published_at":1763678000124.5678}' % (22 * "n")
)
TYPE = {"websocket": '"type":"message",'}  # an additional field of a frame


def headers(technique: str) -> int:
    """Return H, the bytes of a request and its response without bodies."""
    return request(technique) + RESPONSE


def request(technique: str) -> int:
    """Return the bytes of a request; it has no body."""
    return len(REQUEST.format(PATH.get(technique, "")))


def message(technique: str, text_bytes: int) -> int:
    """Return m, the bytes of a message as JSON, with a text of `text_bytes`."""
    return text_bytes + len(MESSAGE) + len(TYPE.get(technique, ""))


def delivered(technique: str, fields: Mapping[str, Any]) -> int:
    """Return the bytes of a received message `fields`: its JSON as the server writes it."""
    text = COMPACT.encode({name: fields[name] for name in FIELDS if name in fields})
    return len(text.encode()) + len(TYPE.get(technique, ""))


def empty(technique: str) -> int:
    """Return e, the bytes of a response body without a message."""
    return len(EMPTY.get(technique, ""))
