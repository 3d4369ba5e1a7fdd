"""Keep one response open and write each message into it as an event."""

from collections.abc import AsyncIterator

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab import chat, http
from lab.chat.page import Page
from lab.chat.queues import Queue
from lab.messages.errors import Refused
from lab.messages.message import Message
from lab.messages.validation import clean_after
from lab.server.fast_stream import FastStream

RETRY = b"retry: 1000\n\n"  # milliseconds until the browser reconnects
RESET = b"event: reset\ndata: {}\n\n"
HEARTBEAT = b"event: heartbeat\ndata: {}\n\n"  # not a comment: scripts must see it


async def deliver(request: ASGIRequest, room: str) -> StreamingHttpResponse:
    """Respond with an event stream, which ends with the server, or when history cannot be read."""
    queue = await chat.follow(room, after(request))
    return FastStream(request, queue, event, stream(queue), headers=http.STREAM_HEADERS)


def after(request: ASGIRequest) -> int | None:
    """Return the id of the last event that the client has, or None; a browser that reconnects names it in a header."""
    last = request.headers.get("Last-Event-ID")
    return clean_after(last, "Last-Event-ID") if last else http.after(request)


async def stream(queue: Queue) -> AsyncIterator[bytes]:
    """Yield the messages as events, and a heartbeat after HEARTBEAT seconds of silence."""
    yield RETRY
    try:
        with queue:
            while not queue.ended:
                yield events(await queue.fetch(settings.HEARTBEAT))  # no variable: a slow client would keep the page
    except Refused:
        pass  # the database is unavailable, and the queue needs history; the client reconnects
    yield RETRY  # the last event, too


def events(page: Page) -> bytes:
    """Encode a Page: its messages as events, or a heartbeat if there are none."""
    encoded = b"".join([event(message) for message in page.messages])
    return RESET + encoded if page.reset else encoded or HEARTBEAT


def event(message: Message) -> bytes:
    """Encode a message as an event; its JSON is one line, so no text can break out of the field."""
    return b"id: %d\ndata: %b\n\n" % (message.id, message.json)
