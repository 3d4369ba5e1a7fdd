"""uvicorn's two protocols, with one thing more: bytes that are ready can be pushed without waking a task.

Both put `push` into the scope: `push(data)` writes at once what belongs on the connection next, whole and framed as
the protocol wants it, and returns False where the connection's buffer is full or its answer is over. On other
servers there is no `push`, and readers are woken as usual.
"""

from functools import partial

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode


class HTTPProtocol(HttpToolsProtocol):
    """Lets a streaming answer push chunks."""

    def _start_asgi_task(self, cycle, app):
        cycle.scope["push"] = partial(self._push, cycle)
        super()._start_asgi_task(cycle, app)

    def _push(self, cycle, data):
        if cycle.disconnected or cycle.response_complete or not cycle.chunked_encoding or self.flow.write_paused:
            return False
        self.transport.write(data)
        return True


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
