"""Long polling with a queue for each user.

So far this is the stage before: the server knows a reader only while one of its requests waits. Messages that are
published between two requests are lost.
"""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import chat, http
from lab.messages.errors import Refused


def hold(request: ASGIRequest) -> float:
    """Return for how many seconds the client wants the request held, 25 if it does not say."""
    try:
        seconds = float(request.GET.get("hold", "25"))
    except ValueError as exc:
        raise Refused("hold: seconds from 0 to 55.") from exc
    if not 0 <= seconds <= 55:
        raise Refused("hold: seconds from 0 to 55.")
    return seconds


@http.held(hold)
async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond as soon as the user's queue has messages, or with an empty list after `hold` seconds."""
    seconds = hold(request)
    # Write here: find the user's queue by request.GET.get("queue"), or open a new one; name it in the response.
    now = (await chat.history(room)).last
    with await chat.follow(room, now) as queue:  # this queue lives only as long as the request
        page = await queue.fetch(seconds)
    return http.page(page)
