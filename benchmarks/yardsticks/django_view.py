"""A stock Django `async def` view that returns an empty poll response like the lab's, served by uvicorn."""

import socket

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])


async def messages(request, room):
    """Return an empty poll response."""
    return JsonResponse({"messages": [], "last": 0, "more": False}, headers={"Content-Length": "42"})


urlpatterns = [path("polling/<str:room>/messages/", messages)]

if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=4_096)
    print(listening.getsockname()[1], flush=True)  # noqa: T201
    config = uvicorn.Config(get_asgi_application(), log_level="warning", access_log=False)
    uvicorn.Server(config).run([listening])
