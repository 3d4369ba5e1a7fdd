"""A strict parser of event streams, after the standard (HTML, section 9.2.6), and a client that uses it."""

import http.client
import json
import re
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from support.processes import PATIENCE

LINE_END = re.compile(rb"\r\n|\n|\r")


class Parser:
    """Turns bytes into events; `last_id` and `retry` are the values that a browser would keep."""

    def __init__(self):
        self.pending, self.last_id, self.retry, self.comments = b"", "", None, []
        self.data, self.kind = [], ""

    def feed(self, chunk):
        """Return the events that these bytes complete: (type, data, last event id)."""
        *lines, self.pending = LINE_END.split(self.pending + chunk)
        return [event for line in lines for event in self._line(line.decode())]

    def _line(self, line):
        if not line:
            if self.data:
                yield self.kind or "message", "\n".join(self.data), self.last_id
            self.data, self.kind = [], ""
            return
        name, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if not name:
            self.comments.append(value)
        elif name == "data":
            self.data.append(value)
        elif name == "event":
            self.kind = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value.isdigit():
            self.retry = int(value)


class Stream:
    """An open event stream: its headers, all its bytes so far, and its events."""

    def __init__(self, response):
        self.response, self.raw, self.events, self.parser = response, b"", [], Parser()
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    def more(self):
        """Read the next bytes; return False at the regular end of the stream."""
        chunk = self.response.read1(65_536)
        self.raw += chunk
        self.events += self.parser.feed(chunk)
        return bool(chunk)

    def until(self, true):
        """Read until `true()` returns a true value."""
        while not true():
            assert self.more(), "the stream ended"
        return self

    def messages(self, count):
        """Read until there are `count` messages, and return them."""
        self.until(lambda: len(self._said()) >= count)
        return self._said()

    def _said(self):
        return [json.loads(data) for kind, data, _id in self.events if kind == "message"]


@contextmanager
def stream(url, path, **headers):
    """Open an event stream."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    try:
        assert response.status == 200, response.read()
        yield Stream(response)
    finally:
        response.close()
        connection.close()


@contextmanager
def held(server, path, count, **headers):
    """Hold `count` event streams open."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(stream(server.url, path, **headers))
        yield
