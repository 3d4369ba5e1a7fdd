"""Respond at once with the messages after the last one that the browser has."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import chat, http


async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond at once, with an empty list if there is nothing new."""
    page = await chat.history(room, http.after(request))
    return http.page(page)
