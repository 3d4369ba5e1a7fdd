"""Stage 2, replay: each event has an id, and a browser that reconnects names the last one it has.

Still the server does not notice a reader that is gone without a close; and for a reader that does
not read, the queue grows and grows.
"""

from collections.abc import AsyncIterator
from contextlib import suppress

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab import chat
from lab.chat.queues import Queue
from lab.messages.errors import Refused
from sse.server import HEADERS, RESET, after, event


async def deliver(request: ASGIRequest, room: str) -> StreamingHttpResponse:
    """Respond with an event stream of the messages after the last event that the browser has."""
    queue = await chat.follow(room, after(request), bound=settings.STAGE_QUEUE_MAX)
    return StreamingHttpResponse(stream(queue), headers=HEADERS)


async def stream(queue: Queue) -> AsyncIterator[bytes]:
    """Yield each message as an event with its id."""
    yield b": hello\n\n"  # the headers are sent with the first bytes
    with queue, suppress(Refused):  # the stream ends if history cannot be read
        while not queue.ended:
            page = await queue.fetch()
            if page.reset:
                yield RESET
            for message in page.messages:
                yield event(message)
