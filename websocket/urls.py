"""The addresses of its connections, and of those of its stages."""

from itertools import count
from typing import Any

from django.urls import URLPattern, path

from lab import techniques
from lab.server.stage_frames import CheckedFrames
from websocket import server


def route(folder: str, consumer: Any) -> URLPattern:
    """Return the address of a room's connections; `consumer` is an ASGI application."""
    pattern: URLPattern = path(f"ws/websocket/{folder}<str:room>/", consumer)
    return pattern


urlpatterns = list[URLPattern]()  # no HTTP: messages are published on the connection, too
websocket_urlpatterns = [route("", server.Consumer.as_asgi())]
for name, stage in techniques.stage_servers("websocket").items():
    consumer: Any = stage.Consumer.as_asgi()
    if stage.Consumer is not server.Consumer:
        # A message of `echo` reaches one connection alone, and is numbered there.
        consumer = CheckedFrames(consumer, None if name == "echo" else count(1))
    websocket_urlpatterns.append(route(f"stages/{name}/", consumer))
