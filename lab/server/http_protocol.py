"""uvicorn's HTTP protocol, with whole answers, pushed bytes, and stricter reading of heads.

uvicorn writes an answer's head and body apart, which costs a packet and a system call on each; here they go together.

It puts `push` into the scope, as the WebSocket protocol does: `push(data)` writes at once what belongs on the
connection next, whole and framed as the protocol wants it. It returns False if the connection's buffer is full or its
answer is over. On other servers there is no `push`, and readers are woken as usual.
"""

import sys
from functools import partial

from django.conf import settings

from lab.messages.errors import Refused
from lab.messages.framing import chunk
from lab.server import heads
from lab.server.half_closed import BEGIN, COMMENT, HalfClosedProtocol
from lab.server.old_http import without_chunks
from lab.server.reader import SmallReads
from lab.server.request_limits import encode_refusal


class HTTPProtocol(HalfClosedProtocol):
    """Writes head and body together, and lets a streaming answer push chunks."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.parser = heads.Parser(self)

    def on_header(self, name, value):
        """Keep a header; white space after a value is no part of it (RFC 9110 §5.5)."""
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self):
        """Let the application answer; refuse another version of HTTP, and a target that is no address here."""
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
            heads.one_scheme(self.headers)
        super().on_headers_complete()

    def on_message_complete(self):
        """Note that the request is whole, unless it is about to be parsed again."""
        if not self.ignores_upgrade():
            super().on_message_complete()

    def ignores_upgrade(self):
        """Return whether the request asks for an upgrade that this server ignores."""
        return self.parser.should_upgrade() and not self.over and not self._should_upgrade()

    def head_without_upgrade(self):
        """Return the request's head, as bytes, without the upgrade that it asks for (RFC 9110 §7.8)."""
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _get_upgrade(self):
        """Return what the connection is upgraded to: a WebSocket, if a GET names it in its list, else nothing."""
        is_asked = self.parser.get_method() == b"GET" and b"websocket" in heads.listed(self.headers, b"upgrade")
        return b"websocket" if is_asked else None

    def handle_websocket_upgrade(self):
        """Hand the connection, and its place, over to the WebSocket protocol; refuse what that cannot read."""
        if self.over:
            return
        if self.parser.get_http_version() == "1.0":  # RFC 6455 §4.1
            self.refuse(Refused("handshake: needs HTTP/1.1."))
            return
        # Both may be lists, of which the WebSocket protocol takes no other member than its own.
        self.headers[:] = [header for header in self.headers if header[0] not in (b"upgrade", b"connection")]
        self.headers += [(b"upgrade", b"websocket"), (b"connection", b"upgrade")]
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        self.transport.set_protocol(SmallReads(protocol))
        self.over = True
        if not protocol.handshake_initiated:  # it would wait for another one for ever
            self.transport.write(encode_refusal(Refused("handshake: not a WebSocket's.")))
            self.transport.close()

    def _unsupported_upgrade_warning(self):
        """Say nothing: only a connection that is over comes here."""

    def send_400_response(self, msg):
        """Refuse what is no HTTP, or HTTP of another version."""
        if any(reason in str(sys.exception()) for reason in ("HTTP version", "PRI")):  # as httptools calls it
            self.refuse(other_version())
        else:
            super().send_400_response(msg)

    def _start_asgi_task(self, cycle, app):
        if cycle.scope["http_version"] == "1.0":
            app = without_chunks(cycle, app)
        if cycle.scope["method"] != "HEAD":  # whose answer has no body to go with
            cycle.transport = HeaderCoalescer(self, cycle)
        cycle.scope["push"] = partial(self._push, cycle)
        self.answering = cycle
        super()._start_asgi_task(cycle, partial(self._answer, cycle, app))

    async def _answer(self, cycle, app, scope, receive, send):
        """Run the application; what it says next is made when the client has taken what was said before."""

        async def taken(event):
            await send(event)
            if self.flow.write_paused and event.get("more_body"):
                await self.flow.drain()

        if self.flow.write_paused:
            await self.flow.drain()
        await app(scope, receive, taken)

    def _push(self, cycle, data):
        if cycle.disconnected or cycle.response_complete or not cycle.chunked_encoding or self.flow.write_paused:
            return False
        self.transport.write(data)
        return True


class HeaderCoalescer:
    """A transport for one answer, which holds the head back until the body's first bytes."""

    head = None  # what is held of it
    written = 0  # bytes of it that have been written before

    def __init__(self, protocol, cycle):
        self.protocol, self.cycle = protocol, cycle
        self.transport = protocol.transport

    def write(self, data):
        """Hold the head; write all else, the head before it."""
        if self.head is None and not data.startswith(b"HTTP/1.1 100"):
            self.head = data[self.written :] if self.written else data
        else:
            self.transport.write(self.head + data if self.head else data)
            self.head = self.head and b""

    def probe(self):
        """Write what any answer begins with, or a comment where an event stream is under way."""
        cycle = self.cycle
        if self.head is None:
            self.written = len(BEGIN)
            self.transport.write(BEGIN)
        elif not self.head and cycle.chunked_encoding:  # without a length: nothing but event streams is, here
            self.transport.write(chunk(COMMENT))
        elif not self.head and getattr(cycle, "ends_with_connection", False):
            self.transport.write(COMMENT)

    def close(self):
        """Close after the answer; an answer that came before the whole request must be read first."""
        if self.cycle.more_body:
            self.protocol.close_gracefully()
        else:
            self.transport.close()

    def __getattr__(self, name):
        """Be the transport in all else."""
        return getattr(self.transport, name)


def other_version():
    """Return the refusal of a request by another version of HTTP than 1.0 and 1.1."""
    return Refused("request: HTTP/1.1 is expected.", status=505)
