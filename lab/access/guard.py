"""ASGI middleware: checks Host, Origin and body size of every request and handshake, and identifies the client."""

from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_header_parameters

from lab.access import connection_limits, rate_limits
from lab.access.asgi_types import Application, Receive, Scope, Send
from lab.access.body_limits import too_large
from lab.access.cross_site import is_cross_site
from lab.access.shares import owner
from lab.access.visitors import Visitor, visitor
from lab.messages.errors import Refused

PORTS = {"http": 80, "https": 443}
WEB = {"ws": "http", "wss": "https"}  # the scheme of the page that may open such a socket


def guard(app: Application) -> Application:
    """Wrap an ASGI application: apply `check` and the limits, and respond to every Refused in JSON."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            scope["visitor"] = client = check(scope)
            owner.set(client)
            rate_limits.limits().check_request_rate(client)
            with connection_limits.limits().held(client):
                await app(scope, receive, send)
        except Refused as refused:
            await refuse(scope, send, refused)

    return guarded


def check(scope: Scope) -> Visitor:
    """Return the Visitor of a request or handshake.

    Raises Refused: 400 for a Host that is not this server's, 403 for an Origin that is not the Host's own or a request
    of another site's page, 413 for a Content-Length over the limit, 415 for a body of unknown type or coding, 501 for
    an unknown transfer coding.
    """
    hosts: list[bytes] = []
    origins: list[bytes] = []
    cookies: list[bytes] = []
    fetch: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value)
        elif name == b"origin":
            origins.append(value)
        elif name == b"cookie":
            cookies.append(value)
        elif name.startswith(b"sec-"):
            fetch[name] = value
        elif name == b"content-length" and int(value) > settings.BODY_MAX:
            raise too_large()
        elif name == b"content-type" and not is_utf_8(value):
            raise Refused("Content-Type: cannot be read, or names another charset than UTF-8.", status=415)
        elif name == b"content-encoding" and value.lower() not in (b"", b"identity"):
            # RFC 9110 §12.5.3: the refusal names the coding that is accepted.
            refused = {"Accept-Encoding": "identity"}
            raise Refused("Content-Encoding: none is expected.", status=415, headers=refused)
        elif name == b"transfer-encoding" and value.lower() != b"chunked":
            raise Refused("Transfer-Encoding: chunked alone is expected.", status=501)  # RFC 9112 §6.1
    if len(hosts) != 1 or not is_ours(hosts[0]):
        raise Refused("Host: not this server's.")
    if not origins and scope["type"] == "http":
        if fetch and is_cross_site(scope["path"], fetch):
            raise Refused("Sec-Fetch-Site: another site's pages may link to this server's pages, no more.", status=403)
    elif len(origins) != 1 or not (is_same(origins[0], scope.get("scheme", "ws"), hosts[0]) or is_public(origins[0])):
        raise Refused("Origin: publishing and reading are for this server's own pages.", status=403)
    return visitor(scope["client"], cookies)


@lru_cache(maxsize=1_000)
def is_ours(host: bytes) -> bool:
    """Return whether ALLOWED_HOSTS names this Host header."""
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=1_000)
def is_same(origin: bytes, scheme: str, host: bytes) -> bool:
    """Return whether an Origin header has the scheme, host and port of the request's own server."""
    try:
        theirs = urlsplit(origin.decode("ascii"))
        ours = urlsplit(f"{WEB.get(scheme, scheme)}://{host.decode('ascii')}")
        is_origin = not (theirs.path or theirs.query or theirs.fragment) and "@" not in theirs.netloc
        return is_origin and _triple(theirs) == _triple(ours)
    except ValueError:  # not an address
        return False


def is_public(origin: bytes) -> bool:
    """Return whether an Origin header is one of LAB_PUBLIC_ORIGIN; a proxy may change scheme and Host on the way."""
    return origin.decode("latin-1") in settings.CSRF_TRUSTED_ORIGINS


@lru_cache(maxsize=1_000)
def is_utf_8(kind: bytes) -> bool:
    """Return whether a Content-Type header can be parsed and names no other charset."""
    try:
        _kind, parameters = parse_header_parameters(kind.decode("latin-1"))
    except ValueError:
        return False
    return parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8", "us-ascii")


def _triple(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or PORTS.get(url.scheme)


async def refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """Respond to a refused request or handshake with its status and one sentence in JSON."""
    kind = "http.response" if scope["type"] == "http" else "websocket.http.response"
    status, headers, body = refused.response()
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": f"{kind}.start", "status": status, "headers": pairs})
    await send({"type": f"{kind}.body", "body": body})
