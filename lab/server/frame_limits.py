"""Limits on a WebSocket's frames: few at a time, and a rate for frames that publish nothing.

A frame costs the server a thousand times what its six bytes cost the client. So the event loop serves other connections
after each piece of what was read, and after each frame that the application handles.
"""

import asyncio

from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from lab.messages.frames import is_refusal

PIECE = 1_024  # bytes whose frames are handled at once: 170 of the shortest
FRAGMENT_MIN = 16  # bytes; a shorter fragment, unless it is the last, counts as a frame that publishes nothing
POLICY_VIOLATION = 1008  # RFC 6455 §7.4.1
TOO_MANY = "too many frames that publish nothing, slow down."


class LimitedFrames(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol with limits on the client's frames."""

    unparsed = b""  # bytes that were read and wait
    is_scheduled = False  # the next piece of them
    over = False  # nothing more is read from the client
    tokens: float | None = None  # frames left of the client's rate
    counted_at = 0.0  # when the tokens were counted, by the loop's clock
    dropped = 0  # bytes that came after the end

    def data_received(self, data):
        """Handle the received frames, one piece at a time."""
        if self.over:
            self.dropped += len(data)
            if self.dropped > settings.LINGER_MAX:
                self.transport.abort()
        elif self.handshake_initiated:
            self.unparsed = self.unparsed + data if self.unparsed else data
            if not self.is_scheduled:
                self.handle_piece()
        else:
            super().data_received(data)  # the headers, which the HTTP protocol has limited

    def handle_piece(self):
        """Handle the frames of one piece; the next piece follows when the application has taken them."""
        self.is_scheduled = False
        if self.transport.is_closing():
            self.unparsed = b""
            return
        piece, self.unparsed = self.unparsed[:PIECE], self.unparsed[PIECE:]
        super().data_received(piece)
        if self.unparsed and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()
        if self.queue.empty() or self.close_sent:
            self.go_on()

    def go_on(self):
        """Schedule the next piece, or read on."""
        if self.unparsed:
            if not self.is_scheduled:
                self.is_scheduled = True
                self.loop.call_soon(self.handle_piece)
        elif self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    async def receive(self):
        """Return the next event; if it waits already, let other connections go first."""
        if not self.queue.empty():
            await asyncio.sleep(0)
        event = await self.queue.get()
        if self.queue.empty():
            self.go_on()
        return event

    def eof_received(self):
        """Let the application handle the frames before the client's end, then close."""
        if self.close_sent or not self.handshake_initiated:
            return False
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1005})
        return True

    def send_receive_event_to_app(self):
        """Hand a message to the application; after the close only count it."""
        super().send_receive_event_to_app()
        if self.close_sent:
            self.count()

    def ends_by_refusal(self, message):
        """Count an ASGI message that refuses a frame; return whether the connection is over."""
        if message["type"] == "websocket.send" and is_refusal(message.get("text")):
            self.count()
        return self.over

    def count(self):
        """Count a frame that publishes nothing, and end the connection past the limit.

        The limit is FRAME_RATE of them a second, and twice as many in a burst.
        """
        rate, now = settings.FRAME_RATE, self.loop.time()
        if self.tokens is None:
            self.tokens, self.counted_at = 2 * rate, now
        self.tokens = min(2 * rate, self.tokens + (now - self.counted_at) * rate) - 1
        self.counted_at = now
        if self.tokens < 0 and not self.over:
            self.end(POLICY_VIOLATION, TOO_MANY)

    def handle_pong(self, event):
        """Note the reply to our ping; count a pong that replies to none."""
        if event.data != self.pending_ping_payload:
            self.count()
        super().handle_pong(event)

    def handle_parser_exception(self):
        """End the connection of a client that broke the protocol, with the parser's code and reason."""
        close = self.conn.close_sent
        assert close is not None
        self.end(close.code, close.reason)

    def end(self, code, reason):
        """Close, drop all frames, and give the client time to read the reason."""
        self.over, self.unparsed = True, b""
        self.stop_keepalive()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if not self.close_sent:
            self.close_sent = True
            if self.conn.close_sent is None:  # else the close frame is in `data_to_send` already
                self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        if self.close_timer:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(settings.LINGER_SECONDS, self.transport.close)
        self.go_on()
