"""The history of a room for a naive stage: all messages, or to protect the server, as many as one page holds."""

from django.conf import settings

from lab import chat
from lab.chat.page import Page, take_page


async def whole_history(room: str) -> Page:
    """Return the Page of all messages of a room, or of the newest ones if one page cannot hold them all.

    Raises Refused as `chat.history` does.
    """
    newest = (await chat.history(room)).last
    page: Page = await chat.history(room, max(0, newest - settings.PAGE_MAX))
    messages = page.messages
    while page.more:
        page = await chat.history(room, page.last)
        messages += page.messages
    page.messages = take_page(reversed(messages))[::-1]
    return page
