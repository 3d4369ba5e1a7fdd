"""What the HTTP side of every technique shares: the view that publishes, answers in JSON, refusals."""

import asyncio
import json
from functools import wraps

from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from lab import chat, techniques
from lab.chat.database import Unavailable
from lab.messages.errors import JSON_HEADERS, Refused
from lab.messages.validation import NONCE, clean_after, clean_room, draft, parse

HEADERS = JSON_HEADERS | {"Cache-Control": "no-store"}


def routes(technique, deliver):
    """Return the addresses of a technique's messages, and of those of its stages."""
    finished = path("<str:room>/messages/", messages(deliver))
    return [finished] + [
        path(f"stages/{name}/<str:room>/messages/", messages(stage.deliver))
        for name, stage in techniques.stage_servers(technique).items()
    ]


def messages(deliver):
    """Make the view of a technique's messages: GET and HEAD deliver by `deliver(request, room)`, POST publishes."""

    async def view(request, room):
        room = clean_room(room)
        only(request, "GET", "HEAD", "POST")
        if request.method == "POST":
            return await publish(request, room)
        response = await deliver(request, room)
        if request.method == "HEAD" and response.streaming:
            return HttpResponse(headers=response.headers)  # its head is all of it: no event is waited for
        return response

    view.deliver = deliver
    return view


def only(request, *methods):
    """Raise Refused (405) for a request by another method than these."""
    if request.method not in methods:
        raise Refused(f"method: {' or '.join(methods)}.", status=405, headers={"Allow": ", ".join(methods)})


def by(*methods):
    """Decorate the view of a page: another method than these is refused, before Django asks for its CSRF token."""

    def decorated(view):
        @wraps(view)
        def asked(request, *args, **kwargs):
            try:
                only(request, *methods)
            except Refused as refused:
                return refusal(refused)
            return view(request, *args, **kwargs)

        return csrf_exempt(asked)

    return decorated


async def publish(request, room):
    """Publish the body's message: 201, or 200 where its nonce is stored already, with the message."""
    if request.content_type != "application/json":
        raise Refused("Content-Type: application/json is expected.", status=415)
    fields = parse(request.body)
    if settings.NONCE_HEADER and fields.get("nonce") is None:
        given = request.headers.get(settings.NONCE_HEADER, "")  # the same if the proxy asks another server again
        fields["nonce"] = given if NONCE.fullmatch(given) else None
    try:
        message, new = await chat.publish(draft(room, fields), request.scope["visitor"])
    except asyncio.CancelledError as exc:  # the server ends, and cannot wait for the database; or the client left
        raise Unavailable() from exc
    return answer(message.json, status=201 if new else 200)


def after(request):
    """Return the id of the last message the client has seen, or None where it names none."""
    return clean_after(request.GET.get("after"))


def page(page, **more):
    """Answer with a Page; its messages were encoded once for all readers."""
    fields = {"last": page.last, "more": page.more} | ({"reset": True} if page.reset else {}) | more
    encoded = b",".join([message.json for message in page.messages])
    return answer(b'{"messages":[%b],%b' % (encoded, json.dumps(fields, separators=(",", ":"))[1:].encode()))


def answer(body, status=200, headers=None):
    """Answer with JSON (bytes)."""
    headers = HEADERS | {"Content-Length": str(len(body))} | (headers or {})
    return HttpResponse(body, status=status, headers=headers)


def head():
    """Answer a HEAD whose GET would be held: its head, less the length that nobody knows yet (RFC 9110 §9.3.2)."""
    return HttpResponse(headers=HEADERS)


def refusal(refused):
    """Answer a request that was refused: its status, and one sentence in JSON."""
    status, headers, body = refused.response(HEADERS)
    return HttpResponse(body, status=status, headers=headers)
