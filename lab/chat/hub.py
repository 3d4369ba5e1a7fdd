"""The hub: the chat of one process, with its open rooms and the store, broker and limits that they share."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from lab.access import rate_limits
from lab.access.rate_limits import RateLimits
from lab.access.shares import Shares
from lab.access.visitors import Visitor
from lab.chat.backlog import Backlogs
from lab.chat.broker import MAX_CONCURRENT, Broker, broker_for
from lab.chat.broker_local import LocalBroker
from lab.chat.database import Unavailable
from lab.chat.page import Page
from lab.chat.queues import Queue
from lab.chat.recent import RecentBytes
from lab.chat.rooms import Room
from lab.chat.store import Store
from lab.messages.errors import Refused
from lab.messages.message import Draft, Message

REJOIN = 10  # seconds between renewals of the rooms' memberships in the channel layer's groups

log = logging.getLogger(__name__)


class Hub:
    """One process's chat. Several hubs, in one process or in many, share the messages of one database."""

    def __init__(self, broker: Broker | LocalBroker | None = None, rates: RateLimits | None = None) -> None:
        """Announce by a Broker, and limit publishes by RateLimits; None: those of the process."""
        self.store = Store()
        self.broker = broker or broker_for(get_channel_layer())
        self.rates = rates or rate_limits.limits()
        self.shares = Shares("rooms", self._close_room)
        self.rooms: dict[str, Room] = {}  # {name: Room} of the open ones
        self.recent_bytes = RecentBytes()
        self.backlogs = Backlogs()
        self.shutting_down = False
        # {method: the task that runs it while rooms are open}
        self._tasks: dict[Callable[[], Coroutine[Any, Any, None]], asyncio.Task[None]] = {}

    async def publish(self, draft: Draft, publisher: Visitor) -> tuple[Message, bool]:
        """Store a Draft; return (Message, whether it is new).

        `publisher` is the Visitor whose rates count. Raises Refused: 409 if the nonce was used for another message,
        429 over a rate, 503 if the database is unavailable.
        """
        try:
            self.rates.check_rate(publisher)
            return await self.store.add(draft, self.broker.publish)
        except Refused as refused:
            refused.nonce = draft.nonce
            raise

    async def history(self, room: str, after: int | None = None) -> Page:
        """Return the Page of `room` after the message with the id `after`; None: the recent ones.

        Raises Refused: 503 if the database is unavailable or too many rooms are open, 429 if a visitor has too many.
        """
        return await (await self.open_room(room)).history(after)

    async def follow(self, room: str, after: int | None = None, bound: int | None = None) -> Queue:
        """Return a Queue on `room` that starts after the message with the id `after`; None: with the recent ones.

        It fills while it is open: `with queue: page = await queue.fetch()`. `bound`: messages that may wait in it
        (None: QUEUE_MAX). Raises Refused as `history` does.
        """
        return Queue(await self.open_room(room), after, bound)

    async def open_room(self, name: str) -> Room:
        """Return the open Room; raise Refused if the database is unavailable or too many rooms are in use."""
        room = self.rooms.get(name)
        if room is None:
            self.shares.take(name)
            room = self.rooms[name] = Room(name, self)
        for method in (self._sync, self._renew_subscriptions):
            if method not in self._tasks or self._tasks[method].done():
                self._tasks[method] = asyncio.create_task(method())
        room.use()
        if room.listening is None:
            await asyncio.shield(room.opening)
        return room

    def forget(self, room: Room) -> None:
        """Forget a room that is closed, or could not be opened."""
        del self.rooms[room.name]
        self.shares.leave(room.name)

    def shut_down(self) -> None:
        """End every reader: the server is shutting down."""
        self.shutting_down = True
        for room in self.rooms.values():
            for queue in room.queues:
                queue.end()

    def close(self) -> None:
        """Close the rooms and the store; for a hub that is no longer used."""
        for task in self._tasks.values():
            task.cancel()
        for room in list(self.rooms.values()):
            if room.listening:
                self._close_room(room.name)
            else:
                room.opening.cancel()
        self.store.close()

    def _close_room(self, name: str) -> None:
        room = self.rooms[name]
        self.forget(room)
        room.close()

    async def _sync(self) -> None:
        """Every SYNC_INTERVAL seconds find messages that were not announced, and close the rooms that nobody reads."""
        while self.rooms:
            await asyncio.sleep(settings.SYNC_INTERVAL)
            try:
                await self._catch_up([room for room in self.rooms.values() if room.listening])
            except Unavailable:
                continue  # the readers wait; the next attempt may succeed
            for room in list(self.rooms.values()):
                unused = asyncio.get_running_loop().time() - room.used_at
                if room.listening and not room.queues and unused > settings.ROOM_IDLE:
                    self._close_room(room.name)

    async def _catch_up(self, rooms: list[Room]) -> None:
        known = {room.name: room.last for room in rooms}
        heads = await self.store.heads(known)
        for room in rooms:
            key, last = heads[room.name]
            if last < known[room.name]:
                log.warning("room %s: the database holds fewer messages than were delivered; restarting", room.name)
                room.restart()
            elif room.key not in (0, key):
                log.info("room %s: forgotten", room.name)
                room.restart()
            room.key = key
            if last > room.last:
                await room.catch_up()

    async def _renew_subscriptions(self) -> None:
        """Every REJOIN seconds renew the memberships, which a layer may lose; one that hangs does not stop `_sync`."""
        while self.rooms:
            await asyncio.sleep(REJOIN)
            subscriptions = [room.subscription for room in self.rooms.values()]
            for start in range(0, len(subscriptions), MAX_CONCURRENT):
                part = subscriptions[start : start + MAX_CONCURRENT]
                if not all(await asyncio.gather(*(subscription.join() for subscription in part))):
                    break  # the layer is unavailable


@cache
def process_hub() -> Hub:
    """Return the Hub of this process."""
    return Hub()
