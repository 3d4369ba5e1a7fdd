"""The Python client that reads one response that does not end."""

import http.client
import json
from collections.abc import Iterator

from lab import client
from lab.client import Message

CHUNK = 65_536  # bytes read at most at a time


class Client(client.Client):
    """Keeps an event stream open; when it reconnects it names the last message it has seen."""

    technique = "sse"
    response: http.client.HTTPResponse
    unread: bytes  # the bytes of an incomplete event

    def open(self) -> None:
        """Request the stream."""
        headers = {"Accept": "text/event-stream"} | self.headers
        self.reading.request("GET", self.path(after=self.after), headers=headers)
        self.response = self.reading.getresponse()
        if self.response.status != 200:
            self.read_json(self.response)
        self.requests += 1
        self.unread = b""

    def fetch(self) -> list[Message]:
        """Wait for bytes of the stream and return the messages that they complete."""
        chunk = self.response.read1(CHUNK)
        if not chunk:
            raise EOFError("the stream ended")
        *events, self.unread = (self.unread + chunk).split(b"\n\n")
        return [message for event in events for message in self.parse(event)]

    def parse(self, event: bytes) -> Iterator[Message]:
        """Yield the message of an event; heartbeats, comments, `retry` and `reset` hold none."""
        # Never splitlines(): it also splits at U+2028 and U+0085.
        fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
        if fields.get(b"event") == b"reset":
            self.reset()
        elif b"data" in fields and fields.get(b"event") != b"heartbeat":
            yield json.loads(fields[b"data"])
