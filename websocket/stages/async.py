"""Stage 4, async: the same with `await`: no thread for an event, and thousands of connections in one process.

It still pays a place in the group, a copy of the message and an event for each connection; and
what was said while a connection was away, or while its channel was full, is lost.
"""

from itertools import count

from channels.generic.websocket import AsyncWebsocketConsumer

from lab.access.rate_limits import check_rate
from lab.chat import broker
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.validation import clean_room

numbers = count(1)


class Consumer(AsyncWebsocketConsumer):
    """One connection, which joins the group of its room."""

    async def connect(self):
        """Join the room's group, then accept."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        self.group = f"async.{broker.group(self.room)}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        """Send the message to the room's group."""
        try:
            draft = frames.read(text_data, self.room)
            if draft is None:
                return await self.close()
            check_rate(self.scope["visitor"], draft.nonce)
        except Refused as refused:
            return await self.send(frames.error(refused))
        message = frames.numbered(next(numbers), draft)
        event = {"type": "chat.message", "frame": frames.delivered(message)}
        await self.channel_layer.group_send(self.group, event)
        await self.send(frames.published(message))

    async def chat_message(self, event):
        """Deliver what the group was sent."""
        await self.send(event["frame"])

    async def disconnect(self, code):
        """Leave the room's group."""
        await self.channel_layer.group_discard(self.group, self.channel_name)
