"""Shared by all wires of a process: the rates of shared profiles, the memory of all pipes, and the open files."""

import asyncio
import logging
import resource
import socket
import time

from lab.wire.relay.link import Link
from lab.wire.relay.rate_limiter import RateLimiter

log = logging.getLogger("lab.wire")
FILES_KEPT = 64  # open files that connections leave free, at most half of all; the control needs some
WARNING_INTERVAL = 60  # seconds


class Shared:
    """Rate limiters of shared profiles, the number of bytes in all pipes, and a check for open files."""

    def __init__(self):
        self.piped_bytes = 0
        self.connecting = 0  # connections that have no socket to the server yet
        self.limiters: dict[tuple[str | None, str], RateLimiter] = {}  # by profile and direction
        self.next_warning = 0.0  # monotonic time before which the log gets no other line

    def limiter(self, link: Link, direction: str) -> RateLimiter:
        """Return the rate limiter of a direction for all links with the profile of `link`."""
        key = link.profile, direction
        if key not in self.limiters:
            self.limiters[key] = RateLimiter(asyncio.get_running_loop(), link.rate(direction))
        return self.limiters[key]

    def has_files_for(self, sock: socket.socket, more: int = 0) -> bool:
        """Return whether a new socket and `more` others leave enough open files free; log it if they do not.

        The system gives a socket the lowest free number, so the number shows how many files are open.
        """
        limit, _hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        if limit == resource.RLIM_INFINITY:
            return True
        free = limit - sock.fileno() - more - min(FILES_KEPT, limit // 2)
        if free <= 0 and time.monotonic() >= self.next_warning:
            self.next_warning = time.monotonic() + WARNING_INTERVAL
            log.warning("open files: %d of %d in use, connections are refused; raise ulimit -n.", sock.fileno(), limit)
        return free > 0
