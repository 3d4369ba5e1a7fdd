"""Who asks: a network address, and the session that the pages' signed cookie names."""

import secrets
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from django.conf import settings
from django.core import signing

COOKIE = "lab_session"
VALUE_MAX = 128  # bytes; a longer one is none of ours


class Visitor(NamedTuple):
    """Whom the limits are for: what one address and one session may hold and publish is counted apart."""

    address: str
    session: str | None  # None: no browser, or one that has opened no page yet; the address alone counts


NOBODY = Visitor("", None)  # before a request is read


def visitor(client, cookies):
    """Return the Visitor of ASGI's `client` (host, port) and Cookie headers (a list of bytes)."""
    session = None
    for cookie in cookies:
        session = _named(cookie) or session
    return Visitor(network(client[0]) if client else "", session)


@lru_cache(maxsize=10_000)
def network(address):
    """Return what counts as one address: of IPv6 its first 64 bits, for one household has all that follow."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy may call its client what it likes
        return address
    if parsed.version == 4 or parsed.ipv4_mapped:  # a socket that listens to both calls IPv4 so
        return str(parsed.ipv4_mapped if parsed.version == 6 else parsed)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


@lru_cache(maxsize=1)
def _signer():
    return signing.Signer(salt=COOKIE)


def _named(cookie):
    for pair in cookie.split(b";"):
        name, _equals, value = pair.strip().partition(b"=")
        if name == COOKIE.encode() and len(value) <= VALUE_MAX:
            return _signed(value)
    return None


@lru_cache(maxsize=10_000)
def _signed(value):
    try:
        return _signer().unsign(value.decode("latin-1"))
    except signing.BadSignature:
        return None


def give_session(get_response):
    """Give every browser that opens a page a session: a random name in a signed cookie, nothing stored."""

    def middleware(request):
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
