"""What one answer holds of a room's messages: a page, bounded in messages and in bytes."""

from dataclasses import dataclass
from itertools import islice

from django.conf import settings


@dataclass(slots=True)
class Page:
    """Messages in the order of their ids; `last` is what to ask `after` next.

    `more`: there are more already. `reset`: the `after` asked for is not of this history, which starts anew here.
    """

    messages: list
    last: int
    more: bool = False
    reset: bool = False


def fitting(messages):
    """Return the first of some messages: as many as one page holds, and one at least.

    A page holds PAGE_MAX messages, and PAGE_BYTES of their JSON; what does not fit is not looked at.
    """
    page, left = [], settings.PAGE_BYTES
    for message in islice(messages, settings.PAGE_MAX):
        left -= len(message.json)
        if page and left < 0:
            break
        page.append(message)
    return page
