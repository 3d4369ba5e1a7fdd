"""Limit on the bytes that wait for slow clients, in all connections together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from lab.server.slow_clients import StallGuard


class BufferLimit:
    """Counts the bytes that wait, and aborts connections if they are more than BUFFERS_BYTES."""

    def __init__(self) -> None:
        self.waiting: dict[StallGuard, tuple[str, int]] = {}  # connection: (address, bytes); the longest wait first
        self.by_address: Counter[str] = Counter()  # bytes
        self.total = 0  # bytes

    def add(self, connection: StallGuard, address: str, size: int) -> None:
        """Count `size` bytes that wait for a client; past the limit abort the connection that has waited longest.

        The address with the most waiting bytes loses it. Its client reconnects and continues where it was.
        """
        self.waiting[connection] = address, size
        self.by_address[address] += size
        self.total += size
        while self.total > settings.BUFFERS_BYTES:
            [(greediest, _size)] = self.by_address.most_common(1)
            longest = next(each for each, (address, _size) in self.waiting.items() if address == greediest)
            longest.loop.call_soon(longest.transport.abort)  # not at once: it may be in the middle of a write
            self.remove(longest)

    def remove(self, connection: StallGuard) -> None:
        """Count no more bytes for a client that has read everything, or is gone."""
        address, size = self.waiting.pop(connection, ("", 0))
        self.total -= size
        self.by_address[address] -= size
        if not self.by_address[address]:
            del self.by_address[address]


limit = BufferLimit()
