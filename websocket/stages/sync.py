"""Stage 3, sync: the channel layer's groups separate the rooms, and reach every process through Redis.

It needs no `await`: Channels runs each event in a thread, and `async_to_sync` calls the layer from there.
All connections share this thread: a client that does not read delays all others of this stage.
"""

from asgiref.sync import async_to_sync
from channels.generic.websocket import WebsocketConsumer

from lab.chat import broker


class Consumer(WebsocketConsumer):
    """One connection, which joins the group of its room."""

    def connect(self) -> None:
        """Join the room's group, then accept."""
        room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"sync.{broker.group(room)}"
        async_to_sync(self.channel_layer.group_add)(self.group, self.channel_name)
        self.accept()

    def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Send the message to the room's group."""
        event = {"type": "chat.message", "text": text_data}
        # To blame: the group keeps no message for who is not connected now.
        async_to_sync(self.channel_layer.group_send)(self.group, event)

    def chat_message(self, event: dict[str, str]) -> None:
        """Deliver a message of the group."""
        self.send(event["text"])

    def disconnect(self, code: int) -> None:
        """Leave the room's group."""
        async_to_sync(self.channel_layer.group_discard)(self.group, self.channel_name)
