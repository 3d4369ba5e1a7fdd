"""History is read before the room is joined: messages published in between reach nobody."""

import asyncio

BREAKS = "lost"
SHOWS_IN = ("sse", "websocket")  # a long poll names `after` each time, and so recovers by itself
UNDER = "rst"
BETWEEN = 0.3  # seconds


def plant():
    """Make a reader read history first, and join a moment later."""
    from lab import chat
    from lab.chat.hub import process_hub
    from lab.chat.queues import Queue

    class Early(Queue):
        first = None

        async def fetch(self, timeout=None):
            page, self.first = self.first, None
            return page or await super().fetch(timeout)

    async def follow(room, after=None, *more):
        queue = Early(await process_hub().open_room(room), after, *more)
        queue.first = await queue.room.history(after)
        await asyncio.sleep(BETWEEN)
        queue.last = queue.room.last
        return queue

    chat.follow = follow
