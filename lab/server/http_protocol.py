"""uvicorn's HTTP protocol, with responses in one write, `push`, and a stricter reading of headers.

uvicorn writes the headers and the body of a response separately, which costs one more packet and system call; here they
are written together.

The scope has `push`, as in the WebSocket protocol: `push(data)` writes at once the bytes that come next on the
connection, in the framing of its protocol. It returns False if the write buffer is full or the response is complete.
Other servers have no `push`; there a reader is woken for each message.
"""

import sys
from functools import partial
from typing import Any

from django.conf import settings

from lab.messages.errors import Refused
from lab.messages.framing import chunk
from lab.server import heads
from lab.server.half_closed import BEGIN, COMMENT, HalfClosedProtocol
from lab.server.http10 import without_chunks
from lab.server.request_limits import encode_refusal
from lab.server.small_reads import SmallReads


class HTTPProtocol(HalfClosedProtocol):
    """Writes headers and body together, and lets a streaming response push chunks."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.parser = heads.Parser(self)

    def on_header(self, name, value):
        """Keep a header, without the white space after its value (RFC 9110 §5.5)."""
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self):
        """Let the application answer; refuse other versions of HTTP, and a target that is not an address."""
        if not self.over and self.parser.get_http_version() not in heads.VERSIONS:
            self.refuse(other_version())
        elif not self.over:
            try:
                self.url = heads.origin_form(self.url, self.headers)
            except Refused as refused:
                self.refuse(refused)
        if self.ignores_upgrade():
            return
        if settings.BEHIND_PROXY:
            heads.keep_first_scheme(self.headers)
        super().on_headers_complete()

    def on_message_complete(self):
        """Note that the request is complete, unless it is about to be parsed again."""
        if not self.ignores_upgrade():
            super().on_message_complete()

    def ignores_upgrade(self):
        """Return whether the request asks for an upgrade that this server ignores."""
        return self.parser.should_upgrade() and not self.over and not self._should_upgrade()

    def head_without_upgrade(self):
        """Return the bytes of the request line and headers, without Upgrade (RFC 9110 §7.8)."""
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _get_upgrade(self):
        """Return b"websocket" if a GET has it in its Upgrade header, else None."""
        upgrades = heads.list_members(self.headers, b"upgrade")
        return b"websocket" if self.parser.get_method() == b"GET" and b"websocket" in upgrades else None

    def handle_websocket_upgrade(self):
        """Hand the connection over to the WebSocket protocol; refuse a request that it cannot read."""
        if self.over:
            return
        if self.parser.get_http_version() == "1.0":  # RFC 6455 §4.1
            self.refuse(Refused("handshake: needs HTTP/1.1."))
            return
        # Both may be lists; the WebSocket protocol accepts only its own word.
        self.headers[:] = [header for header in self.headers if header[0] not in (b"upgrade", b"connection")]
        self.headers += [(b"upgrade", b"websocket"), (b"connection", b"upgrade")]
        super().handle_websocket_upgrade()
        protocol: Any = self.transport.get_protocol()
        self.transport.set_protocol(SmallReads(protocol))
        self.over = True
        if not protocol.handshake_initiated:  # it would wait for another handshake forever
            self.transport.write(encode_refusal(Refused("handshake: not a WebSocket's.")))
            self.transport.close()

    def _unsupported_upgrade_warning(self):
        """Log nothing: the connection is over."""

    def send_400_response(self, msg):
        """Refuse data that is not HTTP, or HTTP of another version."""
        if any(reason in str(sys.exception()) for reason in ("HTTP version", "PRI")):  # the parser's words
            self.refuse(other_version())
        else:
            super().send_400_response(msg)

    def _start_asgi_task(self, cycle, app):
        if cycle.scope["http_version"] == "1.0":
            app = without_chunks(cycle, app)
        if cycle.scope["method"] != "HEAD":  # whose response has no body
            cycle.transport = HeaderCoalescer(self, cycle)
        cycle.scope["push"] = partial(self._push, cycle)
        self.answering = cycle
        super()._start_asgi_task(cycle, partial(self._answer, cycle, app))

    async def _answer(self, cycle, app, scope, receive, send):
        """Run the application; it makes the next part of a response when the client has read the part before."""

        async def send_and_drain(event):
            await send(event)
            if self.flow.write_paused and event.get("more_body"):
                await self.flow.drain()

        if self.flow.write_paused:
            await self.flow.drain()
        await app(scope, receive, send_and_drain)

    def _push(self, cycle, data):
        if cycle.disconnected or cycle.response_complete or not cycle.chunked_encoding or self.flow.write_paused:
            return False
        self.transport.write(data)
        return True


class HeaderCoalescer:
    """Transport for one response, which holds the headers back until the first bytes of the body."""

    head = None  # the status line and headers that are held back; empty when they are written
    written = 0  # bytes of them that have been written before

    def __init__(self, protocol, cycle):
        self.protocol, self.cycle = protocol, cycle
        self.transport = protocol.transport

    def write(self, data):
        """Hold the headers back; write them with the first other data."""
        if self.head is None and not data.startswith(b"HTTP/1.1 100"):
            self.head = data[self.written :] if self.written else data
        else:
            self.transport.write(self.head + data if self.head else data)
            self.head = self.head and b""

    def probe(self):
        """Write the bytes that begin every response, or a comment in an event stream; a closed client resets then."""
        cycle = self.cycle
        if self.head is None:
            self.written = len(BEGIN)
            self.transport.write(BEGIN)
        elif not self.head and cycle.chunked_encoding:  # an event stream: no other response is without a length
            self.transport.write(chunk(COMMENT))
        elif not self.head and getattr(cycle, "ends_with_connection", False):
            self.transport.write(COMMENT)

    def close(self):
        """Close after the response; if the request is not complete, give the client time to read the response."""
        if self.cycle.more_body:
            self.protocol.close_gracefully()
        else:
            self.transport.close()

    def __getattr__(self, name):
        """Return the attribute of the transport."""
        return getattr(self.transport, name)


def other_version():
    """Return the refusal of a request in another version of HTTP than 1.0 and 1.1."""
    return Refused("request: HTTP/1.1 is expected.", status=505)
