"""What one process knows of its open rooms: their newest messages and their readers' queues.

The store is the truth. Ids decide what is missing: a room that hears of message 17 while its last is 15 reads 16
from the store, and so does a queue.
"""

import asyncio
import contextlib
import logging

from django.conf import settings

from lab.access.shares import FULL, LATER, Shares
from lab.chat import broker, store
from lab.chat.page import Page, fitting
from lab.chat.recent import Tail
from lab.messages.errors import Refused

USED_AGAIN = 1.0  # seconds between the uses of a room that are told apart
REJOIN = 10  # seconds between renewals of the rooms' places in the channel layer's groups

log = logging.getLogger(__name__)
_rooms = {}
_tending = {}  # function: the task in which it tends the rooms of the process
_going = False  # the server is shutting down


class Room:
    """One room in one process: one subscription, however many readers."""

    def __init__(self, name):
        self.name = name
        self.last = 0  # id of the newest message this process has heard of
        self.tail = Tail()  # ends with `last`
        self.queues = set()
        self.readers = 0  # of the queues, those that somebody reads now; without any, the room may be closed
        self.closed = False
        self.used_at = self.noted_at = 0.0  # the loop's clock, seconds
        self.heard_at = 0.0  # of a message, by the same clock
        self.subscription = broker.subscribe(name, self._hear)
        self.listening = None
        self.opening = asyncio.create_task(self._open())
        self.opening.add_done_callback(self._opened)

    async def _open(self):
        await self.subscription.join()  # Join first, so that nothing falls in between.
        try:
            self.last = max(0, (await store.heads([self.name]))[self.name] - settings.RECENT)
            await self.catch_up()
        except store.Unavailable:
            await self.subscription.leave()
            raise
        self.listening = asyncio.create_task(self.subscription.listen())

    def _opened(self, opening):
        if opening.cancelled() or opening.exception():
            del _rooms[self.name]  # the next one who asks tries again
            shares.leave(self.name)
        elif not self.readers:
            shares.rest(self.name)

    def close(self):
        """Stop listening, and drop the queues; the room is opened anew when somebody asks for it."""
        self.closed = True
        for queue in list(self.queues):
            queue.drop()
        if self.listening:
            self.listening.cancel()
        self.tail.clear()

    async def _hear(self, messages):
        with contextlib.suppress(store.Unavailable):  # the next look tries again
            if messages[0].id > self.last + 1:
                await self.catch_up()
            self._append(messages)

    async def catch_up(self):
        """Read from the store what this process has not heard of."""
        while messages := await store.read(self.name, self.last):
            self._append(messages, stored=True)

    def _append(self, messages, stored=False):
        for message in messages:
            if stored and message.id > self.last + 1:  # the store has no such message: somebody deleted it by hand
                self.tail.clear()
                self.last = message.id - 1
            if message.id == self.last + 1:
                self.last = message.id
                self.tail.append(message)
                for queue in self.queues:
                    queue.put(message)
                message.forget()
        self.heard_at = asyncio.get_running_loop().time()

    def restart(self):
        """Forget everything: the database was replaced by one in which less was said."""
        self.last = 0
        self.tail.clear()
        for queue in self.queues:
            queue.waiting.clear()
            queue.wake()

    async def history(self, after=None):
        """Return the Page after the message with the id `after`; None: the recent ones."""
        if after is None:
            after = max(0, self.last - settings.RECENT)
        elif after > self.last:  # another process may have told the client of what we have not heard yet
            if after > (await store.heads([self.name]))[self.name]:
                page = await self.history()
                page.reset = True
                return page
            await self.catch_up()
        messages = fitting(self.tail.after(after))
        if not messages and after < self.last:
            messages = await store.read(self.name, after)
        last = messages[-1].id if messages else after
        return Page(messages, last, more=last < self.last)

    def enter(self, queue):
        """Fill this queue from now on; raise Unavailable when the room was closed after the queue was made."""
        if self.closed:
            raise store.Unavailable("too many rooms are open, try again.")
        self.queues.add(queue)
        queue.ended = _going

    def leave(self, queue):
        """Fill this queue no longer, and empty it."""
        self.queues.discard(queue)
        queue.waiting.clear()

    def use(self):
        """Note that the room is asked for; a room that is polled all the time is noted once a second."""
        self.used_at = now = asyncio.get_running_loop().time()
        if now - self.noted_at > USED_AGAIN and self.listening and not self.readers:
            shares.rest(self.name)
            self.noted_at = now

    def start_reading(self):
        """Keep the room open for one reader more."""
        self.readers += 1
        if self.readers == 1:
            shares.use(self.name)

    def stop_reading(self):
        """Let the room be closed when it has no reader left."""
        self.readers -= 1
        if not self.readers:
            shares.rest(self.name)


def _close(name):
    room = _rooms.pop(name)
    shares.leave(name)
    room.close()


shares = Shares(
    "ROOMS",
    _close,
    greedy=lambda: Refused("too many rooms of one address or session, close some.", **LATER),
    full=lambda: Refused("too many rooms are open, try again.", **FULL),
)


async def get(name):
    """Return the open Room; raise Refused when the database does not answer or too many rooms are in use."""
    room = _rooms.get(name)
    if room is None:
        shares.take(name)
        room = _rooms[name] = Room(name)
    for tend in (_look_after_rooms, _renew_places):
        if tend not in _tending or _tending[tend].done():
            _tending[tend] = asyncio.create_task(tend())
    room.use()
    if room.listening is None:
        await asyncio.shield(room.opening)
    return room


def end_all():
    """Let every reader of the process go: the server is shutting down."""
    global _going
    _going = True
    for room in _rooms.values():
        for queue in room.queues:
            queue.end()


async def _look_after_rooms():
    """Every LOOK seconds find what was not announced, and close what nobody reads."""
    while _rooms:
        await asyncio.sleep(settings.LOOK)
        try:
            await _look([room for room in _rooms.values() if room.listening])
        except store.Unavailable:
            continue  # the readers wait; the next look may succeed
        for room in list(_rooms.values()):
            unused = asyncio.get_running_loop().time() - room.used_at
            if room.listening and not room.queues and unused > settings.ROOM_IDLE:
                _close(room.name)


async def _renew_places():
    """Every REJOIN seconds renew what a channel layer may lose; one that hangs holds up nothing else."""
    while _rooms:
        await asyncio.sleep(REJOIN)
        rooms = list(_rooms.values())
        for start in range(0, len(rooms), broker.MAX_CONCURRENT):
            if not all(
                await asyncio.gather(
                    *(room.subscription.join() for room in rooms[start : start + broker.MAX_CONCURRENT])
                )
            ):
                break  # the layer is away


async def _look(rooms):
    known = {room.name: room.last for room in rooms}
    heads = await store.heads(known)
    for room in rooms:
        if heads[room.name] < known[room.name]:
            log.warning("room %s: the database holds less than was said; starting anew", room.name)
            room.restart()
        if heads[room.name] > room.last:
            await room.catch_up()
