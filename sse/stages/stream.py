"""Stage 1, stream: a response that does not end, and each message is written into it.

The browser reconnects when the stream breaks, but the server does not know what the browser has:
messages published meanwhile are lost.
"""

from collections.abc import AsyncGenerator

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab import chat, http
from lab.chat.queues import Queue


async def deliver(request: ASGIRequest, room: str) -> StreamingHttpResponse:
    """Respond with an event stream of the messages from now on."""
    # To blame: the stream begins with the newest message, whatever the browser has missed.
    now = (await chat.history(room)).last
    queue = await chat.follow(room, now, bound=settings.STAGE_QUEUE_MAX)
    return http.event_stream(events(queue))


async def events(queue: Queue) -> AsyncGenerator[bytes]:
    """Yield each message as an event without an id."""
    with queue:
        while not queue.ended:
            for message in (await queue.fetch()).messages:
                yield b"data: %b\n\n" % message.json
