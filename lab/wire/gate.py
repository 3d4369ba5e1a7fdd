"""How the control speaks HTTP: who may ask, what is read, what is answered."""

import hmac
import json
from urllib.parse import parse_qs, urlsplit

from lab.message import Refused

BODY_MAX = 65_536  # bytes
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"600"),
]


def check(scope, headers, origins, token):
    """Return the CORS headers of the answer; raise Refused for a foreign Host or Origin and a missing token."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin and origin not in origins:
        raise Refused("Origin: not a page of this lab.", 403)
    cors = [(b"vary", b"Origin")]
    if origin:
        cors.append((b"access-control-allow-origin", origin.encode("latin-1")))
    if token is None:
        if not is_loopback(headers.get(b"host", b"").decode("latin-1")):
            raise Refused("Host: not this machine's.", 403)
    elif scope["method"] != "OPTIONS":
        query = parse_qs(scope["query_string"].decode("latin-1"))
        bearer = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
        given = query.get("token", [bearer])[-1]
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Refused("token: missing or wrong; it was printed at the start.", 403)
    return cors


def is_loopback(host):
    """Tell whether a Host header names this machine to itself."""
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:  # no host at all
        return False


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
        body += part.get("body", b"")
        more = part.get("more_body", False)
        if len(body) > BODY_MAX:
            raise Refused(f"body: at most {BODY_MAX:,} bytes.", 413)
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError) as exc:
        raise Refused("body: not JSON.") from exc
    if not isinstance(fields, dict):
        raise Refused("body: a JSON object is expected.")
    return fields


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
    """Answer whole."""
    names = {name for name, _value in headers}
    own = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    own += [] if b"content-type" in names else [(b"content-type", b"application/json")]
    own.append((b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})
