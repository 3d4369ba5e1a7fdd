"""A WebSocket's frames within bounds: a few at a time, and at a rate where they publish nothing.

A frame costs a thousand times what its six bytes cost the client. So the loop goes on with the others' connections
after each piece of what was read, and after each frame that the application handles.
"""

import asyncio

from django.conf import settings

from lab.messages.frames import is_refusal

PIECE = 1_024  # bytes whose frames are handled in one go: 170 of the shortest
FRAGMENT_MIN = 16  # bytes; a shorter fragment, unless it is the last, is counted as a frame that publishes nothing
POLICY_VIOLATION = 1008  # RFC 6455 §7.4.1
TOO_MANY = "too many frames that publish nothing, slow down."


class BoundedFrames:
    """The part of a WebSocket's protocol that bounds its frames; it comes before uvicorn's among the bases."""

    unparsed = b""  # what was read and is not parsed yet
    due = over = False  # the next piece's turn comes by itself; nothing more is read of the client
    tokens = counted_at = None  # what the client has left of its rate, and when that was counted (loop's clock)
    dropped = 0  # bytes that came after the end

    def data_received(self, data):
        """Handle the frames that came, in their turn."""
        if self.over:
            self.dropped += len(data)
            if self.dropped > settings.LINGER_MAX:
                self.transport.abort()
        elif self.handshake_initiated:
            self.unparsed = self.unparsed + data if self.unparsed else data
            if not self.due:
                self.take_turn()
        else:
            super().data_received(data)  # the head, which the HTTP protocol has counted

    def take_turn(self):
        """Handle the frames of one piece; the next one's turn comes once the application has taken them."""
        self.due = False
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
        """Let the next piece have its turn, or read on."""
        if self.unparsed:
            if not self.due:
                self.due = True
                self.loop.call_soon(self.take_turn)
        elif self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    async def receive(self):
        """Return the next event, after a turn of all others where it waits already."""
        if not self.queue.empty():
            await asyncio.sleep(0)
        event = await self.queue.get()
        if self.queue.empty():
            self.go_on()
        return event

    def eof_received(self):
        """Let the application handle what came before the client's end, and then close."""
        if self.close_sent or not self.handshake_initiated:
            return False
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1005})
        return True

    def send_receive_event_to_app(self):
        """Hand a message on; what comes after the close is nobody's, and counted."""
        super().send_receive_event_to_app()
        if self.close_sent:
            self.count()

    def is_one_refusal_too_many(self, message):
        """Count a message to the client that refuses its frame; tell whether that ended the connection."""
        if message["type"] == "websocket.send" and is_refusal(message.get("text")):
            self.count()
        return self.over

    def count(self):
        """Count a frame that publishes nothing: FRAME_RATE of them a second, twice that at once; past it, end."""
        rate, now = settings.FRAME_RATE, self.loop.time()
        if self.tokens is None:
            self.tokens, self.counted_at = 2 * rate, now
        self.tokens = min(2 * rate, self.tokens + (now - self.counted_at) * rate) - 1
        self.counted_at = now
        if self.tokens < 0 and not self.over:
            self.end(POLICY_VIOLATION, TOO_MANY)

    def handle_pong(self, event):
        """Note the answer to our ping; count what answers none."""
        if event.data != self.pending_ping_payload:
            self.count()
        super().handle_pong(event)

    def handle_parser_exception(self):
        """End the connection of a client that broke the protocol, and give it time to read by what."""
        self.end(self.conn.close_sent.code, self.conn.close_sent.reason)

    def end(self, code, reason):
        """Close, drop what came and comes, and give the client time to read why."""
        self.over, self.unparsed = True, b""
        self.stop_keepalive()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if not self.close_sent:
            self.close_sent = True
            if self.conn.close_sent is None:  # else it is in what there is to send
                self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        if self.close_timer:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(settings.LINGER_SECONDS, self.transport.close)
        self.go_on()
