"""The bell of a room: through the channel layer it tells every server process what was just published.

Layers drop, expire and forget, so a bell may ring in vain or not at all; nothing here raises. What it missed, the
room notices by the ids and reads from the store.
"""

import asyncio
import hashlib
import logging
from functools import lru_cache
from itertools import groupby

from channels.layers import get_channel_layer

from lab.message import from_json

PATIENCE = 2.0  # seconds that the layer may take before it counts as away
PAUSE = 0.5  # seconds before a layer that failed is asked again

log = logging.getLogger(__name__)
_unrung = []  # messages published and not yet announced
_ringing = None  # the task that announces them


def ring(messages):
    """Announce stored messages to all processes, this one included; what waits meanwhile goes out together."""
    global _ringing
    _unrung.extend(messages)
    if _unrung and (_ringing is None or _ringing.done()):
        _ringing = asyncio.create_task(_ring())


async def _ring():
    while _unrung:
        messages, _unrung[:] = sorted(_unrung, key=lambda message: (message.room, message.id)), []
        for room, its in groupby(messages, key=lambda message: message.room):
            event = {"type": "bell", "messages": [message.json for message in its]}
            await _patiently(get_channel_layer().group_send(group(room), event))


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
        """Enter the room's group, or renew the place in it, which layers may lose."""
        self.channel = self.channel or await _patiently(self.layer.new_channel())
        if self.channel:
            await _patiently(self.layer.group_add(self.group, self.channel))

    async def listen(self):
        """Hear every ring until cancelled."""
        try:
            while True:
                if self.channel is None:
                    await asyncio.sleep(PAUSE)
                    continue
                event = await _patiently(self.layer.receive(self.channel), None)
                if event is None:
                    await asyncio.sleep(PAUSE)
                else:
                    await self.hear([from_json(text) for text in event["messages"]])
        finally:
            if self.channel:
                await _patiently(self.layer.group_discard(self.group, self.channel))


async def _patiently(call, seconds=PATIENCE):
    """Await a call to the layer; None where it failed, whatever its error (each layer raises its own)."""
    try:
        async with asyncio.timeout(seconds):
            return await call
    except Exception as exc:
        log.warning("channel layer: %s: %s", type(exc).__name__, exc)
        return None
