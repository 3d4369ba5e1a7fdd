"""A Django app for a server under test: it plants a bug, and reports the server's queues on a signal."""

import asyncio
import json
import os
import signal
from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

ASK = signal.SIGUSR2  # the server replies with a file in LAB_DATA
BUSY = 0.1  # seconds


class FaultInjection(AppConfig):
    """Plants the bug when Django is ready."""

    name = "faults"
    label = "fault_injection"

    def ready(self):
        """Plant the bug, and listen for the signal."""
        if settings.NARROW:
            keep_busy()
        if settings.BUG:
            import_module(f"faults.bugs.{settings.BUG}").plant()
        signal.signal(ASK, write_counts)


def keep_busy():
    """Keep a room busy for a while after each announcement, so that the next ones have to wait."""
    from lab.chat.broker_local import LocalSubscription

    listen = LocalSubscription.listen

    async def listening(self):
        on_messages = self.on_messages

        async def slowly(messages):
            await on_messages(messages)
            await asyncio.sleep(BUSY)

        self.on_messages = slowly
        await listen(self)

    LocalSubscription.listen = listening


def write_counts(*_):
    """Write the number of queues, and of the messages in them, to a file."""
    from lab.chat.hub import process_hub

    queues = [queue for room in process_hub().rooms.values() for queue in room.queues]
    held = {"queues": len(queues), "waiting messages": sum(len(queue.waiting) for queue in queues)}
    path = Path(settings.DATA) / f"held.{os.getpid()}"
    path.with_suffix(".new").write_text(json.dumps(held))
    path.with_suffix(".new").replace(path)
