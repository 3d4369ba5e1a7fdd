"""Stage 1, whole: the whole history in every response, whatever the browser has already.

No message is lost, but nearly all are sent again, and each response is longer than the one before.
To protect the server, the lab sends only the newest 500 messages, the most that one response may hold.
"""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import http
from lab.server.stage_history import whole_history


async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond at once with the history."""
    # To blame: nobody says which messages the browser has already.
    page = await whole_history(room)
    return http.page(page)
