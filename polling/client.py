"""The Python client that asks again and again."""

import random
import time

from lab import client


class Client(client.Client):
    """Asks every `interval` seconds; its first request comes at a random phase.

    `pacing`: "rate" counts from one request to the next, "pause" from an answer to the next request.
    """

    technique = "polling"
    more = False  # the last answer said that there are more messages already

    def __init__(self, *args, interval=1.0, pacing="rate", **options):
        super().__init__(*args, **options)
        self.interval, self.pacing = interval, pacing
        self.due = None  # the monotonic clock at the next request, seconds

    def open(self):
        """Choose the phase; after a fault, ask at once: the wait before this was by chance already."""
        phase = random.uniform(0, self.interval) if self.due is None else 0
        self.due = time.monotonic() + phase

    def fetch(self):
        """Wait for the next tick and ask what is new."""
        now = time.monotonic()
        if self.ended.wait(max(0, self.due - now)):
            return []  # closed meanwhile
        messages = self.poll()
        if self.more:
            return messages  # the request that was due is not done: the next one goes out at once
        if self.pacing == "pause":
            self.due = time.monotonic()
        self.due = max(self.due + self.pause(messages), now)
        return messages

    def poll(self):
        """Ask what is new."""
        return self.page(self.ask(self.reading, "GET", self.path(after=self.after)))

    def page(self, page):
        """Note whether there are more already; return the messages."""
        self.more = page.get("more", False)
        return super().page(page)

    def pause(self, messages):
        """Return the seconds between the tick that brought these messages and the next."""
        return self.interval
