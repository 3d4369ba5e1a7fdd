"""How the control speaks HTTP: who may ask, what is read, what is answered."""

import hmac
import json
import re
from urllib.parse import parse_qs

from lab.messages.errors import Refused
from lab.messages.validation import parse

BODY_MAX = 65_536  # bytes
PIECE = 65_536  # bytes of an answer that are written at once
LOOPBACK = ("localhost", "127.0.0.1", "::1")
OWN_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
SAFE = [(b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin")]
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"600"),
]


def check(scope, origins, token):
    """Return the CORS headers of the answer; raise Refused for a foreign Host or Origin and a missing token."""
    origin = only(scope, b"origin")
    if origin is not None and origin not in origins:
        raise Refused("Origin: not a page of this lab.", 403)
    cors = [(b"vary", b"Origin")]
    if origin:
        cors.append((b"access-control-allow-origin", origin.encode("latin-1")))
    host = only(scope, b"host")
    if token is None:
        if host is None or not OWN_HOST.fullmatch(host):
            raise Refused("Host: not this machine's.", 403)
    elif scope["method"] != "OPTIONS" and not hmac.compare_digest(given(scope).encode(), token.encode()):
        raise Refused("token: missing or wrong; it was printed at the start.", 403)
    charset = CHARSET.search(only(scope, b"content-type") or "")
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Refused("Content-Type: cannot be read, or names another charset than UTF-8.", 415)
    if (only(scope, b"content-encoding") or "identity").lower() != "identity":
        raise Refused("Content-Encoding: the body must not be compressed.", 415)
    return cors


def only(scope, name):
    """Return the value of a header that may come once, None if there is none; raise Refused if it comes twice."""
    values = [value.decode("latin-1").strip(" \t") for each, value in scope["headers"] if each == name]
    if len(values) > 1:
        raise Refused(f"{name.decode().title()}: only one is allowed.")
    return values[0] if values else None


def given(scope):
    """Return the token that a request brings, in its address or as a bearer's."""
    if (token := queried(scope, "token")) is not None:
        return token
    scheme, _space, bearer = (only(scope, b"authorization") or "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


def queried(scope, name):
    """Return the value of a parameter in the address, None if there is none; raise Refused if it comes twice."""
    values = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get(name, [])
    if len(values) > 1:
        raise Refused(f"{name}: only one is allowed.")
    return values[0] if values else None


def known(fields, *names):
    """Raise Refused if a body has fields of other names than these."""
    if not set(fields) <= set(names):
        raise Refused(f"body: one or more of {', '.join(names)}, and nothing else.")


def number(fields, name, least, most):
    """Return a number of the body; raise Refused where it is none from `least` to `most`."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise Refused(f"{name}: a number from {least} to {most:,}.")
    return value


async def read(scope, receive):
    """Return the object in a request's body; raise Refused for anything else."""
    body, more = b"", True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":  # nothing of half a body is done
            raise Refused("body: not whole.")
        body += part.get("body", b"")
        more = part.get("more_body", False)
        if len(body) > BODY_MAX:
            raise Refused(f"body: at most {BODY_MAX:,} bytes.", 413)
    return parse(body or b"{}")


async def left(receive):
    """Wait until the listener is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def encode(fields):
    """Return JSON in UTF-8."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def event(name, fields):
    """Return one event of the stream."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode(fields))


async def refuse(send, refused, cors):
    """Answer with what a Refused says."""
    headers = [(name.lower().encode(), value.encode()) for name, value in refused.headers.items()]
    await answer(send, refused.status, refused.json.encode(), [*cors, *headers])


async def answer(send, status, body, headers):
    """Answer whole; a long body goes in pieces, so that a slow reader's connection holds no more than one."""
    names = {name for name, _value in headers}
    own = [(b"cache-control", b"no-store"), *SAFE]
    if status != 204:  # which has no body, so no length and no kind either, RFC 9110 §8.6
        own.append((b"content-length", str(len(body)).encode()))
        own += [] if b"content-type" in names else [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    for place in range(0, len(body), PIECE):
        await send({"type": "http.response.body", "body": body[place : place + PIECE], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
