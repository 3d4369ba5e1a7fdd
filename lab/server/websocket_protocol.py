"""uvicorn's WebSocket protocol, with the lab's bounds."""

from django.conf import settings
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11

from lab.access import connection_limits
from lab.server.frame_limits import FRAGMENT_MIN, BoundedFrames
from lab.server.handshake import JSONServerProtocol
from lab.server.slow_clients import StallGuard


class WebSocketProtocol(StallGuard, BoundedFrames, WebSocketsSansIOProtocol):
    """Lets a consumer push frames; refuses in JSON; holds little for a client that sends much and reads nothing."""

    pong = b""  # the answer to the newest ping, while the client does not read

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        http11.MAX_LINE_LENGTH = http11.MAX_NUM_HEADERS = settings.HEAD_MAX  # the head has been counted when it came
        self.conn = JSONServerProtocol(max_size=self.config.ws_max_size, logger=self.logger)

    def connection_lost(self, exc):
        """Give back the place that the HTTP protocol took."""
        connection_limits.limits().disconnect(connection_limits.address_of(self.client))
        super().connection_lost(exc)

    async def run_asgi(self):
        """Run the application with `push` in its scope."""
        self.scope["push"] = self._push
        await super().run_asgi()

    async def send(self, message):
        """Send; after a close, which may have come from elsewhere, the client counts as gone."""
        if self.is_one_refusal_too_many(message):
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
        """Answer; while the client does not read, the newest ping alone (RFC 6455 §5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        self.count()
        if self.over:
            return
        if self.writable.is_set():
            self.transport.write(pong)
        else:
            self.pong = pong

    def resume_writing(self):
        """Write on, and answer the ping that waited."""
        super().resume_writing()
        if self.pong and not self.close_sent:
            self.transport.write(self.pong)
        self.pong = b""
