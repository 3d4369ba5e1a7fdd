"""Fast path of a WebSocket consumer: no Channels bookkeeping for each event, and messages pushed into the connection.

A consumer works without it, with Channels' own base class; thousands of connections then cost several times as much.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from lab.access.asgi_types import Receive
from lab.chat.page import Page
from lab.chat.queues import Queue
from lab.messages import frames
from lab.messages.framing import text_frame
from lab.messages.message import Message

Push = Callable[[bytes], bool]  # whether there was room for the bytes in the connection


class FastConsumer(AsyncWebsocketConsumer):
    """Base of a consumer that needs neither the channel layer nor the database connections of Channels.

    Stock Channels subscribes each connection to the channel layer, starts a task for that, and for each event asks a
    thread to close old database connections. The session middleware's wrapper around `send` costs more than the frame.
    """

    scope: Any  # Channels' type lacks the visitor and `push`
    closed = False  # by this side

    async def __call__(self, scope: Any, receive: Receive, send: object) -> None:
        """Handle one event after the other."""
        self.scope, self.base_send = scope, scope["raw_send"]
        with suppress(StopConsumer):
            while True:
                event: Any = await receive()
                with suppress(OSError):  # the connection is closed; the event that says so follows
                    await getattr(self, get_handler_name(event))(event)

    async def websocket_receive(self, message: Any) -> None:
        """Handle a frame, unless this side has closed: its client could not learn the result."""
        if not self.closed:
            await super().websocket_receive(message)

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Close the connection."""
        self.closed = True
        await super().close(code, reason)

    def pushed(self, queue: Queue) -> "Queue | PushedQueue":
        """Return the queue to read instead of `queue`: one that pushes, or the same if the server cannot push."""
        push = self.scope.get("push")
        return PushedQueue(queue, push) if push else queue


class PushedQueue:
    """A queue that writes its messages into a WebSocket itself while the connection has room for them.

    Its reader gets the rest from `fetch`.
    """

    __slots__ = ("push", "queue")

    def __init__(self, queue: Queue, push: Push) -> None:
        self.queue, self.push = queue, push
        queue.set_push(push, frame)

    def __enter__(self) -> Self:
        """Open the queue."""
        self.queue.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Close the queue."""
        self.queue.__exit__(*exc_info)

    @property
    def ended(self) -> bool:
        """Whether the server is shutting down."""
        return self.queue.ended

    async def fetch(self, timeout: float | None = None) -> Page:
        """Return a Page that the reader must send: a reset, one message, or nothing after `timeout` seconds of silence.

        The reader of a slow connection holds one message, not a page: the queue finds the rest again.
        """
        while True:
            left = self._push(await self.queue.fetch(timeout))
            if left:
                return left

    def _push(self, page: Page) -> Page | None:
        """Push the messages of a page; return the Page that is left to send, or None if all were pushed."""
        if not page.messages:
            return page
        if page.reset:  # must be sent before its messages
            self.queue.resume(page.messages[0].id - 1)
            return Page([], page.last, reset=True)
        for message in page.messages:
            if not self.push(frame(message)):
                self.queue.resume(message.id)
                return Page([message], message.id)
        return None


def frame(message: Message) -> bytes:
    """Return the bytes of the frame that delivers a message; they are the same for all connections."""
    return text_frame(frames.encoded(message))
