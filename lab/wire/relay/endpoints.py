"""The two endpoints of a connection through a wire, as asyncio protocols."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Any

from lab.net.half_closed import watch_for_reset
from lab.wire.byte_kinds import UP
from lab.wire.relay.pipe import END, RESET, Pipe

NO_LINGER = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close sends RST


class Endpoint(asyncio.Protocol):
    """One endpoint of a connection: what it reads goes into one pipe, what it writes comes from the other."""

    transport: Any = None
    reads_into: Pipe
    writes_from: Pipe
    read_ended = False  # the peer has sent FIN
    closed = False
    peer_gone = False  # the peer sent FIN, and then RST when it was sent more

    def __init__(self, connection):
        self.connection = connection

    def connection_made(self, transport):
        """Attach the transport to the pipes."""
        self.transport = self.reads_into.source = self.writes_from.sink = transport
        transport.set_write_buffer_limits(high=65_536)
        self.connection.on_connected(self)

    def data_received(self, data):
        """Put what was read into the pipe."""
        self.reads_into.push(data)

    def eof_received(self):
        """Put the end into the pipe; keep the other direction open, unless the pipe is closed already."""
        is_first, self.read_ended = not self.read_ended, True  # loops report it again when reading is resumed
        if self.reads_into.closed:
            return False
        if is_first:
            self.reads_into.push(END)
            watch_for_reset(self.connection.wire.loop, self.transport, self.on_reset_after_end)
        return True

    def on_reset_after_end(self):
        """Close: the peer is gone."""
        self.peer_gone = True
        self.transport.abort()

    def pause_writing(self):
        """Let the pipe wait for a slow reader."""
        self.writes_from.writing_paused = True

    def resume_writing(self):
        """Let the pipe deliver again."""
        self.writes_from.writing_paused = False
        self.writes_from.deliver()

    def connection_lost(self, exc):
        """Put a reset into the pipe, unless the peer ended the connection by FIN."""
        self.closed = True
        self.writes_from.close()
        if exc is not None or not self.read_ended:
            self.reads_into.push(RESET)
        self.connection.on_closed(self)

    def end(self, how):
        """End what this endpoint writes: by FIN; or by RST, which closes the connection."""
        if self.transport is None or self.closed:
            return
        if how == RESET:
            reset(self.transport)
        elif self.transport.can_write_eof() and not self.transport.is_closing():
            with suppress(RuntimeError):  # uvloop has closed it after an error, and not yet called connection_lost
                self.transport.write_eof()


class BrowserEndpoint(Endpoint):
    """The endpoint on the browser's side, where bytes up are scanned as they enter the link."""

    def data_received(self, data):
        """Put what was read into the pipe, then scan it."""
        self.reads_into.push(data)
        connection = self.connection
        connection.scan.feed(UP, data, connection.wire.link.delay_ms)


def reset(transport):
    """Close a connection by RST."""
    sock = transport.get_extra_info("socket")
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    except (OSError, ValueError):  # closed already; uvloop raises ValueError
        pass
    transport.abort()
