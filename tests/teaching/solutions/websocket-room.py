"""The reference solution of websocket-room."""

import asyncio
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from lab import chat
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.validation import clean_after


class Consumer(AsyncWebsocketConsumer):
    """One connection."""

    async def connect(self):
        """Accept the connection and start to deliver."""
        self.room = self.scope["url_route"]["kwargs"]["room"]
        query = parse_qs(self.scope["query_string"].decode())
        queue = await chat.follow(self.room, clean_after(query.get("after", [None])[-1]))
        await self.accept()
        self.delivering = asyncio.create_task(self.deliver(queue))

    async def deliver(self, queue):
        """Send the messages as frames, and a heartbeat in silence."""
        with queue:
            while not queue.ended:
                page = await queue.fetch(settings.HEARTBEAT)
                for message in page.messages:
                    await self.send(frames.delivered(message))
                if not page.messages:
                    await self.send(frames.heartbeat())
        await self.close(1001)

    async def receive(self, text_data=None, bytes_data=None):
        """Publish the message in a frame, or close."""
        if text_data is None:
            return await self.close(1003)
        try:
            draft = frames.read(text_data, self.room)
            if draft is None:
                return await self.close(1000)
            message, _new = await chat.publish(draft, self.scope["visitor"])
            await self.send(frames.published(message))
        except Refused as refused:
            await self.send(frames.error(refused))

    async def disconnect(self, code):
        """Stop delivering."""
        self.delivering.cancel()
