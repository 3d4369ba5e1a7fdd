"""The chat: publish, history, follow. Every technique delivers by these three, and adds nothing to their rules."""

from lab.access.rate_limits import allow
from lab.chat import broker, rooms, store
from lab.chat.queues import Queue
from lab.messages.errors import Refused


async def publish(draft, publisher):
    """Store a Draft; return (Message, whether it is new).

    `publisher` is the Visitor held to the rates. Raises Refused: 409 for a nonce used for another message,
    429 over a rate, 503 when the database is away.
    """
    try:
        allow(publisher)
        return await store.add(draft, broker.publish)
    except Refused as refused:
        refused.nonce = draft.nonce
        raise


async def history(room, after=None):
    """Return the Page of `room` after the message with the id `after`; None: the recent ones.

    Raises Refused: 503 where the database is away or too many rooms are open, 429 where one visitor keeps too many.
    """
    return await (await rooms.get(room)).history(after)


async def follow(room, after=None, bound=None):
    """Return a Queue on `room` that starts after the message with the id `after`; None: with the recent ones.

    It is filled while it is entered: `with queue: page = await queue.fetch()`. `bound`: messages that may wait in it
    (None: QUEUE_MAX). Raises Refused as history does.
    """
    return Queue(await rooms.get(room), after, bound)
