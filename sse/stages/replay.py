"""Stage 2, replay: each event has an id, and a browser that reconnects names the last one it has.

The server still does not notice a reader that is gone without closing its connection; and for a
reader that does not read, the queue grows and grows.
"""

from collections.abc import AsyncGenerator

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab import chat, http
from lab.chat.queues import Queue
from sse.server import RESET, after, event


async def deliver(request: ASGIRequest, room: str) -> StreamingHttpResponse:
    """Respond with an event stream of the messages after the last event that the browser has."""
    queue = await chat.follow(room, after(request), bound=settings.STAGE_QUEUE_MAX)
    return http.event_stream(events(queue))


async def events(queue: Queue) -> AsyncGenerator[bytes]:
    """Yield each message as an event with its id."""
    with queue:
        while not queue.ended:
            page = await queue.fetch()
            if page.reset:
                yield RESET
            for message in page.messages:
                yield event(message)
