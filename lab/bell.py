"""The bell of a room: through the channel layer it tells every server process what was just published.

Layers drop, expire and forget, so a bell may ring in vain or not at all; nothing here raises. What it missed, the
room notices by the ids and reads from the store.
"""

import asyncio
import hashlib
import logging
from contextlib import suppress
from functools import lru_cache
from itertools import groupby

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings

from lab import handbell
from lab.message import from_json

PATIENCE = 2.0  # seconds that the layer may take before it counts as away
PAUSE = 0.5  # seconds before a layer that failed is asked again
TURNS = 50  # questions to the layer at a time: Redis's client refuses more than it has connections

log = logging.getLogger(__name__)
_unrung = []  # messages published and not yet announced
_unrung_bytes = 0  # of those
_ringing = None  # the task that announces them
_turns = asyncio.Semaphore(TURNS)
_away = False  # what was told of the layer last


class Away(Exception):
    """The layer failed or hangs."""


def ring(messages):
    """Announce stored messages to all processes, this one included; what waits meanwhile goes out together."""
    global _ringing, _unrung_bytes
    if alone():
        return handbell.ring(messages)
    size = sum(message.size for message in messages)
    if _unrung_bytes + size > settings.UNHEARD_BYTES:
        return  # the rooms' looks find them
    _unrung.extend(messages)
    _unrung_bytes += size
    if _unrung and (_ringing is None or _ringing.done()):
        _ringing = asyncio.create_task(_ring())


def to(room, hear):
    """Return this process's subscription to a room; `hear(messages)` is awaited at each ring."""
    return handbell.Handbell(room, hear) if alone() else Bell(room, hear)


def alone():
    """Tell whether the channel layer reaches this process alone."""
    return isinstance(get_channel_layer(), InMemoryChannelLayer)


async def _ring():
    global _unrung_bytes
    while _unrung:
        messages, _unrung[:] = sorted(_unrung, key=lambda message: (message.room, message.id)), []
        _unrung_bytes = 0
        with suppress(Away):  # the rooms' looks find what was not announced
            for room, its in groupby(messages, key=lambda message: message.room):
                event = {"type": "bell", "messages": [message.json for message in its]}
                await _patiently(get_channel_layer().group_send, group(room), event)


@lru_cache(maxsize=10_000)
def group(room):
    """Return the name of the room's group: a hash, because group names are short ASCII and rooms' names are not."""
    return "room." + hashlib.sha256(room.encode()).hexdigest()[:32]


class Bell:
    """One process's subscription to one room."""

    def __init__(self, room, hear):
        self.group = group(room)
        self.hear = hear  # called with the messages, awaited
        self.layer = get_channel_layer()
        self.channel = None

    async def join(self):
        """Enter the room's group, or renew the place in it, which layers may lose; tell whether that was done."""
        with suppress(Away):
            self.channel = self.channel or await _patiently(self.layer.new_channel)
            await _patiently(self.layer.group_add, self.group, self.channel)
            return True
        return False

    async def leave(self):
        """Leave the group."""
        if self.channel:
            with suppress(Away):
                await _patiently(self.layer.group_discard, self.group, self.channel)

    async def listen(self):
        """Hear every ring until cancelled."""
        try:
            while True:
                try:
                    event = self.channel and await _answered(self.layer.receive(self.channel))
                except Away:
                    event = None
                if event:
                    await self.hear([from_json(text) for text in event["messages"]])
                else:
                    await asyncio.sleep(PAUSE)
                    await self.join()  # a layer that was away may have forgotten us
        finally:
            await self.leave()


async def _patiently(ask, *args):
    """Return the layer's answer, asked one of a few at a time; raise Away where it takes longer than PATIENCE."""

    async def asked():
        async with asyncio.timeout(PATIENCE), _turns:
            return await ask(*args)

    return await _answered(asked())


async def _answered(call):
    """Return what the layer answers; raise Away where it fails, whatever its error (each layer raises its own)."""
    global _away
    try:
        answer = await call
    except Exception as exc:
        if not _away:
            log.warning("channel layer: away: %s: %s", type(exc).__name__, exc)
        _away = True
        raise Away from exc
    if _away:
        log.warning("channel layer: back")
    _away = False
    return answer
