"""The Python client that sends the next request as soon as it has a response."""

from collections.abc import Iterable
from typing import Any

from lab import client
from lab.client import Message


class Client(client.Client):
    """Keeps one request waiting at the server, on a queue of its own, held at most `hold` seconds."""

    technique = "longpoll"

    def __init__(self, *args: Any, hold: float = 25, **options: Any) -> None:
        options.setdefault("timeout", max(client.TIMEOUT, hold + client.HOLD_MARGIN))
        super().__init__(*args, **options)
        self.hold = hold
        self.queue: str | None = None  # the id of this user's queue

    def open(self) -> None:
        """Do nothing: the first request opens the queue."""

    def fetch(self) -> Iterable[Message]:
        """Send a request, and wait for its response."""
        path = self.path(after=self.after, queue=self.queue, hold=self.hold)
        page = self.request(self.reading, "GET", path)
        self.queue = page.get("queue")
        return self.read_page(page)
