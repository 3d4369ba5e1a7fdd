"""One connection that delivers and publishes.

So far this is the first stage, echo: what a connection sends comes back to it, and nobody else receives it.
"""

from channels.generic.websocket import AsyncWebsocketConsumer


class Consumer(AsyncWebsocketConsumer):
    """One connection of one reader in the room self.room."""

    async def connect(self) -> None:
        """Accept the connection and start to deliver."""
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.accept()
        # Write here: follow the room, and start a task that sends its messages as frames.

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Publish the message in a frame, or close."""
        # Write here: read the frame, publish its message, and acknowledge it; or close.
        await self.send(text_data)

    async def disconnect(self, code: int) -> None:
        """Stop delivering."""
