"""uvicorn's WebSocket protocol within the lab's limits, with `push` for consumers."""

from typing import Any, cast

from django.conf import settings
from uvicorn.protocols.utils import ClientDisconnected
from websockets import http11

from lab.access import connection_limits
from lab.server.frame_limits import FRAGMENT_MIN, LimitedFrames
from lab.server.handshake import JSONServerProtocol
from lab.server.slow_clients import StallGuard


class WebSocketProtocol(StallGuard, LimitedFrames):
    """Lets a consumer push frames, refuses in JSON, and holds little for a client that sends much and reads nothing."""

    frames: list[Any]  # of one message: bytes, or a bytearray of its fragments
    pong = b""  # the reply to the newest ping, while the client does not read

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        # The HTTP protocol has limited the headers already.
        http11.MAX_LINE_LENGTH = http11.MAX_NUM_HEADERS = settings.HEAD_MAX
        self.conn = JSONServerProtocol(max_size=self.config.ws_max_size, logger=self.logger)

    def connection_lost(self, exc):
        """Release the address's connection, which the HTTP protocol has acquired."""
        connection_limits.limits().disconnect(connection_limits.address_of(self.client))
        super().connection_lost(exc)

    async def run_asgi(self):
        """Run the application, with `push` in its scope."""
        cast(dict[str, Any], self.scope)["push"] = self._push
        await super().run_asgi()

    async def send(self, message):
        """Send; after a close from anywhere, raise ClientDisconnected."""
        if self.ends_by_refusal(message):
            return
        try:
            await super().send(message)
        except RuntimeError as exc:
            if self.close_sent:
                raise ClientDisconnected from exc
            raise

    def _push(self, data):
        if self.close_sent or self.disconnected or not self.handshake_complete or not self.writable.is_set():
            return False
        self.transport.write(data)
        return True

    def handle_cont(self, event):
        """Join the fragments as they come: a list of a million empty ones would cost memory."""
        if type(self.frames[0]) is not bytearray:
            self.frames = [bytearray(self.frames[0])]
        self.frames[0] += event.data
        if not event.fin and len(event.data) < FRAGMENT_MIN:
            self.count()
        if event.fin:
            self.send_receive_event_to_app()

    def handle_ping(self):
        """Reply; while the client does not read, keep the reply to the newest ping only (RFC 6455 §5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        self.count()
        if self.over:
            return
        if self.writable.is_set():
            self.transport.write(pong)
        else:
            self.pong = pong

    def resume_writing(self):
        """Write on, and reply to the ping that waited."""
        super().resume_writing()
        if self.pong and not self.close_sent:
            self.transport.write(self.pong)
        self.pong = b""
