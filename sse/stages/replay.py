"""Stage 2, replay: each event has an id, and whoever comes back names the last one seen.

Still nobody notices a reader who is gone without a word; and for one who does not read, the queue
grows and grows.
"""

from contextlib import suppress

from django.conf import settings
from django.http import StreamingHttpResponse

from lab import chat
from lab.messages.errors import Refused
from sse.server import HEADERS, RESET, after, event


async def deliver(request, room):
    """Answer with an event stream of what came after the last event seen, and of what comes."""
    queue = await chat.follow(room, after(request), bound=settings.STAGE_QUEUE_MAX)
    return StreamingHttpResponse(stream(queue), headers=HEADERS)


async def stream(queue):
    """Yield each message as an event with its id."""
    yield b": hello\n\n"  # the answer's head goes out with its first bytes
    with queue, suppress(Refused):
        while not queue.ended:
            page = await queue.fetch()
            if page.reset:
                yield RESET
            for message in page.messages:
                yield event(message)
