"""Rate limits: a token bucket for each address and each session, for messages and for requests."""

import threading
import time
from functools import cache

from django.conf import settings

from lab.access.visitors import Visitor
from lab.messages.errors import Refused


class RateLimits:
    """The token buckets of one process."""

    def __init__(self) -> None:
        # (setting, address or session): (tokens, monotonic time in seconds when they were counted)
        self.buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self.lock = threading.Lock()  # the WebSocket stage `sync` publishes from a thread

    def check_rate(self, visitor: Visitor, nonce: str | None = None) -> None:
        """Count one message of a Visitor; raise Refused (429) if its session or its address publishes too fast.

        `nonce`: of the message, for the refusal.
        """
        if not self._count_both(visitor, "SESSION_RATE", "PUBLISH_RATE"):
            refused = too_many("messages")
            refused.nonce = nonce
            raise refused

    def check_request_rate(self, visitor: Visitor) -> None:
        """Count one request or handshake of a Visitor; raise Refused (429) if its session or address makes too many."""
        if not self._count_both(visitor, "SESSION_REQUEST_RATE", "REQUEST_RATE"):
            raise too_many("requests")

    def _count_both(self, visitor: Visitor, of_session: str, of_address: str) -> bool:
        with self.lock:
            accepted = not visitor.session or self._count(of_session, visitor.session)
            return accepted and self._count(of_address, visitor.address)

    def _count(self, setting: str, holder: str) -> bool:
        rate: float = getattr(settings, setting)  # per second; a burst may be twice as large
        if not rate:
            return True
        now, key = time.monotonic(), (setting, holder)
        tokens, counted_at = self.buckets.pop(key, (2 * rate, now))
        tokens = min(2 * rate, tokens + (now - counted_at) * rate)
        accepted = tokens >= 1
        self.buckets[key] = (tokens - accepted, now)  # moved to the end: the buckets are in the order of their last use
        if len(self.buckets) > settings.RATES_MAX:
            del self.buckets[next(iter(self.buckets))]
        return accepted


def too_many(what: str) -> Refused:
    """Return the refusal of "messages" or "requests" over a rate."""
    return Refused(f"too many {what} a second, wait a moment.", status=429, retry_after=1)


@cache
def limits() -> RateLimits:
    """Return the RateLimits of this process."""
    return RateLimits()


def check_rate(visitor: Visitor, nonce: str | None = None) -> None:
    """Count one message of a Visitor at this process; raise Refused (429) if it publishes too fast."""
    limits().check_rate(visitor, nonce)
