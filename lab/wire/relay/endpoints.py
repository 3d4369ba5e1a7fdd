"""The two ends of a connection through a wire, as asyncio's protocols."""

import asyncio
import socket
import struct
from contextlib import suppress

from lab.net.half_closed import watch_for_reset
from lab.wire.byte_kinds import UP
from lab.wire.relay.pipe import END, RESET

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST


class End(asyncio.Protocol):
    """One end of a connection; `out` carries away what it reads, `into` brings what it writes."""

    transport = out = into = None
    at_end = lost = forsaken = False  # it said its last; it is closed; it reads no more either

    def __init__(self, connection):
        self.connection = connection

    def connection_made(self, transport):
        """Join the pipes to the transport."""
        self.transport = self.out.source = self.into.sink = transport
        transport.set_write_buffer_limits(high=65_536)
        self.connection.joined(self)

    def data_received(self, data):
        """Carry what was read."""
        self.out.push(data)

    def eof_received(self):
        """Carry the end; the other direction stays open, unless there is nobody to carry it to."""
        self.at_end = True
        if self.out.closed:
            return False
        self.out.push(END)
        watch_for_reset(self.connection.wire.loop, self.transport, self.forsake)
        return True

    def forsake(self):
        """Close: the other side said its last, and now a reset answers what it was sent."""
        self.forsaken = True
        self.transport.abort()

    def pause_writing(self):
        """Let the pipe wait for a slow reader."""
        self.into.stalled = True

    def resume_writing(self):
        """Go on."""
        self.into.stalled = False
        self.into.pump()

    def connection_lost(self, exc):
        """Tell the other end, by the way of the pipe."""
        self.lost = True
        self.into.close()
        if exc is not None or not self.at_end:
            self.out.push(RESET)
        self.connection.left(self)

    def finish(self, how):
        """End what this end writes: by FIN, or all of it by RST."""
        if self.transport is None or self.lost:
            return
        if how == RESET:
            reset(self.transport)
        elif self.transport.can_write_eof() and not self.transport.is_closing():
            with suppress(RuntimeError):  # uvloop closed it after an error that it has not told yet
                self.transport.write_eof()


class BrowserEnd(End):
    """The end towards the browser; its bytes up are read as they enter the link."""

    def data_received(self, data):
        """Carry what was read, then read it."""
        self.out.push(data)
        connection = self.connection
        connection.account.feed(UP, data, connection.wire.link.delay_ms)


def reset(transport):
    """Close a connection by RST."""
    connection = transport.get_extra_info("socket")
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    except (OSError, ValueError):  # closed meanwhile; uvloop says so by the second
        pass
    transport.abort()
