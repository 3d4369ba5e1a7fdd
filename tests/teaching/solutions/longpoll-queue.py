"""The reference solution of longpoll-queue."""

import secrets

from lab import chat, http
from lab.messages.errors import Refused

queues = {}  # {id: an open Queue}


def hold(request):
    """Return for how many seconds the client wants the request held."""
    try:
        seconds = float(request.GET.get("hold", "25"))
    except ValueError as exc:
        raise Refused("hold: seconds from 0 to 55.") from exc
    if not 0 <= seconds <= 55:
        raise Refused("hold: seconds from 0 to 55.")
    return seconds


@http.held(hold)
async def deliver(request, room):
    """Respond as soon as the user's queue has messages, or with an empty list after `hold` seconds."""
    seconds, after = hold(request), http.after(request)
    queue_id = request.GET.get("queue")
    queue = queues.get(queue_id)
    if queue is None or queue.room.name != room:
        queue_id = secrets.token_urlsafe(16)
        queue = queues[queue_id] = await chat.follow(room, after)
        queue.open()
    elif after is not None:
        queue.resume(after)
    page = await queue.fetch(seconds)
    return http.page(page, queue=queue_id)
