"""Step 1, whole: the whole history with every answer, whatever the browser has already.

Nothing is lost and nearly everything comes again; each answer is longer than the one before. At
the newest 500 messages the lab cuts it off, or one room would stop the server.
"""

from django.conf import settings

from lab import chat, http


async def deliver(request, room):
    """Answer at once with the history."""
    newest = (await chat.history(room)).last
    page = await chat.history(room, max(0, newest - settings.PAGE_MAX))
    return http.page(page)
