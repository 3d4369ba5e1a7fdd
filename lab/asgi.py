"""The server's front door: the chat's routes, the pages', and the WebSockets'."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

pages = get_asgi_application()

from lab.access.body_limits import bounded  # noqa: E402
from lab.access.cross_site import CHAT  # noqa: E402  (these need Django set up)
from lab.access.guard import guard  # noqa: E402
from lab.http.handler import ChatHandler  # noqa: E402
from lab.messages.errors import Refused  # noqa: E402
from lab.net.system import settle  # noqa: E402
from lab.server.loop_monitor import LoopMonitor  # noqa: E402


def by_road(chat):
    """Send the chat's addresses to `chat`, all others to stock Django."""

    async def app(scope, receive, send):
        if CHAT.fullmatch(scope["path"]):
            await chat(scope, receive, send)
        else:
            await pages(scope, bounded(receive), send)  # Django would write a large body to the disk first

    return app


def with_sender(app):
    """Leave the server's own `send` in the scope: the way for consumers past the middlewares' wrappers."""

    async def passing(scope, receive, send):
        await app(dict(scope, sender=send), receive, send)

    return passing


async def no_room(scope, receive, send):
    """Refuse a WebSocket to an address that is no room's."""
    raise Refused("address: no room is here.", status=404)


routes = [
    route
    for technique in settings.TECHNIQUES
    for route in getattr(import_module(f"{technique}.urls"), "websocket_urlpatterns", [])
]
sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([*routes, re_path("", no_room)])))
application = guard(ProtocolTypeRouter({"http": by_road(ChatHandler()), "websocket": with_sender(sockets)}))
if settings.PULSE:
    application = LoopMonitor(application, settings.PULSE)
settle()
