"""Stage 1, stream: a response that does not end, and each message is written into it.

The browser reconnects when the stream breaks, but the server does not know what the browser has:
messages published meanwhile are lost.
"""

from collections.abc import AsyncIterator
from contextlib import suppress

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab import chat
from lab.chat.queues import Queue
from lab.messages.errors import Refused
from sse.server import HEADERS


async def deliver(request: ASGIRequest, room: str) -> StreamingHttpResponse:
    """Respond with an event stream of the messages from now on."""
    now = (await chat.history(room)).last
    queue = await chat.follow(room, now, bound=settings.STAGE_QUEUE_MAX)
    return StreamingHttpResponse(stream(queue), headers=HEADERS)


async def stream(queue: Queue) -> AsyncIterator[bytes]:
    """Yield each message as an event without an id."""
    yield b": hello\n\n"  # the headers are sent with the first bytes
    with queue, suppress(Refused):  # the stream ends if history cannot be read
        while not queue.ended:
            page = await queue.fetch()
            for message in page.messages:
                yield b"data: %b\n\n" % message.json
