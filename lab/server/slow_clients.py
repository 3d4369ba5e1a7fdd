"""A client that takes nothing of what waits for it: its connection is cut after a while."""

import struct
from contextlib import suppress

from django.conf import settings

from lab.access.visitors import NOBODY
from lab.server import buffers

try:
    from fcntl import ioctl
    from termios import TIOCOUTQ
except ImportError:  # not on every system
    ioctl = None


class WriteStallTimer:
    """Watches one connection while more waits for its client than the connection's buffer should hold.

    What the kernel still holds counts too: for a slow reader the buffer moves in leaps of a megabyte, and may stand
    still for minutes. A close does not end the watch, for it waits until all is taken.
    """

    __slots__ = ("clock", "loop", "transport")

    def __init__(self, loop, transport):
        self.loop, self.transport = loop, transport
        self.clock = None

    def begin(self):
        """Let the client take something within TAKE_SECONDS."""
        self.clock = self.loop.call_later(settings.TAKE_SECONDS, self.look, self.waiting())

    def end(self):
        """Watch no more: it has taken enough, or is gone."""
        if self.clock:
            self.clock.cancel()
            self.clock = None

    def look(self, before):
        """Cut the connection unless less waits than `before` (bytes)."""
        waiting = self.waiting()
        if waiting >= before:
            self.transport.abort()
        elif waiting:
            self.clock = self.loop.call_later(settings.TAKE_SECONDS, self.look, waiting)

    def waiting(self):
        """Return how many bytes the client has not acknowledged: those in the buffer, and in the kernel."""
        return self.transport.get_write_buffer_size() + unacknowledged(self.transport.get_extra_info("socket"))


class StallGuard:
    """The part of a protocol that cuts off a client who takes nothing; it comes before uvicorn's among the bases."""

    def connection_made(self, transport):
        """Watch how the client takes what it is given."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(settings.BUFFER_BYTES)
        self.taking = WriteStallTimer(self.loop, transport)

    def connection_lost(self, exc):
        """Watch no more."""
        self.taking.end()
        buffers.leave(self)
        super().connection_lost(exc)

    def pause_writing(self):
        """Write no more until the client has taken what waits, and see that it does."""
        super().pause_writing()
        self.taking.begin()
        visitor = (self.scope or {}).get("visitor", NOBODY)
        buffers.wait(self, visitor.address, self.transport.get_write_buffer_size())

    def resume_writing(self):
        """Write on."""
        super().resume_writing()
        self.taking.end()
        buffers.leave(self)


def unacknowledged(connection):
    """Return how many bytes of a socket the kernel still holds; 0 where it does not tell."""
    if ioctl:
        with suppress(OSError):
            return struct.unpack("i", ioctl(connection.fileno(), TIOCOUTQ, bytes(4)))[0]
    return 0
