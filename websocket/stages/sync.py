"""Stage 3, sync: the channel layer's groups keep the rooms apart, and reach every process by Redis.

Written without `await`: Channels runs each event in a thread, and `async_to_sync` calls the layer
from there. All connections share that thread: whoever reads nothing holds up all others of this stage.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

from asgiref.sync import ThreadSensitiveContext, async_to_sync
from channels.generic.websocket import WebsocketConsumer

from lab.access.rate_limits import check_rate
from lab.chat import broker
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.validation import clean_room

numbers = count(1)
thread = ThreadPoolExecutor(1, "sync-stage")  # its own: who blocks it must not block Channels' look-up of users


class Consumer(WebsocketConsumer):
    """One connection, which joins the group of its room."""

    async def __call__(self, scope, receive, send):
        """Run every event in the stage's thread."""
        async with ThreadSensitiveContext(executor=thread):
            await super().__call__(scope, receive, send)

    def connect(self):
        """Join the room's group, then accept."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        self.group = f"sync.{broker.group(self.room)}"
        async_to_sync(self.channel_layer.group_add)(self.group, self.channel_name)
        self.accept()

    def receive(self, text_data=None, bytes_data=None):
        """Send the message to the room's group."""
        try:
            draft = frames.read(text_data, self.room)
            if draft is None:
                return self.close()
            check_rate(self.scope["visitor"], draft.nonce)
        except Refused as refused:
            return self.send(frames.error(refused))
        message = frames.numbered(next(numbers), draft)
        event = {"type": "chat.message", "frame": frames.delivered(message)}
        async_to_sync(self.channel_layer.group_send)(self.group, event)
        self.send(frames.published(message))

    def chat_message(self, event):
        """Deliver what the group was sent."""
        self.send(event["frame"])

    def disconnect(self, code):
        """Leave the room's group."""
        async_to_sync(self.channel_layer.group_discard)(self.group, self.channel_name)
