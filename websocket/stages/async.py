"""Stage 4, async: the same with `await`: the event loop runs the consumer, for thousands of connections in one process.

Each connection still costs a membership in the group, a copy of each message and an event; and messages
that are published while a connection is away, or while its channel is full, are lost.
"""

from channels.generic.websocket import AsyncWebsocketConsumer

from lab.chat import broker


class Consumer(AsyncWebsocketConsumer):
    """One connection, which joins the group of its room."""

    async def connect(self) -> None:
        """Join the room's group, then accept."""
        room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"async.{broker.group(room)}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Send the message to the room's group."""
        event = {"type": "chat.message", "text": text_data}
        await self.channel_layer.group_send(self.group, event)

    async def chat_message(self, event: dict[str, str]) -> None:
        """Deliver a message of the group."""
        await self.send(event["text"])

    async def disconnect(self, code: int) -> None:
        """Leave the room's group."""
        await self.channel_layer.group_discard(self.group, self.channel_name)
