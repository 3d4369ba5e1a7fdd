"""In-process broker: delivers within this process only, bypassing the channel layer.

The way through a layer costs a fifth of a publish: a copy of the event, JSON both ways, a task and a timeout for each
call.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from itertools import groupby

from django.conf import settings

_subscriptions = defaultdict(set)  # {room: {LocalSubscription}}


def publish(messages):
    """Announce stored messages in this process."""
    in_order = sorted(messages, key=lambda message: (message.room, message.id))
    for room, of_room in groupby(in_order, key=lambda message: message.room):
        announced = list(of_room)
        for subscription in _subscriptions.get(room, ()):
            subscription.add(announced)


class LocalSubscription:
    """The process's subscription to one room, used once."""

    size = 0  # bytes of all messages in the backlogs of all subscriptions

    def __init__(self, room, on_messages):
        self.room = room
        self.on_messages = on_messages  # called with the messages, awaited
        self.backlog = asyncio.Queue(settings.UNHEARD_MAX)
        self.left = False

    def add(self, messages):
        """Announce some messages to the room, unless too many wait: then it finds them when it looks into the store."""
        size = sum(message.size for message in messages)
        if LocalSubscription.size + size <= settings.UNHEARD_BYTES:
            with suppress(asyncio.QueueFull):
                self.backlog.put_nowait(messages)
                LocalSubscription.size += size

    async def join(self):
        """Receive announcements from now on; always True, as nothing can be away."""
        if not self.left:  # a renewal may come late
            _subscriptions[self.room].add(self)
        return True

    async def leave(self):
        """Receive no more announcements."""
        self.left = True
        while not self.backlog.empty():
            self.take(self.backlog.get_nowait())
        _subscriptions[self.room].discard(self)
        if not _subscriptions[self.room]:
            del _subscriptions[self.room]

    def take(self, messages):
        """Count messages as received, and return them."""
        LocalSubscription.size -= sum(message.size for message in messages)
        return messages

    async def listen(self):
        """Receive announcements until cancelled."""
        try:
            while True:
                await self.on_messages(self.take(await self.backlog.get()))
        finally:
            await self.leave()
