"""Deliver and publish on one connection, each message a frame."""

import asyncio
from contextlib import suppress
from itertools import islice
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from lab import chat
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.framing import text_frame
from lab.messages.validation import clean_after, clean_room

NORMAL, GOING_AWAY, UNSUPPORTED, TRY_AGAIN_LATER = 1000, 1001, 1003, 1013  # close codes, RFC 6455 §7.4.1 and IANA


class Consumer(AsyncWebsocketConsumer):
    """One connection: its queue is delivered by a task, while `receive` publishes."""

    delivering = None
    closed = False  # by this side

    async def __call__(self, scope, receive, send):
        """Handle one event after the other; the room's one subscription to the channel layer serves all connections.

        Stock Channels would subscribe each connection, start a task for it, and for every event ask a thread to close
        old connections to the database; the session's wrapper around `send` would cost more than the frame.
        """
        self.scope, self.base_send = scope, scope["sender"]
        with suppress(StopConsumer):
            while True:
                event = await receive()
                with suppress(OSError):  # the client is gone, or the goodbye is said; the event that says so follows
                    await getattr(self, get_handler_name(event))(event)

    async def connect(self):
        """Accept the connection and begin to deliver; a room or `after` that cannot be is refused."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        query = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        queue = await chat.follow(self.room, clean_after(query.get("after", [None])[-1]))
        await self.accept()
        self.delivering = asyncio.create_task(self.deliver(queue))

    async def deliver(self, queue):
        """Send the messages as frames, and a heartbeat after HEARTBEAT seconds of silence, until either side ends."""
        queue.set_push(self.scope.get("push"), frame)
        try:
            with queue:
                while not queue.ended:
                    page = await queue.fetch(settings.HEARTBEAT)
                    if page.reset:
                        await self.send(frames.reset())
                    silent = not (page.messages or page.reset or queue.ended)
                    left = self.push(page)
                    page = None  # nothing is kept while the client takes its time; the queue finds it again
                    for message in left:
                        queue.resume(message.id)
                        await self.send(frames.delivered(message))
                    if silent:
                        await self.send(frames.heartbeat())
            await self.close(GOING_AWAY)
        except Refused:  # the database is away, and with it the history that the queue fell back to
            await self.close(TRY_AGAIN_LATER)
        except OSError:
            pass  # the client is gone; disconnect() follows

    def push(self, page):
        """Push the messages of a Page; return the first for which the connection has no room, in a list.

        On servers that cannot push, all are returned.
        """
        push = self.scope.get("push")
        if not push:
            return page.messages
        return list(islice((message for message in page.messages if not push(frame(message))), 1))

    async def receive(self, text_data=None, bytes_data=None):
        """Publish what a frame says, or close."""
        if self.closed:
            return  # what came after the last word is not published: nobody could be told
        if text_data is None:
            return await self.close(UNSUPPORTED)
        try:
            draft = frames.read(text_data, self.room)
            if draft is None:
                return await self.close(NORMAL)
            message, _new = await chat.publish(draft, self.scope["visitor"])
            await self.send(frames.published(message))
        except Refused as refused:
            await self.send(frames.error(refused))

    async def close(self, code=None, reason=None):
        """Say goodbye."""
        self.closed = True
        await super().close(code, reason)

    async def disconnect(self, code):
        """Stop delivering."""
        if self.delivering:
            self.delivering.cancel()


def frame(message):
    """Encode a message as the bytes of its frame, the same for all connections."""
    return text_frame(frames.encoded(message))
