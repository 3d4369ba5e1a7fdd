"""A page: the messages of one response, bounded in number and in bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.conf import settings

from lab.messages.message import Message


@dataclass(slots=True)
class Page:
    """Messages in the order of their ids; `last` is the `after` of the next request.

    `more`: further messages are available already. `reset`: the `after` of the request is of another history, whose
    beginning this page is.
    """

    messages: list[Message]
    last: int
    more: bool = False
    reset: bool = False


def take_page(messages: Iterable[Message]) -> list[Message]:
    """Return the first of some messages: as many as one page holds, and at least one.

    A page holds PAGE_MAX messages, and PAGE_BYTES of their JSON; the iterable is not read beyond these bounds.
    """
    page: list[Message] = []
    left = settings.PAGE_BYTES
    for message in islice(messages, settings.PAGE_MAX):
        left -= len(message.json)
        if page and left < 0:
            break
        page.append(message)
    return page
