"""Visitors: a network address, and the session in the pages' signed cookie."""

import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "lab_session"
VALUE_MAX = 128  # bytes; the lab's own values are shorter


class Visitor(NamedTuple):
    """A client, as the limits see it: its address and its session are counted separately."""

    address: str
    session: str | None  # None: not a browser, or one that has opened no page yet


NOBODY = Visitor("", None)  # before a request is read


def visitor(client: Sequence[str] | None, cookies: Sequence[bytes]) -> Visitor:
    """Return the Visitor of ASGI's `client` (host, port) and Cookie headers."""
    session = None
    for cookie in cookies:
        session = _named(cookie) or session
    return Visitor(network(client[0]) if client else "", session)


@lru_cache(maxsize=10_000)
def network(address: str) -> str:
    """Return the network that counts as one address: for IPv6 the first 64 bits, which one household shares."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy may name its client in any way
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:  # an IPv4 client of a socket that accepts IPv6, too
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


@lru_cache(maxsize=1)
def _signer() -> signing.Signer:
    return signing.Signer(salt=COOKIE)


def _named(cookie: bytes) -> str | None:
    for pair in cookie.split(b";"):
        name, _equals, value = pair.strip().partition(b"=")
        if name == COOKIE.encode() and len(value) <= VALUE_MAX:
            return _signed(value)
    return None


@lru_cache(maxsize=10_000)
def _signed(value: bytes) -> str | None:
    try:
        return _signer().unsign(value.decode("latin-1"))
    except signing.BadSignature:
        return None


def give_session(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: give every browser that opens a page a session, a random name in a signed cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and not _named(f"{COOKIE}={request.COOKIES.get(COOKIE, '')}".encode()):
            response.set_cookie(
                COOKIE,
                _signer().sign(secrets.token_urlsafe(16)),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware
