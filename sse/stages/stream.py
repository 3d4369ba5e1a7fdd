"""Stage 1, stream: an answer that does not end, and each message is written into it.

The browser comes back when the stream breaks, but nobody knows what it has seen: what was said
meanwhile is lost.
"""

from contextlib import suppress

from django.conf import settings
from django.http import StreamingHttpResponse

from lab import chat
from lab.messages.errors import Refused
from sse.server import HEADERS


async def deliver(request, room):
    """Answer with an event stream of what is said from now on."""
    now = (await chat.history(room)).last
    queue = await chat.follow(room, now, bound=settings.STAGE_QUEUE_MAX)
    return StreamingHttpResponse(stream(queue), headers=HEADERS)


async def stream(queue):
    """Yield each message as an event without an id."""
    yield b": hello\n\n"  # the answer's head goes out with its first bytes
    with queue, suppress(Refused):
        while not queue.ended:
            page = await queue.fetch()
            for message in page.messages:
                yield b"data: %b\n\n" % message.json
