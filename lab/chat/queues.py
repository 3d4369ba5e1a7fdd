"""Queues: what was published and a reader has not fetched yet, one for every reader who waits for messages."""

import asyncio

from django.conf import settings

from lab.chat.backlog import Backlog
from lab.chat.page import Page, fitting


class Queue:
    """What was published in a room and one reader has not fetched yet.

    It is bounded: when it overflows it is emptied, and the gap in the ids sends its reader back to history.
    """

    __slots__ = ("alarm", "bound", "drop", "ended", "last", "push", "room", "turn", "waiting", "woken")

    def __init__(self, room, after, bound=None):
        self.room = room
        self.bound = settings.QUEUE_MAX if bound is None else bound
        self.drop = None  # closes a queue that is kept between two requests
        self.push = None  # a function that delivers one message at once, or returns False where it cannot
        self.resume(after)
        self.turn = 0  # counts the readers; the newest alone is served
        self.waiting = Backlog(settings.QUEUE_BYTES if bound is None else settings.QUEUES_BYTES)
        self.woken = None  # the future on which the reader sleeps
        self.alarm = None  # the timer that wakes it
        self.ended = False

    def __enter__(self):
        """Let the room fill the queue; what was published since `after` comes from history."""
        self.room.enter(self)
        self.room.start_reading()
        return self

    def __exit__(self, *exc_info):
        """Let the room forget the queue."""
        self.room.leave(self)
        self.room.stop_reading()

    def resume(self, after):
        """Go on after the message with the id `after`; None starts with the recent ones."""
        self.last = max(0, self.room.last - settings.RECENT) if after is None else after

    def push_by(self, push, encode):
        """Deliver a message to a reader who waits by `push(encode(message))`; None: wake the reader instead."""
        self.push = push and (lambda message: push(message.encoded(encode)))

    def put(self, message):
        """Add a message that was just published, and wake the reader."""
        if message.id <= self.last:
            return
        if self.push and self.woken and message.id == self.last + 1 and self.push(message):
            self.last = message.id  # a reader who waits is served on the spot: to wake it would cost more
            return
        if len(self.waiting) >= self.bound:
            self.waiting.clear()
        self.waiting.append(message)
        if self.woken is not None:
            self.wake()

    def wake(self):
        """Let the reader look at its queue now."""
        if self.woken is not None and not self.woken.done():
            self.woken.set_result(None)

    def end(self):
        """Give the reader nothing more: the server is going away."""
        self.ended = True
        self.wake()

    async def fetch(self, timeout=None):
        """Return the next Page, as soon as there is one; an empty one after `timeout` seconds (None: never).

        For a reader who is pushed to, those are seconds of silence. A second reader of the same queue ends the first
        one's waiting with an empty Page.
        """
        self.turn = turn = self.turn + 1
        self.wake()
        if self.last == self.room.last and not self.waiting and not self.ended:
            await self._sleep(timeout)
        if turn != self.turn or self.ended or not self._due():
            return Page([], self.last)
        if self.waiting and self.waiting[0].id == self.last + 1:
            messages = fitting(self.waiting)
            page = Page(messages, messages[-1].id, more=len(messages) < len(self.waiting))
        else:
            page = await self.room.history(self.last)
            if not page.messages and not page.reset:  # deleted by hand: its reader must not ask for it in a circle
                await self._sleep(settings.LOOK if timeout is None else min(timeout, settings.LOOK))
                return Page([], self.last)  # which what was pushed meanwhile has moved on
            if turn != self.turn:
                return Page([], self.last)
        self.last = page.last
        while self.waiting and self.waiting[0].id <= page.last:
            self.waiting.popleft()
        return page

    def _due(self):
        return self.waiting or self.last != self.room.last

    async def _sleep(self, timeout):
        self.woken = woken = asyncio.get_running_loop().create_future()
        self._set_alarm(timeout, timeout)
        try:
            await woken
        finally:
            if self.woken is woken:  # else another reader sleeps here now, by an alarm of its own
                self.woken = None
                self._set_alarm(None, None)

    def _set_alarm(self, seconds, timeout):
        if self.alarm is not None:
            self.alarm.cancel()
        loop = asyncio.get_running_loop()
        self.alarm = None if seconds is None else loop.call_later(seconds, self._ring, timeout)

    def _ring(self, timeout):
        silence = asyncio.get_running_loop().time() - self.room.heard_at
        if self.push and silence < timeout:  # a push does not put the alarm off: that would cost more than itself
            self._set_alarm(timeout - silence, timeout)
        else:
            self.wake()
