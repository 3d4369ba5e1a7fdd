"""Connection limits: how many connections one address, or one session, may hold open at a time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import cache

from django.conf import settings

from lab.access.visitors import Visitor, network
from lab.messages.errors import Refused

UNLIMITED = nullcontext()


class ConnectionLimiter:
    """Counts how many connections each holder has."""

    def __init__(self, setting: str, kind: str) -> None:
        """Bound the connections of each holder, an "address" or a "session", by a setting; 0: no bound."""
        self.setting, self.kind = setting, kind
        self.held: dict[str, int] = {}  # {holder: number of connections}

    def acquire(self, holder: str) -> None:
        """Count one more connection; raise Refused (429) if this holder has its maximum already."""
        held, most = self.held.get(holder, 0), getattr(settings, self.setting)
        if most and held >= most:
            sentence = f"too many connections of one {self.kind}, close some."
            raise Refused(sentence, status=429, retry_after=5)
        self.held[holder] = held + 1

    def release(self, holder: str) -> None:
        """Count one connection less."""
        self.held[holder] -= 1
        if not self.held[holder]:
            del self.held[holder]


class ConnectionLimits:
    """The connection limits of one process."""

    def __init__(self) -> None:
        self.addresses = ConnectionLimiter("ADDRESS_CONNECTIONS", "address")
        self.sessions = ConnectionLimiter("SESSION_CONNECTIONS", "session")

    def connect(self, client: tuple[str, int] | None, connections: int) -> str | None:
        """Count a new connection, one of `connections` in the process; return the address that holds it, or None.

        `client` is (host, port). Raises Refused: 503 if the process has its maximum already, 429 if the address has.
        """
        if connections > settings.CONNECTIONS_MAX:
            raise Refused("too many connections, try again.", status=503, retry_after=5)
        address = address_of(client)
        if address is not None:
            self.addresses.acquire(address)
        return address

    def disconnect(self, address: str | None) -> None:
        """Release what `connect` returned."""
        if address is not None:
            self.addresses.release(address)

    def held(self, visitor: Visitor) -> AbstractContextManager[None]:
        """Return a context that counts one request or WebSocket of a Visitor while it lasts.

        It counts for the session, and behind a proxy for the address, which only the request names. Entering the
        context raises Refused (429) if one of them has too many.
        """
        wanted = [(self.sessions, visitor.session)] if visitor.session else []
        if settings.BEHIND_PROXY:
            wanted.append((self.addresses, visitor.address))
        return _acquired(wanted) if wanted else UNLIMITED


def address_of(client: tuple[str, int] | None) -> str | None:
    """Return the address by which a connection is counted; behind a proxy None, as all connections come from it."""
    return network(client[0]) if client and not settings.BEHIND_PROXY else None


@contextmanager
def _acquired(wanted: list[tuple[ConnectionLimiter, str]]) -> Iterator[None]:
    with ExitStack() as stack:
        for limiter, holder in wanted:
            limiter.acquire(holder)
            stack.callback(limiter.release, holder)
        yield


@cache
def limits() -> ConnectionLimits:
    """Return the ConnectionLimits of this process."""
    return ConnectionLimits()
