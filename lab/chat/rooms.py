"""An open room: its newest messages, and the queues of its readers.

The store always has all messages. A gap in the ids shows that one is missing: if message 17 is announced and the room's
last is 15, the room reads 16 from the store. A queue does the same.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings

from lab.chat.database import Unavailable
from lab.chat.page import Page, take_page
from lab.chat.queues import Queue
from lab.chat.recent import RecentMessages
from lab.messages.message import Message

if TYPE_CHECKING:
    from lab.chat.hub import Hub

USED_AGAIN = 1.0  # seconds after which another use of a room is recorded


class Room:
    """One room of one hub: one subscription, for any number of readers."""

    def __init__(self, name: str, hub: "Hub") -> None:
        self.name = name
        self.hub = hub
        self.key = 0  # of the history in the store, 0 if it is not known; a forgotten room gets another one
        self.last = 0  # id of the newest message that the hub knows
        self.recent = RecentMessages(hub.recent_bytes)  # ends with `last`
        self.queues: set[Queue] = set()
        self.readers = 0  # queues that are being read now; if there are none, the room may be closed
        self.closed = False
        self.used_at = self.noted_at = 0.0  # the loop's clock, seconds
        self.received_at = 0.0  # of the newest announcement, by the same clock
        self.subscription = hub.broker.subscribe(name, self._receive)
        # The task that receives announcements; None until the room is open.
        self.listening: asyncio.Task[None] | None = None
        self.opening = asyncio.create_task(self._open())
        self.opening.add_done_callback(self._opened)

    async def _open(self) -> None:
        await self.subscription.join()  # first, so that no message is missed in between
        try:
            (self.key, self.last), messages = await self.hub.store.snapshot(self.name, settings.RECENT)
        except Unavailable:
            await self.subscription.leave()
            raise
        self._append(messages, stored=True)
        self.listening = asyncio.create_task(self.subscription.listen())

    def _opened(self, opening: asyncio.Task[None]) -> None:
        if opening.cancelled() or opening.exception():
            self.hub.forget(self)  # the next request tries again
        elif not self.readers and not self.closed:  # a request may have made space meanwhile
            self.hub.shares.rest(self.name)

    def close(self) -> None:
        """Stop listening, and close the queues; the next request opens the room again."""
        self.closed = True
        for queue in list(self.queues):
            if queue.on_room_closed:
                queue.on_room_closed()
        if self.listening:
            self.listening.cancel()
        self.recent.clear()

    async def _receive(self, messages: list[Message]) -> None:
        with contextlib.suppress(Unavailable):  # the next synchronization tries again
            if messages[0].id > self.last + 1:
                await self.catch_up()
            self._append(messages)

    async def catch_up(self) -> None:
        """Read from the store the messages after `last`."""
        while messages := await self.hub.store.read(self.name, self.last):
            self._append(messages, stored=True)

    def _append(self, messages: Iterable[Message], stored: bool = False) -> None:
        for message in messages:
            if stored and message.id > self.last + 1:  # the store has none in between: an administrator deleted it
                self.recent.clear()
                self.last = message.id - 1
            if message.id == self.last + 1:
                self.last = message.id
                self.recent.append(message)
                for queue in self.queues:
                    queue.put(message)
                message.forget()
        self.received_at = asyncio.get_running_loop().time()

    def restart(self) -> None:
        """Start again with an empty memory: the history in the store is another one."""
        self.last = 0
        self.recent.clear()
        for queue in self.queues:
            queue.restart()

    async def history(self, after: int | None = None) -> Page:
        """Return the Page after the message with the id `after`; None: the recent ones."""
        if after is None:
            after = max(0, self.last - int(settings.RECENT))
        elif after > self.last:  # another process may have delivered a message that is not announced here yet
            if after > (await self.hub.store.heads([self.name]))[self.name].last:
                return await self.new_history()
            await self.catch_up()
        messages = take_page(self.recent.after(after))
        if not messages and after < self.last:
            messages = await self.hub.store.read(self.name, after)
        last = messages[-1].id if messages else after
        return Page(messages, last, more=last < self.last)

    async def new_history(self) -> Page:
        """Return the Page of the recent messages, which tells the reader that the history is a new one."""
        page = await self.history()
        page.reset = True
        return page

    def add(self, queue: Queue) -> None:
        """Put new messages into this queue; raise Unavailable if the room was closed after the queue was made."""
        if self.closed:
            raise Unavailable("too many rooms are open, try again.")
        self.queues.add(queue)
        queue.ended = self.hub.shutting_down

    def remove(self, queue: Queue) -> None:
        """Put no more messages into this queue, and empty it."""
        self.queues.discard(queue)
        queue.waiting.clear()

    def use(self) -> None:
        """Record a request for the room, at most one per second."""
        self.used_at = now = asyncio.get_running_loop().time()
        if now - self.noted_at > USED_AGAIN and self.listening and not self.readers:
            self.hub.shares.rest(self.name)
            self.noted_at = now

    def start_reading(self) -> None:
        """Keep the room open for one more reader."""
        self.readers += 1
        if self.readers == 1:
            self.hub.shares.use(self.name)

    def stop_reading(self) -> None:
        """Let the room be closed when it has no reader left."""
        self.readers -= 1
        if not self.readers:
            self.hub.shares.rest(self.name)
