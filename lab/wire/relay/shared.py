"""What all wires of a process share: the rates of shared profiles, and the memory of all pipes."""

import asyncio

from lab.wire.relay.link import Link
from lab.wire.relay.rate_limiter import RateLimiter


class Shared:
    """Rate limiters of shared profiles, and the number of bytes in all pipes."""

    def __init__(self):
        self.piped_bytes = 0
        self.limiters: dict[tuple[str | None, str], RateLimiter] = {}  # by profile and direction

    def limiter(self, link: Link, direction: str) -> RateLimiter:
        """Return the rate limiter of a direction for all links with the profile of `link`."""
        key = link.profile, direction
        if key not in self.limiters:
            self.limiters[key] = RateLimiter(asyncio.get_running_loop(), link.rate(direction))
        return self.limiters[key]
