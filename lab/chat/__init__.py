"""The chat: publish, history, follow. Every technique delivers by these three, and adds nothing to their rules."""

from lab.chat.hub import process_hub


async def publish(draft, publisher):
    """Store a Draft; return (Message, whether it is new).

    `publisher` is the Visitor held to the rates. Raises Refused: 409 for a nonce used for another message,
    429 over a rate, 503 if the database is away.
    """
    return await process_hub().publish(draft, publisher)


async def history(room, after=None):
    """Return the Page of `room` after the message with the id `after`; None: the recent ones.

    Raises Refused: 503 if the database is away or too many rooms are open, 429 if one visitor keeps too many.
    """
    return await process_hub().history(room, after)


async def follow(room, after=None, bound=None):
    """Return a Queue on `room` that starts after the message with the id `after`; None: with the recent ones.

    It fills while it is open: `with queue: page = await queue.fetch()`. `bound`: messages that may wait in it
    (None: QUEUE_MAX). Raises Refused as `history` does.
    """
    return await process_hub().follow(room, after, bound)
