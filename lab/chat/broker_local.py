"""In-process broker: delivers within this process only, bypassing the channel layer.

The channel layer costs a fifth of a publish: a copy of the event, JSON both ways, and a task and a timeout for each
call.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import groupby

from django.conf import settings

from lab.messages.message import Message

OnMessages = Callable[[list[Message]], Awaitable[None]]


class LocalBroker:
    """Announces stored messages to the rooms of one hub."""

    def __init__(self) -> None:
        self.subscriptions: defaultdict[str, set[LocalSubscription]] = defaultdict(set)
        self.pending_bytes = 0  # of the messages that wait in all subscriptions

    def publish(self, messages: list[Message]) -> None:
        """Announce stored messages."""
        in_order = sorted(messages, key=lambda message: (message.room, message.id))
        for room, of_room in groupby(in_order, key=lambda message: message.room):
            announced = list(of_room)
            for subscription in self.subscriptions.get(room, ()):
                subscription.add(announced)

    def subscribe(self, room: str, on_messages: OnMessages) -> "LocalSubscription":
        """Return a subscription to a room; `on_messages(messages)` is awaited for each announcement."""
        return LocalSubscription(self, room, on_messages)


class LocalSubscription:
    """One subscription to one room, used once."""

    def __init__(self, broker: LocalBroker, room: str, on_messages: OnMessages) -> None:
        self.broker = broker
        self.room = room
        self.on_messages = on_messages
        self.pending: asyncio.Queue[list[Message]] = asyncio.Queue(settings.ANNOUNCEMENTS_MAX)
        self.left = False

    def add(self, messages: list[Message]) -> None:
        """Announce some messages, unless too many wait: then the room finds them when it next reads the store."""
        size = sum(message.size for message in messages)
        if self.broker.pending_bytes + size <= settings.ANNOUNCEMENTS_BYTES:
            with suppress(asyncio.QueueFull):
                self.pending.put_nowait(messages)
                self.broker.pending_bytes += size

    async def join(self) -> bool:
        """Receive announcements from now on; always True, because nothing here can fail."""
        if not self.left:  # a renewal may come late
            self.broker.subscriptions[self.room].add(self)
        return True

    async def leave(self) -> None:
        """Receive no more announcements."""
        self.left = True
        while not self.pending.empty():
            self.take(self.pending.get_nowait())
        self.broker.subscriptions[self.room].discard(self)
        if not self.broker.subscriptions[self.room]:
            del self.broker.subscriptions[self.room]

    def take(self, messages: list[Message]) -> list[Message]:
        """Count messages as received, and return them."""
        self.broker.pending_bytes -= sum(message.size for message in messages)
        return messages

    async def listen(self) -> None:
        """Receive announcements until cancelled."""
        try:
            while True:
                await self.on_messages(self.take(await self.pending.get()))
        finally:
            await self.leave()
