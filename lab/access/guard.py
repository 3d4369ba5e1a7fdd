"""The gate before every road, HTTP and WebSocket alike: whose Host, which Origin, how much of a body, who asks."""

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_header_parameters

from lab.access import connection_limits, rate_limits
from lab.access.body_limits import too_large
from lab.access.cross_site import is_cross_site
from lab.access.shares import owner
from lab.access.visitors import visitor
from lab.messages.errors import Refused

PORTS = {"http": 80, "https": 443}
WEB = {"ws": "http", "wss": "https"}  # the scheme of the page that may open such a socket


def guard(app):
    """Wrap an ASGI application: refuse whom `check` refuses, and answer every Refused in JSON."""

    async def guarded(scope, receive, send):
        try:
            scope["visitor"] = client = check(scope)
            owner.set(client)
            rate_limits.limits().check_request_rate(client)
            with connection_limits.limits().held(client):
                await app(scope, receive, send)
        except Refused as refused:
            await refuse(scope, send, refused)

    return guarded


def check(scope):
    """Return the Visitor who asks.

    Raises Refused: 400 for a Host that is not ours, 403 for an Origin that is not the Host's own or what a browser
    asks for on behalf of another site's page, 413 for a body that announces itself as too large, 415 for one of a kind
    or coding that nobody here could read, 501 for a coding on its way.
    """
    hosts, origins, cookies, fetch = [], [], [], {}
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
            # RFC 9110 §12.5.3: who is refused for this learns what would be taken.
            refused = {"Accept-Encoding": "identity"}
            raise Refused("Content-Encoding: none is expected.", status=415, headers=refused)
        elif name == b"transfer-encoding" and value.lower() != b"chunked":
            raise Refused("Transfer-Encoding: chunked alone is expected.", status=501)  # RFC 9112 §6.1
    if len(hosts) != 1 or not is_ours(hosts[0]):
        raise Refused("Host: not this server's.")
    if not origins and scope["type"] == "http":
        if fetch and is_cross_site(scope["path"], fetch):
            raise Refused("Sec-Fetch-Site: another site's pages may link to this server's pages, no more.", status=403)
    elif len(origins) != 1 or not is_same(origins[0], scope.get("scheme", "ws"), hosts[0]):
        raise Refused("Origin: publishing and reading are for this server's own pages.", status=403)
    return visitor(scope["client"], cookies)


@lru_cache(maxsize=1_000)
def is_ours(host):
    """Tell whether ALLOWED_HOSTS names this Host header (bytes)."""
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=1_000)
def is_same(origin, scheme, host):
    """Tell whether an Origin header is `scheme`, host and port of the server that was asked."""
    try:
        theirs = urlsplit(origin.decode("ascii"))
        ours = urlsplit(f"{WEB.get(scheme, scheme)}://{host.decode('ascii')}")
        is_origin = not (theirs.path or theirs.query or theirs.fragment) and "@" not in theirs.netloc
        return is_origin and _triple(theirs) == _triple(ours)
    except ValueError:  # no address at all
        return False


@lru_cache(maxsize=1_000)
def is_utf_8(kind):
    """Tell whether a Content-Type header (bytes) can be read and names no other charset."""
    try:
        _kind, parameters = parse_header_parameters(kind.decode("latin-1"))
    except ValueError:
        return False
    return parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8", "us-ascii")


def _triple(url):
    return url.scheme, url.hostname, url.port or PORTS.get(url.scheme)


async def refuse(scope, send, refused):
    """Answer a refused request or handshake with its status and one sentence in JSON."""
    kind = "http.response" if scope["type"] == "http" else "websocket.http.response"
    status, headers, body = refused.response()
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": f"{kind}.start", "status": status, "headers": pairs})
    await send({"type": f"{kind}.body", "body": body})
