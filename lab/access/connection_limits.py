"""Limits on connections: how many one address, or one session, may hold open at a time."""

from contextlib import ExitStack, contextmanager, nullcontext

from django.conf import settings

from lab.access.shares import LATER
from lab.access.visitors import network
from lab.messages.errors import Refused


class ConnectionLimiter:
    """Counts who holds how many."""

    def __init__(self, setting, refusal):
        """Bound what one holder has by a setting, in which 0 is no bound; `refusal()` is raised past it."""
        self.setting, self.refusal = setting, refusal
        self.held = {}

    def acquire(self, holder):
        """Take a place; raise Refused (429) where this holder has all of its own."""
        held, most = self.held.get(holder, 0), getattr(settings, self.setting)
        if most and held >= most:
            raise self.refusal()
        self.held[holder] = held + 1

    def release(self, holder):
        """Give a place back."""
        self.held[holder] -= 1
        if not self.held[holder]:
            del self.held[holder]


NOTHING = nullcontext()
addresses = ConnectionLimiter(
    "ADDRESS_CONNECTIONS", lambda: Refused("too many connections of one address, close some.", **LATER)
)
sessions = ConnectionLimiter(
    "SESSION_CONNECTIONS", lambda: Refused("too many connections of one session, close some.", **LATER)
)


def connect(client, connections):
    """Take the place of a fresh connection, one of so many `connections`; return the address that holds it, or None.

    `client` is (host, port). Raises Refused: 503 where the process has all it may have, 429 where the address has.
    """
    if connections > settings.CONNECTIONS_MAX:
        raise Refused("too many connections, try again.", status=503, headers={"Retry-After": "5"})
    address = address_of(client)
    if address is not None:
        addresses.acquire(address)
    return address


def disconnect(address):
    """Give back what `connect` returned."""
    if address is not None:
        addresses.release(address)


def address_of(client):
    """Return the address by which a connection is counted; behind a proxy none, for all come from there."""
    return network(client[0]) if client and not settings.BEHIND_PROXY else None


def held(visitor):
    """Return a context that holds the places of one request or WebSocket of a Visitor.

    That of its address is held here behind a proxy alone, which tells it request by request. The context raises
    Refused where there is none.
    """
    wanted = [(sessions, visitor.session)] if visitor.session else []
    if settings.BEHIND_PROXY:
        wanted.append((addresses, visitor.address))
    return _taken(wanted) if wanted else NOTHING


@contextmanager
def _taken(wanted):
    with ExitStack() as stack:
        for limiter, holder in wanted:
            limiter.acquire(holder)
            stack.callback(limiter.release, holder)
        yield
