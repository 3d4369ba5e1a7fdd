"""uvicorn's two protocols, with two things more: whole answers, and bytes pushed without waking a task.

uvicorn writes an answer's head and body apart, which costs a packet and a system call on each; here they go together.

Both put `push` into the scope: `push(data)` writes at once what belongs on the connection next, whole and framed as
the protocol wants it, and returns False where the connection's buffer is full or its answer is over. On other
servers there is no `push`, and readers are woken as usual.
"""

import json
from functools import partial

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode


class HTTPProtocol(HttpToolsProtocol):
    """Writes head and body together, lets a streaming answer push chunks, and refuses what is no HTTP in JSON."""

    def send_400_response(self, msg):
        """Refuse what cannot be parsed, and close."""
        body = json.dumps({"error": msg}).encode()
        head = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n"
        self.transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.transport.close()

    def _start_asgi_task(self, cycle, app):
        if cycle.scope["method"] != "HEAD":  # whose answer has no body to go with
            cycle.transport = HeadHolder(self.transport)
        cycle.scope["push"] = partial(self._push, cycle)
        super()._start_asgi_task(cycle, app)

    def _push(self, cycle, data):
        if cycle.disconnected or cycle.response_complete or not cycle.chunked_encoding or self.flow.write_paused:
            return False
        self.transport.write(data)
        return True


class HeadHolder:
    """A transport for one answer, which holds the head back until the body's first bytes."""

    def __init__(self, transport):
        self.transport = transport
        self.head = None

    def write(self, data):
        """Hold the head; write all else, the head before it."""
        if self.head is None and not data.startswith(b"HTTP/1.1 100"):
            self.head = data
        else:
            self.transport.write(self.head + data if self.head else data)
            self.head = self.head and b""

    def __getattr__(self, name):
        """Be the transport in all else."""
        return getattr(self.transport, name)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Lets a consumer push frames."""

    async def run_asgi(self):
        """Run the application with `push` in its scope."""
        self.scope["push"] = self._push
        await super().run_asgi()

    def _push(self, data):
        if self.close_sent or self.disconnected or not self.handshake_complete or not self.writable.is_set():
            return False
        self.transport.write(data)
        return True


def chunk(data):
    """Return the bytes of one chunk of a streaming answer (RFC 9112 §7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def text_frame(text):
    """Return the bytes of a server's text frame (RFC 6455 §5.2): unmasked, so the same for every connection."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
