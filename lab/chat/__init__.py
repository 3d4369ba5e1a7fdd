"""The chat: publish, history, follow. Every technique uses these three functions, and adds no rules to them."""

from lab.access.visitors import Visitor
from lab.chat.hub import process_hub
from lab.chat.page import Page
from lab.chat.queues import Queue
from lab.messages.message import Draft, Message


async def publish(draft: Draft, publisher: Visitor) -> tuple[Message, bool]:
    """Store a Draft; return (Message, whether it is new).

    `publisher` is the Visitor whose rates count. Raises Refused: 409 if the nonce was used for another message,
    429 over a rate, 503 if the database is unavailable.
    """
    return await process_hub().publish(draft, publisher)


async def history(room: str, after: int | None = None) -> Page:
    """Return the Page of `room` after the message with the id `after`; None: the recent ones.

    Raises Refused: 503 if the database is unavailable or too many rooms are open, 429 if a visitor has too many.
    """
    return await process_hub().history(room, after)


async def follow(room: str, after: int | None = None, bound: int | None = None) -> Queue:
    """Return a Queue on `room` that starts after the message with the id `after`; None: with the recent ones.

    It fills while it is open: `with queue: page = await queue.fetch()`. `bound`: messages that may wait in it
    (None: QUEUE_MAX). Raises Refused as `history` does.
    """
    return await process_hub().follow(room, after, bound)
