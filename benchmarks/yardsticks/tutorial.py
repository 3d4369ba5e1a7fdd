"""Channels' own tutorial: a `group_add` for each connection, on the in-memory layer, served by uvicorn."""

import json
import socket

import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}})


class ChatConsumer(AsyncWebsocketConsumer):
    """The consumer of the tutorial's third part, "Rewrite Chat Server as Asynchronous"."""

    async def connect(self):
        """Join the room's group."""
        self.group = f"chat_{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        """Leave the room's group."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data):
        """Send the message to the room's group."""
        message = json.loads(text_data)
        await self.channel_layer.group_send(self.group, {"type": "chat.message", "message": message})

    async def chat_message(self, event):
        """Send the message to this connection."""
        await self.send(text_data=json.dumps(event["message"]))


application = ProtocolTypeRouter({"websocket": URLRouter([path("<str:room>/", ChatConsumer.as_asgi())])})

if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=4_096)
    print(listening.getsockname()[1], flush=True)  # noqa: T201
    config = uvicorn.Config(application, log_level="warning", access_log=False, ws_per_message_deflate=False)
    uvicorn.Server(config).run([listening])
