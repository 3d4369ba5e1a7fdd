"""Polling with a tag: a response that would be the same is not sent again.

So far this is the stage before: it sends a whole response each time, even if there is nothing new.
"""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import chat, http


async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond at once: 304 without a body if the client has this response already."""
    after = http.after(request)  # the id of the last message that the client has, or None
    page = await chat.history(room, after)  # page.messages, page.last: the id of the room's last message, page.more
    # Write here: make a tag for this response; compare it with the tags that the client knows; respond with 304.
    return http.page(page)
