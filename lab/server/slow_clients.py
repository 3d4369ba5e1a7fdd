"""Aborts connections whose client has stopped reading."""

import asyncio
import struct
from contextlib import suppress
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Any

from django.conf import settings

from lab.access.visitors import NOBODY
from lab.server import buffers


class WriteStallTimer:
    """Watches one connection while more bytes wait for its client than the write buffer should hold.

    Bytes in the kernel count, too: for a slow reader the buffer shrinks by a megabyte at a time, and may stay the same
    for minutes. A close does not end the watch, as it waits until the client has read everything.
    """

    __slots__ = ("loop", "timer", "transport")

    def __init__(self, loop, transport):
        self.loop, self.transport = loop, transport
        self.timer = None

    def start(self):
        """Give the client TAKE_SECONDS to read some bytes."""
        self.timer = self.loop.call_later(settings.TAKE_SECONDS, self.check, self.waiting())

    def stop(self):
        """Stop watching."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def check(self, before):
        """Abort the connection, unless fewer than `before` bytes wait."""
        waiting = self.waiting()
        if waiting >= before:
            self.transport.abort()
        elif waiting:
            self.timer = self.loop.call_later(settings.TAKE_SECONDS, self.check, waiting)

    def waiting(self):
        """Return how many bytes the client has not acknowledged, in the buffer and in the kernel."""
        return self.transport.get_write_buffer_size() + unacknowledged(self.transport.get_extra_info("socket"))


class StallGuard(asyncio.Protocol):
    """Mixin that limits the bytes that wait for a client; it comes first among the bases of a protocol."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    scope: Any  # None before the first request

    def connection_made(self, transport):
        """Limit the write buffer."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(settings.BUFFER_BYTES)
        self.stall_timer = WriteStallTimer(self.loop, transport)

    def connection_lost(self, exc):
        """Stop watching."""
        self.stall_timer.stop()
        buffers.limit.remove(self)
        super().connection_lost(exc)

    def pause_writing(self):
        """Watch whether the client reads what waits."""
        super().pause_writing()
        self.stall_timer.start()
        visitor = (self.scope or {}).get("visitor", NOBODY)
        buffers.limit.add(self, visitor.address, self.transport.get_write_buffer_size())

    def resume_writing(self):
        """Stop watching: the client has read enough."""
        super().resume_writing()
        self.stall_timer.stop()
        buffers.limit.remove(self)


def unacknowledged(connection):
    """Return how many bytes of a socket the kernel still holds; 0 if it does not say."""
    with suppress(OSError):
        return struct.unpack("i", ioctl(connection.fileno(), TIOCOUTQ, bytes(4)))[0]
    return 0
