"""The ASGI application: routes for the chat, for the pages, and for WebSockets."""

import os
from importlib import import_module
from typing import Any, NoReturn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

pages = get_asgi_application()

from lab.access.asgi_types import Application, Receive, Scope, Send  # noqa: E402
from lab.access.body_limits import bounded  # noqa: E402
from lab.access.cross_site import CHAT  # noqa: E402  (these need Django set up)
from lab.access.guard import guard  # noqa: E402
from lab.http.handler import ChatHandler  # noqa: E402
from lab.messages.errors import Refused  # noqa: E402
from lab.net.system import freeze_gc  # noqa: E402
from lab.server.loop_monitor import LoopMonitor  # noqa: E402
from lab.server.message_stamps import MessageStamps  # noqa: E402


def route_chat(chat: Application) -> Application:
    """Return an application that hands the chat's addresses to `chat`, and all others to stock Django."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if CHAT.fullmatch(scope["path"]):
            await chat(scope, receive, send)
        else:
            await pages(scope, bounded(receive), send)  # Django would write a large body to the disk first

    return app


def with_raw_send(app: Application) -> Application:
    """Put the server's own `send` into the scope, so that a consumer can avoid the wrappers of the middleware."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        await app(dict(scope, raw_send=send), receive, send)

    return wrapped


async def not_found(scope: Scope, receive: Receive, send: Send) -> NoReturn:
    """Refuse a WebSocket at an address without a room."""
    raise Refused("address: no room is here.", status=404)


routes: list[Any] = [
    route
    for technique in settings.TECHNIQUES
    for route in getattr(import_module(f"{technique}.urls"), "websocket_urlpatterns", [])
]
routes.append(re_path("", not_found))
sockets: Any = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(routes)))
router: Any = ProtocolTypeRouter({"http": route_chat(ChatHandler()), "websocket": with_raw_send(sockets)})
application = guard(router)
if settings.MESSAGE_STAMPS:
    application = MessageStamps(application)
if settings.PULSE:
    application = LoopMonitor(application, settings.PULSE)
freeze_gc()
