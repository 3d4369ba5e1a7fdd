"""Stage 1, hold: the request is held until somebody says something.

The server knows a reader only while a request of his waits. What is said between two requests is
lost, and so is what is said while he is away.
"""

from lab import chat, http
from longpoll.server import hold


async def deliver(request, room):
    """Answer with what comes while the request waits."""
    seconds = hold(request)
    if request.method == "HEAD":
        return http.head()
    now = (await chat.history(room)).last
    with await chat.follow(room, now) as queue:  # gone with the answer
        page = await queue.fetch(seconds)
    return http.page(page)
