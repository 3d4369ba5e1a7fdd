"""Broker: announces stored messages to every server process, through the channel layer.

Layers may drop or expire events, so an announcement may be lost, or may come twice; nothing here raises. A room
finds what it missed by the gap in the ids, and reads it from the store.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from typing import Any

from channels.layers import BaseChannelLayer, InMemoryChannelLayer
from django.conf import settings

from lab.chat.broker_local import LocalBroker, OnMessages
from lab.messages.message import Message, from_json

TIMEOUT = 2.0  # seconds for a channel-layer call
PAUSE = 0.5  # seconds before a layer that failed is called again
MAX_CONCURRENT = 50  # channel-layer calls at a time: Redis's client refuses more than it has connections

log = logging.getLogger(__name__)


class LayerUnavailable(Exception):
    """The channel layer failed or hangs."""


def broker_for(layer: BaseChannelLayer) -> "Broker | LocalBroker":
    """Return the broker for a channel layer: the in-process one if the layer reaches only this process."""
    return LocalBroker() if isinstance(layer, InMemoryChannelLayer) else Broker(layer)


class Broker:
    """Announces stored messages to all processes, this one included."""

    def __init__(self, layer: BaseChannelLayer) -> None:
        self.layer = layer
        self.calls = asyncio.Semaphore(MAX_CONCURRENT)
        self.available = True  # the state that was logged last
        self.pending: list[Message] = []  # messages stored and not yet announced
        self.pending_bytes = 0  # of those
        self.publishing: asyncio.Task[None] | None = None  # the task that announces them

    def publish(self, messages: list[Message]) -> None:
        """Announce stored messages; those that are stored during an announcement go out together."""
        size = sum(message.size for message in messages)
        if self.pending_bytes + size > settings.ANNOUNCEMENTS_BYTES:
            return  # the rooms find them when they next read the store
        self.pending.extend(messages)
        self.pending_bytes += size
        if self.pending and (self.publishing is None or self.publishing.done()):
            self.publishing = asyncio.create_task(self._publish())

    def subscribe(self, room: str, on_messages: OnMessages) -> "Subscription":
        """Return a subscription to a room; `on_messages(messages)` is awaited for each announcement."""
        return Subscription(self, room, on_messages)

    async def call(self, function: Callable[..., Awaitable[Any]], *args: object) -> Any:
        """Return the result of a channel-layer call; raise LayerUnavailable if it takes longer than TIMEOUT."""

        async def limited() -> Any:
            async with asyncio.timeout(TIMEOUT), self.calls:
                return await function(*args)

        return await self.checked(limited())

    async def checked(self, call: Awaitable[Any]) -> Any:
        """Return the result of a call; raise LayerUnavailable for any error, because each layer has its own ones."""
        try:
            result = await call
        except Exception as exc:
            if self.available:
                log.warning("channel layer: not available: %s: %s", type(exc).__name__, exc)
            self.available = False
            raise LayerUnavailable from exc
        if not self.available:
            log.warning("channel layer: available again")
        self.available = True
        return result

    async def _publish(self) -> None:
        while self.pending:
            messages, self.pending = sorted(self.pending, key=lambda message: (message.room, message.id)), []
            self.pending_bytes = 0
            with suppress(LayerUnavailable):  # the rooms find what was not announced
                for room, of_room in groupby(messages, key=lambda message: message.room):
                    event = {"type": "announcement", "messages": [message.json for message in of_room]}
                    await self.call(self.layer.group_send, group(room), event)


class Subscription:
    """One process's subscription to one room."""

    def __init__(self, broker: Broker, room: str, on_messages: OnMessages) -> None:
        self.broker = broker
        self.layer = broker.layer
        self.group = group(room)
        self.on_messages = on_messages
        self.channel: str | None = None

    async def join(self) -> bool:
        """Join the room's group, or renew the membership, which layers may lose; return whether that worked."""
        with suppress(LayerUnavailable):
            self.channel = self.channel or await self.broker.call(self.layer.new_channel)
            await self.broker.call(self.layer.group_add, self.group, self.channel)
            return True
        return False

    async def leave(self) -> None:
        """Leave the group."""
        if self.channel:
            with suppress(LayerUnavailable):
                await self.broker.call(self.layer.group_discard, self.group, self.channel)

    async def listen(self) -> None:
        """Receive announcements until cancelled."""
        try:
            while True:
                try:
                    event = self.channel and await self.broker.checked(self.layer.receive(self.channel))
                except LayerUnavailable:
                    event = None
                if event:
                    await self.on_messages([from_json(text) for text in event["messages"]])
                else:
                    await asyncio.sleep(PAUSE)
                    await self.join()  # a layer that was unavailable may have lost the membership
        finally:
            await self.leave()


@lru_cache(maxsize=10_000)
def group(room: str) -> str:
    """Return the name of the room's group: a hash, because group names are short ASCII and rooms' names are not."""
    return "room." + hashlib.sha256(room.encode()).hexdigest()[:32]
