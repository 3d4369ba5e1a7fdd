"""Broker: announces stored messages to every server process, through the channel layer.

Layers drop, expire and forget, so an announcement may be lost, or may come for nothing; nothing here raises. A room
finds what it missed by the gap in the ids, and reads it from the store.
"""

import asyncio
import hashlib
import logging
from contextlib import suppress
from functools import lru_cache
from itertools import groupby

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings

from lab.chat import broker_local
from lab.messages.message import from_json

TIMEOUT = 2.0  # of a channel-layer call, seconds
PAUSE = 0.5  # seconds before a layer that failed is called again
MAX_CONCURRENT = 50  # channel-layer calls at a time: Redis's client refuses more than it has connections

log = logging.getLogger(__name__)
_pending = []  # messages stored and not yet announced
_pending_bytes = 0  # of those
_publishing = None  # the task that announces them
_calls = asyncio.Semaphore(MAX_CONCURRENT)
_unavailable = False  # what was logged of the layer last


class LayerUnavailable(Exception):
    """The channel layer failed or hangs."""


def publish(messages):
    """Announce stored messages to all processes, this one included; what waits meanwhile goes out together."""
    global _publishing, _pending_bytes
    if single_process():
        return broker_local.publish(messages)
    size = sum(message.size for message in messages)
    if _pending_bytes + size > settings.UNHEARD_BYTES:
        return  # the rooms find them when they look into the store
    _pending.extend(messages)
    _pending_bytes += size
    if _pending and (_publishing is None or _publishing.done()):
        _publishing = asyncio.create_task(_publish())


def subscribe(room, on_messages):
    """Return this process's subscription to a room; `on_messages(messages)` is awaited for each announcement."""
    subscription = broker_local.LocalSubscription if single_process() else Subscription
    return subscription(room, on_messages)


def single_process():
    """Return whether the channel layer reaches this process alone."""
    return isinstance(get_channel_layer(), InMemoryChannelLayer)


async def _publish():
    global _pending_bytes
    while _pending:
        messages, _pending[:] = sorted(_pending, key=lambda message: (message.room, message.id)), []
        _pending_bytes = 0
        with suppress(LayerUnavailable):  # the rooms find what was not announced
            for room, of_room in groupby(messages, key=lambda message: message.room):
                event = {"type": "bell", "messages": [message.json for message in of_room]}
                await _with_timeout(get_channel_layer().group_send, group(room), event)


@lru_cache(maxsize=10_000)
def group(room):
    """Return the name of the room's group: a hash, because group names are short ASCII and rooms' names are not."""
    return "room." + hashlib.sha256(room.encode()).hexdigest()[:32]


class Subscription:
    """One process's subscription to one room."""

    def __init__(self, room, on_messages):
        self.group = group(room)
        self.on_messages = on_messages  # called with the messages, awaited
        self.layer = get_channel_layer()
        self.channel = None

    async def join(self):
        """Join the room's group, or renew the membership, which layers may lose; return whether that worked."""
        with suppress(LayerUnavailable):
            self.channel = self.channel or await _with_timeout(self.layer.new_channel)
            await _with_timeout(self.layer.group_add, self.group, self.channel)
            return True
        return False

    async def leave(self):
        """Leave the group."""
        if self.channel:
            with suppress(LayerUnavailable):
                await _with_timeout(self.layer.group_discard, self.group, self.channel)

    async def listen(self):
        """Receive announcements until cancelled."""
        try:
            while True:
                try:
                    event = self.channel and await _checked(self.layer.receive(self.channel))
                except LayerUnavailable:
                    event = None
                if event:
                    await self.on_messages([from_json(text) for text in event["messages"]])
                else:
                    await asyncio.sleep(PAUSE)
                    await self.join()  # a layer that was away may have lost the membership
        finally:
            await self.leave()


async def _with_timeout(call, *args):
    """Return the result of a channel-layer call; raise LayerUnavailable if it takes longer than TIMEOUT."""

    async def limited():
        async with asyncio.timeout(TIMEOUT), _calls:
            return await call(*args)

    return await _checked(limited())


async def _checked(call):
    """Return the result of a call; raise LayerUnavailable if it fails, whatever the error: each layer has its own."""
    global _unavailable
    try:
        result = await call
    except Exception as exc:
        if not _unavailable:
            log.warning("channel layer: away: %s: %s", type(exc).__name__, exc)
        _unavailable = True
        raise LayerUnavailable from exc
    if _unavailable:
        log.warning("channel layer: back")
    _unavailable = False
    return result
