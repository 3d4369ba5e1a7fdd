"""The HTTP side that all techniques share: the view that publishes, responses in JSON, refusals."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing, suppress
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from lab import chat, techniques
from lab.chat.database import Unavailable
from lab.chat.page import Page
from lab.messages.errors import JSON_HEADERS, Refused
from lab.messages.validation import NONCE, clean_after, clean_room, draft, parse

Deliver = Callable[[ASGIRequest, str], Awaitable[HttpResponseBase]]

HEADERS = JSON_HEADERS | {"Cache-Control": "no-store"}
# No proxy may hold events back.
STREAM_HEADERS = HEADERS | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}


def routes(technique: str, deliver: Deliver) -> list[URLPattern]:
    """Return the URL patterns of a technique's messages, and of those of its stages."""
    finished = path("<str:room>/messages/", messages(deliver))
    return [finished] + [
        path(f"stages/{name}/<str:room>/messages/", messages(stage.deliver))
        for name, stage in techniques.stage_servers(technique).items()
    ]


def messages(deliver: Deliver) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
    """Return the view of a technique's messages: GET and HEAD deliver by `deliver(request, room)`, POST publishes."""

    async def view(request: ASGIRequest, room: str) -> HttpResponseBase:
        room = clean_room(room)
        only(request, "GET", "HEAD", "POST")
        if request.method == "POST":
            return await publish(request, room)
        response = await deliver(request, room)
        if request.method == "HEAD" and response.streaming:
            return HttpResponse(headers=response.headers)  # at once, without waiting for an event
        return response

    view.deliver = deliver  # type: ignore[attr-defined]  # for the API's description
    return view


def only(request: HttpRequest, *methods: str) -> None:
    """Raise Refused (405) if a request has none of these methods."""
    if request.method not in methods:
        raise Refused(f"method: {' or '.join(methods)}.", status=405, headers={"Allow": ", ".join(methods)})


def by(*methods: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Decorate the view of a page: refuse all other methods, before Django checks the CSRF token."""

    def decorated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                only(request, *methods)
            except Refused as refused:
                return refusal(refused)
            return view(request, *args, **kwargs)

        return csrf_exempt(checked)

    return decorated


async def publish(request: ASGIRequest, room: str) -> HttpResponse:
    """Publish the message in the body; respond with it: 201, or 200 if its nonce is stored already."""
    if request.content_type != "application/json":
        raise Refused("Content-Type: application/json is expected.", status=415)
    fields = parse(request.body)
    if settings.NONCE_HEADER and fields.get("nonce") is None:
        nonce = request.headers.get(settings.NONCE_HEADER, "")  # the same if the proxy retries at another server
        fields["nonce"] = nonce if NONCE.fullmatch(nonce) else None
    try:
        message, new = await chat.publish(draft(room, fields), request.scope["visitor"])
    except asyncio.CancelledError as exc:  # at a shutdown, or the client disconnected
        raise Unavailable() from exc
    return json_response(message.json, status=201 if new else 200)


def after(request: HttpRequest) -> int | None:
    """Return the id of the last message that the client has seen, or None if the request names none."""
    return clean_after(request.GET.get("after"))


def page(page: Page, **more: object) -> HttpResponse:
    """Respond with a Page, with `more` fields; its messages were encoded once for all readers."""
    fields: dict[str, object] = {"last": page.last, "more": page.more} | ({"reset": True} if page.reset else {}) | more
    encoded = b",".join([message.json for message in page.messages])
    return json_response(b'{"messages":[%b],%b' % (encoded, json.dumps(fields, separators=(",", ":"))[1:].encode()))


def json_response(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Respond with JSON."""
    headers = HEADERS | {"Content-Length": str(len(body))} | dict(headers or {})
    return HttpResponse(body, status=status, headers=headers)


def held(*checks: Callable[[ASGIRequest], object]) -> Callable[[Deliver], Deliver]:
    """Decorate a `deliver` that holds its requests: a HEAD gets its response at once, and takes nothing from a queue.

    `checks`: functions that raise Refused for a bad parameter. The response does not say the length, which is not
    known (RFC 9110 §9.3.2).
    """

    def decorate(deliver: Deliver) -> Deliver:
        @wraps(deliver)
        async def respond(request: ASGIRequest, room: str) -> HttpResponseBase:
            if request.method != "HEAD":
                return await deliver(request, room)
            for check in checks:
                check(request)
            return HttpResponse(headers=HEADERS)

        return respond

    return decorate


def event_stream(events: AsyncGenerator[bytes]) -> StreamingHttpResponse:
    """Respond with events as they come; the stream ends when they do, or when history cannot be read."""

    async def content() -> AsyncGenerator[bytes]:
        yield b": hello\n\n"  # a comment; the headers are sent with the first bytes
        async with aclosing(events):
            with suppress(Refused):
                async for event in events:
                    yield event

    return StreamingHttpResponse(content(), headers=STREAM_HEADERS)


def refusal(refused: Refused) -> HttpResponse:
    """Respond to a refused request with its status, and one sentence in JSON."""
    status, headers, body = refused.response(HEADERS)
    return HttpResponse(body, status=status, headers=headers)
