"""Deliver and publish on one connection; each message is a frame."""

import asyncio
from urllib.parse import parse_qs

from django.conf import settings

from lab import chat
from lab.chat.queues import Queue
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.validation import clean_after, clean_room
from lab.server.fast_consumer import FastConsumer, PushedQueue

NORMAL, GOING_AWAY, UNSUPPORTED, TRY_AGAIN_LATER = 1000, 1001, 1003, 1013  # close codes, RFC 6455 §7.4.1 and IANA


class Consumer(FastConsumer):
    """One connection: a task delivers its queue, while `receive` publishes."""

    delivering: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept the connection and start to deliver. Raises Refused for an invalid room or `after`."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        query = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        queue = await chat.follow(self.room, clean_after(query.get("after", [None])[-1]))
        await self.accept()
        self.delivering = asyncio.create_task(self.deliver(self.pushed(queue)))

    async def deliver(self, queue: Queue | PushedQueue) -> None:
        """Send the messages as frames, and a heartbeat after HEARTBEAT seconds of silence, until either side closes."""
        try:
            with queue:
                while not queue.ended:
                    page = await queue.fetch(settings.HEARTBEAT)
                    if page.reset:
                        await self.send(frames.reset())
                    for message in page.messages:
                        await self.send(frames.delivered(message))
                    if not (page.reset or page.messages or queue.ended):
                        await self.send(frames.heartbeat())
            await self.close(GOING_AWAY)
        except Refused:  # the database is unavailable, and the queue needs history
            await self.close(TRY_AGAIN_LATER)
        except OSError:
            pass  # the client is gone; disconnect() follows

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Publish the message in a frame, or close."""
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

    async def disconnect(self, code: int) -> None:
        """Stop delivering."""
        if self.delivering:
            self.delivering.cancel()
