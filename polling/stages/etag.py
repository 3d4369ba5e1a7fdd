"""Stage 3, etag: a tag stands for a response, and 304 says that the response would be the same.

A 304 has no body. But it has headers like any response, and the request had to be sent.
"""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from lab import chat, http


async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond at once: 304 without a body if the client has this response already (RFC 9110 §13.1.2)."""
    after = http.after(request)
    page = await chat.history(room, after)
    tag = f'"{after}-{page.last}"'  # changes with the messages, and with the request
    known = parse_etags(request.headers.get("If-None-Match", ""))  # a list, or * for any
    if "*" in known or tag in [each.removeprefix("W/") for each in known]:  # a proxy that compresses adds W/
        return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "no-store"})
    response = http.page(page)
    response.headers["ETag"] = tag
    return response
