"""Stage 2, queue: each user has a queue, into which messages go between two requests, too.

The queue drops messages when they are sent: if a response is cut off on its way, its messages are lost. The
queue itself is lost when the server ends, or when the user is away for a minute.
"""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import http
from longpoll.server import hold, sessions


@http.held(hold)
async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond as soon as the user's queue has messages, or with an empty list after `hold` seconds."""
    seconds = hold(request)
    session = await sessions().get_or_create(request.GET.get("queue"), room, after=None)
    with session:
        # To blame: the messages leave the queue, although their response may never arrive.
        page = await session.queue.fetch(seconds)
    return http.page(page, queue=session.id)
