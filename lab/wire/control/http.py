"""HTTP for the control: access checks, reading requests, sending responses."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from lab.messages.errors import Refused
from lab.messages.validation import parse

BODY_MAX = 65_536  # bytes
WRITE_SIZE = 65_536  # bytes of a response in one write
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LOOPBACK_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
# Headers of every response: no page of another site can use it as a script or an image.
SAFE = [(b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin")]
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"600"),
]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def check_access(scope: Scope, origins: Iterable[str], token: str | None, hosts: Iterable[str] = ()) -> Headers:
    """Return the CORS headers of the response; raise Refused for a foreign Host or Origin or without the token.

    `hosts`: the Host headers that are accepted without a token, besides this machine's.
    """
    origin = single_header(scope, b"origin")
    if origin is not None and origin not in origins:
        raise Refused("Origin: not a page of this lab.", 403)
    cors = [(b"vary", b"Origin")]
    if origin:
        cors.append((b"access-control-allow-origin", origin.encode("latin-1")))
    host = single_header(scope, b"host")
    if token is None:
        if host is None or not (LOOPBACK_HOST.fullmatch(host) or host in hosts):
            raise Refused("Host: not this machine's.", 403)
    elif scope["method"] != "OPTIONS" and not hmac.compare_digest(token_of(scope).encode(), token.encode()):
        raise Refused("token: missing or wrong; it was printed at the start.", 403)
    charset = CHARSET.search(single_header(scope, b"content-type") or "")
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Refused("Content-Type: cannot be read, or names another charset than UTF-8.", 415)
    if (single_header(scope, b"content-encoding") or "identity").lower() != "identity":
        raise Refused("Content-Encoding: the body must not be compressed.", 415)
    return cors


def single_header(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header, None if it is missing; raise Refused if it comes twice."""
    values = [value.decode("latin-1").strip(" \t") for header, value in scope["headers"] if header == name]
    if len(values) > 1:
        raise Refused(f"{name.decode().title()}: only one is allowed.")
    return values[0] if values else None


def token_of(scope: Scope) -> str:
    """Return the token of a request, from its address or as a bearer token; raise Refused if it comes twice."""
    if (token := query_value(scope, "token")) is not None:
        return token
    scheme, _space, bearer = (single_header(scope, b"authorization") or "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


def query_value(scope: Scope, name: str) -> str | None:
    """Return the value of a query parameter, None if it is missing; raise Refused if it comes twice."""
    values = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get(name, [])
    if len(values) > 1:
        raise Refused(f"{name}: only one is allowed.")
    return values[0] if values else None


def check_fields(fields: dict[str, Any], *names: str) -> None:
    """Raise Refused if a body has other fields than these."""
    if not set(fields) <= set(names):
        raise Refused(f"body: one or more of {', '.join(names)}, and nothing else.")


def number_field(fields: dict[str, Any], name: str, minimum: float, maximum: float) -> float:
    """Return a number from a body; raise Refused if it is missing or out of bounds."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
        raise Refused(f"{name}: a number from {minimum} to {maximum:,}.")
    return value


async def read_json(scope: Scope, receive: Receive) -> dict[str, Any]:
    """Return the JSON object in a request's body, {} for an empty one; raise Refused."""
    body, more = b"", True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":  # an incomplete body has no effect
            raise Refused("body: incomplete.")
        body += part.get("body", b"")
        more = part.get("more_body", False)
        if len(body) > BODY_MAX:
            raise Refused(f"body: at most {BODY_MAX:,} bytes.", 413)
    return parse(body or b"{}")


async def disconnected(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


def encode_json(fields: dict[str, Any]) -> bytes:
    """Return JSON in UTF-8."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def encode_event(name: str, fields: dict[str, Any]) -> bytes:
    """Return an event of an event stream."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode_json(fields))


async def send_refusal(send: Send, refused: Refused, cors: Headers) -> None:
    """Send the response to a refused request."""
    headers = [(name.lower().encode(), value.encode()) for name, value in refused.headers.items()]
    await send_response(send, refused.status, refused.json.encode(), [*cors, *headers])


async def send_response(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send a response, a long body in pieces, so that the connection of a slow reader buffers no more than one."""
    names = {name for name, _value in headers}
    own = [(b"cache-control", b"no-store"), *SAFE]
    if status != 204:  # without a body, so without its length and type, RFC 9110 §8.6
        own.append((b"content-length", str(len(body)).encode()))
        own += [] if b"content-type" in names else [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    for place in range(0, len(body), WRITE_SIZE):
        await send({"type": "http.response.body", "body": body[place : place + WRITE_SIZE], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
