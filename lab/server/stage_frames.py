"""Middleware for the naive WebSocket stages: it checks frames, limits rates, gives ids, and acknowledges.

A stage is a plain Channels consumer. It receives each valid message as the text of the frame that delivers it, and
only has to pass that text on.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count

from asgiref.sync import ThreadSensitiveContext

from lab.access.asgi_types import Application, Event, Receive, Scope, Send
from lab.access.rate_limits import check_rate
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.message import Draft, Message
from lab.messages.validation import clean_room

NORMAL = 1000  # close code, RFC 6455 §7.4.1


class CheckedFrames:
    """ASGI middleware around one stage."""

    def __init__(self, app: Application, numbers: Iterator[int] | None = None) -> None:
        """Wrap the stage `app`; `numbers`: the iterator of its messages' ids (None: 1, 2, 3 … for each connection)."""
        self.app, self.numbers = app, numbers
        # A synchronous stage may block its thread, which must not be the one that all of Django shares.
        self.executor = ThreadPoolExecutor(1, "stage")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection. Raises Refused for an invalid room."""
        arguments = scope["url_route"]["kwargs"]
        arguments["room"] = clean_room(arguments["room"])
        connection = CheckedConnection(scope, receive, send, self.numbers or count(1))
        async with ThreadSensitiveContext(executor=self.executor):
            await self.app(scope, connection.receive, connection.send)


class CheckedConnection:
    """The `receive` and `send` of one connection, as the stage sees them."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, numbers: Iterator[int]) -> None:
        self.room, self.visitor = scope["url_route"]["kwargs"]["room"], scope["visitor"]
        self.server_receive, self.server_send = receive, send
        self.numbers = numbers
        self.unacknowledged: Message | None = None  # the message that the stage handles now
        self.closed = False  # by this side

    async def receive(self) -> Event:
        """Return the next event; a Channels consumer calls this when it has handled the event before."""
        if self.unacknowledged:
            await self.send_text(frames.published(self.unacknowledged))
            self.unacknowledged = None
        while (event := await self.server_receive())["type"] == "websocket.receive":
            try:
                if not self.closed and (draft := await self.read(event.get("text"))):
                    self.unacknowledged = frames.numbered(next(self.numbers), draft)
                    return {"type": "websocket.receive", "text": frames.delivered(self.unacknowledged)}
            except Refused as refused:
                await self.send_text(frames.error(refused))
        return event

    async def read(self, text: str | None) -> Draft | None:
        """Return the Draft in a frame; close and return None if the frame asks for that. Raises Refused."""
        draft = frames.read(text, self.room)
        if draft is None:
            self.closed = True
            await self.send({"type": "websocket.close", "code": NORMAL})
        else:
            check_rate(self.visitor, draft.nonce)
        return draft

    async def send(self, event: Event) -> None:
        """Send, unless the client is gone: its disconnect event follows, and other clients must not be affected."""
        with suppress(OSError):
            await self.server_send(event)

    async def send_text(self, text: str) -> None:
        """Send one text frame."""
        await self.send({"type": "websocket.send", "text": text})
