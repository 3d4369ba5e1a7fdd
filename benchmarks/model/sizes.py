"""The sizes, in bytes, of what the lab's clients and its server write: requests, answers' heads, bodies, messages."""

from lab.messages.message import COMPACT, FIELDS

REQUEST = "GET {} HTTP/1.1\r\nHost: 127.0.0.1:50000\r\nAccept-Encoding: identity\r\n\r\n"
PATH = {
    "polling": "/polling/load-01234567-0/messages/?after=100",
    "longpoll": f"/longpoll/load-01234567-0/messages/?after=100&queue={22 * 'q'}&hold=25",
}
ANSWER = 226  # bytes: status, date, server, length, caching, type, and two that keep other sites' pages out
EMPTY = {
    "polling": '{"messages":[],"last":100,"more":false}',
    "longpoll": '{"messages":[],"last":100,"more":false,"queue":"%s"}' % (22 * "q"),
}
MESSAGE = (
    '{"id":100,"room":"load-01234567-0","author":"Publisher 0","text":"","nonce":"%s",'
    '"sent_at":1763678000123.4567,"published_at":1763678000124.5678}' % (22 * "n")
)
TYPE = {"websocket": '"type":"message",'}  # what a frame says more


def headers(technique):
    """Return H, a request's and its answer's heads together."""
    return request(technique) + ANSWER


def request(technique):
    """Return the bytes of a request's head, which is all of it."""
    return len(REQUEST.format(PATH.get(technique, "")))


def message(technique, text_bytes):
    """Return m, a message with a text of `text_bytes`, as JSON."""
    return text_bytes + len(MESSAGE) + len(TYPE.get(technique, ""))


def delivered(technique, fields):
    """Return the bytes that a message took which a client was given as `fields`: its JSON as the server writes it."""
    text = COMPACT.encode({name: fields[name] for name in FIELDS if name in fields})
    return len(text.encode()) + len(TYPE.get(technique, ""))


def empty(technique):
    """Return e, an answer's body without a message."""
    return len(EMPTY.get(technique, ""))
