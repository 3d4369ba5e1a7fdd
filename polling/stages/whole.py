"""Stage 1, whole: the whole history with every answer, whatever the browser has already.

Nothing is lost and nearly everything comes again; each answer is longer than the one before. The
lab cuts it off at the newest 500 messages that one answer may hold, or one room would stop the server.
"""

from django.conf import settings

from lab import chat, http
from lab.chat.page import take_page


async def deliver(request, room):
    """Answer at once with the history."""
    newest = (await chat.history(room)).last
    page = await chat.history(room, max(0, newest - settings.PAGE_MAX))
    messages = page.messages
    while page.more:
        page = await chat.history(room, page.last)
        messages += page.messages
    page.messages = take_page(reversed(messages))[::-1]
    return http.page(page)
