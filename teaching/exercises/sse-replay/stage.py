"""An event stream from which nothing is lost while the reader is away.

So far this is the stage before: the events have no ids, so the server does not know what the browser has.
"""

from collections.abc import AsyncGenerator

from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab import chat, http
from lab.chat.queues import Queue


async def deliver(request: ASGIRequest, room: str) -> StreamingHttpResponse:
    """Respond with an event stream of the messages after the last event that the browser has."""
    # Write here: where does the stream begin? The browser says it in the header Last-Event-ID, or in `after`.
    now = (await chat.history(room)).last
    queue = await chat.follow(room, now)
    return http.event_stream(events(queue))


async def events(queue: Queue) -> AsyncGenerator[bytes]:
    """Yield each message as an event with its id, and a heartbeat after some seconds of silence."""
    with queue:
        while not queue.ended:
            page = await queue.fetch()
            for message in page.messages:
                yield b"data: %b\n\n" % message.json  # one line: no text can break out of the field
