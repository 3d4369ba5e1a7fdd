"""OpenAPI 3.1 description of the HTTP side, made from the code's own routes, limits and docstrings."""

import inspect
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from lab.http import json_response
from lab.http.schemas import SCHEMAS, Schema, content, json_of, parameter

JSON, HTML, SVG = "application/json", "text/html", "image/svg+xml"
STREAM = {"type": "string", "description": "Events: `id: N` and `data: {json}` for each message."}
REFUSALS = {
    400: "A bad field, parameter or body; a Host that is not this server's.",
    403: "An Origin that is not this server's own; a request of another site's page.",
    404: "A name that no room can have, or an unknown address.",
    405: "Another method; `Allow` names those that are allowed.",
    408: "A request that is not complete in time.",
    409: "A nonce used again with another author or text.",
    413: "A body over {BODY_MAX:,} bytes.",
    415: "A body that is not application/json, or encoded; a Content-Type that cannot be read, or is not UTF-8.",
    426: "A WebSocket handshake of another version.",
    429: "Too many messages or requests a second, connections, queues or rooms of one address or session.",
    431: "Headers over {HEAD_MAX:,} bytes.",
    501: "A body in another transfer coding than chunked.",
    503: "Full, or the database is not available.",
    505: "Another version of HTTP than 1.0 and 1.1.",
}
# Refusals with a header of their own: its name, and what it holds.
HEADERS = {
    405: ("Allow", {"type": "string"}),
    426: ("Sec-WebSocket-Version", {"type": "string"}),
    429: ("Retry-After", {"type": "integer"}),
    503: ("Retry-After", {"type": "integer"}),
}
OF_PUBLISH = (409, 413)  # refusals of requests with a body alone
OF_FORM = (400, 403, 405, 408, 413, 415, 429, 431, 501, 503, 505)
OF_CHAT = tuple(status for status in REFUSALS if status not in OF_PUBLISH)
# Media types of the routes that are not pages.
TYPES = {"healthz": JSON, "openapi": JSON, "colours": "text/css", "jsi18n": "text/javascript", "qr": SVG}


def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the HTTP side."""
    return json_response(json.dumps(describe()).encode())


@lru_cache(maxsize=1)
def describe() -> Schema:
    """Return the whole description."""
    version = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The realtime lab",
            "version": version,
            "description": "One chat, delivered four ways. The WebSocket is at /ws/; its frames are in SPEC.md.",
        },
        "paths": {address: operations(address, route) for address, route in routes(get_resolver().url_patterns)},
        "components": {"schemas": SCHEMAS},
    }


def routes(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Yield (address with {names}, URLPattern) of every route."""
    for pattern in patterns:
        address = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def operations(address: str, route: URLPattern) -> Schema:
    """Return the description of a route's methods."""
    named = [parameter(name) for name in re.findall(r"{(\w+)}", address)]
    if deliver := getattr(route.callback, "deliver", None):
        technique = import_module(address.split("/")[1])
        return {"parameters": named, "get": read(technique, deliver), "post": publish()}
    if own := getattr(route.callback, "operations", None):
        return {"parameters": named, **own}
    if route.name == "set_language":
        return {"post": language()}
    kind = getattr(route.callback, "media_type", TYPES.get(route.name or "", HTML))
    body = json_of("Health") if route.name == "healthz" else content(kind, {})
    responses = {
        "200": {"description": "The content.", **body},
        **refusals(OF_CHAT, content(HTML, {}) if kind in (HTML, SVG) else None),
    }
    if route.name == "healthz":
        responses["503"] = {"description": "The database or the channel layer is not available.", **body}
    return {"parameters": named, "get": {"summary": sentence(route.callback), "responses": responses}}


def read(technique: ModuleType, deliver: object) -> Schema:
    """Describe the GET of a technique, or of one of its stages."""
    body = json_of("Page") if technique.ANSWER == JSON else content(technique.ANSWER, STREAM)
    return {
        "summary": sentence(deliver),
        "parameters": [parameter(name) for name in technique.PARAMETERS],
        "responses": {"200": {"description": "The messages after `after`.", **body}, **refusals(OF_CHAT)},
    }


def publish() -> Schema:
    """Describe the POST that all techniques share."""
    return {
        "summary": "Publish a message.",
        "requestBody": {"required": True, **json_of("Draft")},
        "responses": {
            "201": {"description": "Stored; the message.", **json_of("Message")},
            "200": {"description": "Stored already under this nonce; the message.", **json_of("Message")},
            **refusals(REFUSALS),
        },
    }


def language() -> Schema:
    """Describe Django's own view that stores the language in a cookie."""
    fields = {"type": "object", "properties": {"language": {"enum": [code for code, _name in settings.LANGUAGES]}}}
    refused = refusals(OF_FORM, content(HTML, {}))
    return {
        "summary": "Choose the pages' language, and go back.",
        "requestBody": content("application/x-www-form-urlencoded", fields),
        "responses": {"302": {"description": "Back to the page."}, **refused},
    }


def refusals(statuses: Iterable[int], page: Schema | None = None) -> dict[str, Schema]:
    """Describe refusals; those of a page's own view are pages, those of the server before it are JSON."""
    limits = {name: getattr(settings, name) for name in ("BODY_MAX", "HEAD_MAX")}
    responses: dict[str, Schema] = {}
    for status in statuses:
        body = json_of("Error") | ({"content": json_of("Error")["content"] | page["content"]} if page else {})
        responses[str(status)] = {"description": REFUSALS[status].format(**limits), **body}
        if status in HEADERS:
            name, schema = HEADERS[status]
            responses[str(status)]["headers"] = {name: {"required": True, "schema": schema}}
    return responses


def sentence(view: object) -> str:
    """Return the first sentence of a view's docstring."""
    return (inspect.getdoc(view) or "").partition("\n")[0]
