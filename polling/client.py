"""The Python client that requests new messages again and again."""

import random
import time
from collections.abc import Iterable
from typing import Any

from lab import client
from lab.client import Message


class Client(client.Client):
    """Sends a request every `interval` seconds; the first one at a random phase.

    `pacing`: "rate" counts from one request to the next, "pause" from a response to the next request.
    """

    technique = "polling"
    more = False  # the last response said that there are more messages already

    def __init__(self, *args: Any, interval: float = 1.0, pacing: str = "rate", **options: Any) -> None:
        super().__init__(*args, **options)
        self.interval, self.pacing = interval, pacing
        self.due: float | None = None  # the monotonic time of the next request, seconds

    def open(self) -> None:
        """Choose the phase; after a fault poll at once, because the backoff was random already."""
        phase = random.uniform(0, self.interval) if self.due is None else 0
        self.due = time.monotonic() + phase

    def fetch(self) -> Iterable[Message]:
        """Wait for the next tick, and poll."""
        now = time.monotonic()
        due = now if self.due is None else self.due
        if self.ended.wait(max(0, due - now)):
            return []  # closed meanwhile
        messages = self.poll()
        if self.more:
            return messages  # the tick is still due: the next request is sent at once
        if self.pacing == "pause":
            due = time.monotonic()
        self.due = max(due + self.pause(messages), now)
        return messages

    def poll(self) -> Iterable[Message]:
        """Request the messages after the last one seen."""
        return self.read_page(self.request(self.reading, "GET", self.path(after=self.after)))

    def read_page(self, page: dict[str, Any]) -> Iterable[Message]:
        """Note whether there are more messages already; return the page's."""
        self.more = page.get("more", False)
        return super().read_page(page)

    def pause(self, messages: Iterable[Message]) -> float:
        """Return the seconds between the tick that brought these messages and the next."""
        return self.interval
