"""Ids come from a sequence like PostgreSQL's: they are given before the commit, and so are committed out of order."""

import asyncio
import itertools
import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

BREAKS = "lost"
SHOWS_IN = ("polling", "longpoll", "sse", "websocket")
UNDER = "peace"
COMMIT = 0.2  # seconds that a commit takes at most, at random


def plant():
    """Store each message by itself under the sequence's next number, and make rooms trust that ids rise."""
    from django.db import transaction

    from lab import models
    from lab.chat import rooms
    from lab.chat.page import Page
    from lab.chat.store import Store
    from lab.messages.message import Message

    sequences, writers = defaultdict(lambda: itertools.count(1)), ThreadPoolExecutor(8)

    def insert(draft):
        number = next(sequences[draft.room])
        time.sleep(random.uniform(0, COMMIT))
        fields = draft.author, draft.text, draft.nonce, draft.sent_at, time.time() * 1000
        names = ("author", "text", "nonce", "sent_at", "published_at")
        with transaction.atomic():
            room, _new = models.Room.objects.get_or_create(name=draft.room)
            models.Room.objects.filter(pk=room.pk, last__lt=number).update(last=number)
            models.Message.objects.create(room=room, number=number, **dict(zip(names, fields, strict=True)))
        return Message(number, draft.room, *fields)

    async def add(self, draft, on_commit):
        message = await asyncio.get_running_loop().run_in_executor(writers, insert, draft)
        on_commit([message])
        return message, True

    def append(self, messages, stored=False):
        for message in messages:
            if message.id > self.last:
                self.last = message.id
                self.recent.append(message)
                for queue in self.queues:
                    queue.put(message)

    async def history(self, after=None):
        after = max(0, self.last - 50) if after is None else after
        messages = [message for message in self.recent.messages if message.id > after]
        return Page(messages, messages[-1].id if messages else max(after, self.last))

    Store.add, rooms.Room._append, rooms.Room.history = add, append, history
