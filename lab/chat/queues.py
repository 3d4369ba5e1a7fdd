"""Queues: the messages that were published and one reader has not fetched yet."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from django.conf import settings

from lab.chat.backlog import Backlog
from lab.chat.page import Page, take_page
from lab.messages.message import Message

if TYPE_CHECKING:
    from lab.chat.rooms import Room


class Queue:
    """The messages of a room that one reader has not fetched yet.

    It is bounded: when it overflows it is emptied, and the gap in the ids sends its reader back to history.
    """

    __slots__ = (
        "bound", "ended", "generation", "last", "on_room_closed", "push", "reset", "room", "timer", "waiter", "waiting",
    )  # fmt: skip

    def __init__(self, room: "Room", after: int | None, bound: int | None = None) -> None:
        self.room = room
        self.bound: int = settings.QUEUE_MAX if bound is None else bound
        # Callback, for a queue that stays open between two requests.
        self.on_room_closed: Callable[[], None] | None = None
        # A function that delivers one message at once, or returns False if it cannot.
        self.push: Callable[[Message], bool] | None = None
        self.resume(after)
        self.generation = 0  # counts the readers; only the newest one is served
        self.waiting = Backlog(settings.QUEUE_BYTES if bound is None else settings.QUEUES_BYTES, room.hub.backlogs)
        self.waiter: asyncio.Future[None] | None = None  # the future on which the reader waits
        self.timer: asyncio.TimerHandle | None = None  # wakes the reader
        self.reset = False  # whether the reader must learn that the history is a new one
        self.ended = False

    def open(self) -> None:
        """Let the room fill the queue; messages published since `after` come from history."""
        self.room.add(self)

    def close(self) -> None:
        """Empty the queue, and let the room forget it."""
        self.room.remove(self)

    def __enter__(self) -> Self:
        """Open the queue, and keep its room open."""
        self.open()
        self.room.start_reading()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Close the queue."""
        self.close()
        self.room.stop_reading()

    def resume(self, after: int | None) -> None:
        """Go on after the message with the id `after`; None starts with the recent ones."""
        self.last: int = max(0, self.room.last - settings.RECENT) if after is None else after

    def set_push(self, push: Callable[[bytes], bool] | None, encode: Callable[[Message], bytes]) -> None:
        """Deliver each message to a waiting reader by `push(encode(message))`; None: wake the reader instead."""
        self.push = push and (lambda message: push(message.encoded(encode)))

    def put(self, message: Message) -> None:
        """Add a message that was just published, and wake the reader."""
        if message.id <= self.last or self.reset:
            return
        if self.push and self.waiter and message.id == self.last + 1 and self.push(message):
            self.last = message.id  # delivered without waking the reader, which would cost more
            return
        if len(self.waiting) >= self.bound:
            self.waiting.clear()
        self.waiting.append(message)
        if self.waiter is not None:
            self.wake()

    def wake(self) -> None:
        """Wake the reader, so that it reads its queue now."""
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def restart(self) -> None:
        """Tell the reader that the history is a new one, and start anew with it."""
        self.reset = True
        self.waiting.clear()
        self.wake()

    def end(self) -> None:
        """Deliver nothing more: the server is shutting down."""
        self.ended = True
        self.wake()

    async def fetch(self, timeout: float | None = None) -> Page:
        """Return the next Page, as soon as there is one; an empty one after `timeout` seconds (None: never).

        If messages are pushed, `timeout` counts from the last one. If a second reader fetches from the same
        queue, the first one gets an empty Page at once.
        """
        self.generation = generation = self.generation + 1
        self.wake()
        if not (self.has_news() or self.ended):
            await self._wait(timeout)
        if generation != self.generation or self.ended or not self.has_news():
            return Page([], self.last)
        if self.reset:
            page = await self.room.new_history()
            if generation != self.generation:
                return Page([], self.last)
            self.reset = False
        elif self.waiting and self.waiting[0].id == self.last + 1:
            messages = take_page(self.waiting)
            page = Page(messages, messages[-1].id, more=len(messages) < len(self.waiting))
        else:
            page = await self.room.history(self.last)
            if not page.messages and not page.reset:  # deleted by hand: do not read it again and again
                await self._wait(settings.SYNC_INTERVAL if timeout is None else min(timeout, settings.SYNC_INTERVAL))
                return Page([], self.last)  # a push may have moved `last` on meanwhile
            if generation != self.generation:
                return Page([], self.last)
        self.last = page.last
        while self.waiting and self.waiting[0].id <= page.last:
            self.waiting.popleft()
        return page

    def has_news(self) -> bool:
        """Return whether there is something new for the reader."""
        return bool(self.waiting) or self.last != self.room.last or self.reset

    async def _wait(self, timeout: float | None) -> None:
        self.waiter = waiter = asyncio.get_running_loop().create_future()
        self._stop_timer()  # of the previous reader
        if timeout is not None:
            self._set_timer(timeout, timeout)
        try:
            await waiter
        finally:
            if self.waiter is waiter:  # else another reader waits here now, with its own timer
                self.waiter = None
                self._stop_timer()

    def _set_timer(self, seconds: float, timeout: float) -> None:
        self.timer = asyncio.get_running_loop().call_later(seconds, self._on_timer, timeout)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _on_timer(self, timeout: float) -> None:
        silence = asyncio.get_running_loop().time() - self.room.received_at
        if self.push and silence < timeout:  # a push does not restart the timer: that would cost more than the push
            self._set_timer(timeout - silence, timeout)
        else:
            self.wake()
