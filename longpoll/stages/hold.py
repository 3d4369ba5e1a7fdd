"""Stage 1, hold: the server holds the request until there is a message.

The server knows a reader only while one of its requests waits. Messages published between two requests
are lost, and so are messages published while the reader is away.
"""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import chat, http
from longpoll.server import hold


@http.held(hold)
async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond with what comes while the request waits."""
    seconds = hold(request)
    now = (await chat.history(room)).last
    # To blame: the queue lives as long as the request, so nobody keeps what comes between two requests.
    with await chat.follow(room, now) as queue:
        page = await queue.fetch(seconds)
    return http.page(page)
