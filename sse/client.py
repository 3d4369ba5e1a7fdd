"""The Python client that reads one answer that does not end."""

import json

from lab import client

CHUNK = 65_536  # bytes read at most at a time


class Client(client.Client):
    """Keeps an event stream open; what it has seen it names when it comes again."""

    technique = "sse"

    def open(self):
        """Ask for the stream."""
        headers = {"Accept": "text/event-stream"} | self.headers
        self.reading.request("GET", self.path(after=self.after), headers=headers)
        self.response = self.reading.getresponse()
        if self.response.status != 200:
            self.answer(self.response)
        self.requests += 1
        self.unread = b""

    def fetch(self):
        """Wait for bytes of the stream and return the messages that they complete."""
        chunk = self.response.read1(CHUNK)
        if not chunk:
            raise EOFError("the stream ended")
        *events, self.unread = (self.unread + chunk).split(b"\n\n")
        return [message for event in events for message in self.parse(event)]

    def parse(self, event):
        """Yield the message of an event; heartbeats, comments, `retry` and `reset` hold none."""
        # Never splitlines(): it splits at U+2028 and U+0085 as well.
        fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
        if fields.get(b"event") == b"reset":
            self.reset()
        elif b"data" in fields and fields.get(b"event") != b"heartbeat":
            yield json.loads(fields[b"data"])
