"""Stage 2, queue: every user has a queue, which fills on between two requests.

What the queue gave out it has forgotten. An answer that is cut off on its way is lost, and the
queue itself with the server's end or after a minute away.
"""

from lab import http
from longpoll.server import hold, sessions


async def deliver(request, room):
    """Answer as soon as the user's queue has messages, with an empty list after `hold` seconds."""
    seconds = hold(request)
    if request.method == "HEAD":
        return http.head()  # a response without a body takes no messages out of a queue
    session = await sessions().get_or_create(request.GET.get("queue"), room, after=None)
    with session:
        page = await session.queue.fetch(seconds)
    return http.page(page, queue=session.id)
