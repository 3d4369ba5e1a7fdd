"""The chat: publish, history, follow. Every technique delivers by these three, and adds nothing to their rules."""

from lab import bell, rooms, store
from lab.message import draft
from lab.queues import Queue
from lab.rates import allow


async def publish(room, fields, publisher):
    """Store what `fields` say in `room`; return (Message, whether it is new).

    `publisher` is the network address held to the rate. Raises Refused: 400 for a bad field, 409 for a nonce used
    for another message, 429 over the rate, 503 when the database is away.
    """
    message = draft(room, fields)
    allow(publisher)
    return await store.add(message, bell.ring)


async def history(room, after=None):
    """Return the Page of `room` after the message with the id `after`; None: the recent ones."""
    return await (await rooms.get(room)).history(after)


async def follow(room, after=None):
    """Return a Queue on `room` that starts after the message with the id `after`; None: with the recent ones.

    It is filled while it is entered: `with queue: page = await queue.fetch()`. Raises Refused (503) as history does.
    """
    return Queue(await rooms.get(room), after)
