"""One connection through a wire: the browser's, the server's, and a pipe each way."""

import asyncio
import socket
import time

from lab.wire.byte_kinds import DOWN, UP
from lab.wire.relay import packet_counts
from lab.wire.relay.dial import dial
from lab.wire.relay.endpoints import BrowserEnd, End, reset
from lab.wire.relay.pipe import END, RESET, Pipe
from lab.wire.scan.connection_scan import Account

CONNECT_TIMEOUT = 10  # seconds for the server to accept
LINGER = 1.0  # seconds that an end which was told the end may take to close
READ_AHEAD = 1 << 17  # bytes that the kernel may hold of the server's, lest it hide a slow reader by megabytes


class Connection:
    """A browser's connection and the one to the server that stands for it."""

    def __init__(self, wire):
        self.wire, self.number = wire, next(wire.numbers)
        open_at = time.monotonic() + wire.link.connect_ms / 1000 if wire.link.connect_ms else 0.0
        self.browser, self.server = BrowserEnd(self), End(self)
        self.up = Pipe(wire, UP, wire.lane(UP), no_matter, self.server_told, open_at)
        self.down = Pipe(wire, DOWN, wire.lane(DOWN), self.carried_down, self.browser_told, open_at)
        self.browser.out = self.server.into = self.up
        self.server.out = self.browser.into = self.down
        self.account = self.connecting = self.socket = None
        self.told = set()  # ends that were told the end of what comes
        self.last = packet_counts.Packets()
        self.over = False

    def joined(self, end):
        """Connect to the server as soon as the browser has come."""
        if end is self.server:
            if self.over:
                end.transport.abort()
            else:
                end.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_AHEAD)
                if self.wire.frozen:
                    self.down.pause()
                self.up.pump()
            return
        self.socket = end.transport.get_extra_info("socket")
        if not self.wire.is_open():
            self.over = True
            reset(end.transport)
            return
        self.wire.connections.add(self)
        self.account = Account(self.wire, self.number, end.transport.get_extra_info("peername"), self.fall_behind)
        if self.wire.frozen:
            self.up.pause()
        self.connecting = self.wire.loop.create_task(self.connect())

    async def connect(self):
        """Open the connection to the server; where it refuses, the browser is told by a reset."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await dial(lambda: self.server, *self.wire.target)
        except (OSError, TimeoutError):
            self.server.lost = True
            self.up.close()
            self.down.push(RESET)
            self.down.pump()

    def carried_down(self, data, seconds):
        """Read what leaves the link for the browser."""
        self.account.feed(DOWN, data, seconds * 1000)

    def fall_behind(self, direction):
        """Take nothing more in a direction until the account has read what came: a burst must not stop the loop."""
        pipe = self.up if direction == UP else self.down
        pipe.behind = True
        pipe.pause()
        self.wire.loop.call_soon(self.catch_up, pipe)

    def catch_up(self, pipe):
        """Let the account read on for one turn."""
        if self.account.read_on(pipe.direction):
            self.wire.loop.call_soon(self.catch_up, pipe)
        else:
            pipe.behind = False
            pipe.resume()

    def server_told(self, how):
        """Pass the browser's end on to the server."""
        self.tell(self.server, how)

    def browser_told(self, how):
        """Pass the server's end on to the browser."""
        self.tell(self.browser, how)

    def tell(self, end, how):
        """Finish one end; close where nothing more can come of the other."""
        end.finish(how)
        self.told.add(end)
        if how == RESET:
            self.cut(reset=True)
        elif len(self.told) == 2 or self.browser.lost or self.server.lost:
            self.cut()

    def left(self, end):
        """Note a closed end; forget the connection when both are gone."""
        if self.account is None:  # refused
            return
        if end is self.browser:
            self.last, self.socket = packet_counts.read(self.socket, end.at_end), None
        if self.server.transport is None and self.browser.lost:
            self.connecting.cancel()
            self.server.lost = True
        if self.browser.lost and self.server.lost:
            self.gone()
        elif self.told and not self.over:
            self.cut()
            if end.forsaken:  # nobody reads what may still come
                (self.server if end is self.browser else self.browser).finish(RESET)

    def gone(self):
        """Settle the counts."""
        if self in self.wire.connections:
            self.wire.connections.discard(self)
            self.wire.packets += self.last
            self.over = True
            self.up.close()
            self.down.close()
            self.account.end()

    def cut(self, reset=False):
        """Close both ends, by RST or by FIN, and drop what is on its way."""
        self.over = True
        self.account.reset = self.account.reset or reset
        self.connecting.cancel()
        for pipe in (self.up, self.down):
            pipe.close()
        for end in (self.browser, self.server):
            if end.transport is None:
                end.lost = True
            end.finish(RESET if reset else END)
            if not (reset or end.lost):
                self.see_off(end)
        if self.browser.lost and self.server.lost:
            self.gone()

    def see_off(self, end):
        """Close an end that was told the end: at once where it has ended too, else in a moment.

        Closing with bytes unread would send RST, so they are read and dropped.
        """
        if end.at_end:
            end.transport.close()
            return
        if end.out.paused and not end.transport.is_closing():
            end.out.paused = False
            end.transport.resume_reading()
        self.wire.loop.call_later(LINGER, end.transport.close)

    def relink(self):
        """Let a change of the link be felt."""
        for pipe in (self.up, self.down):
            pipe.relink(self.wire.lane(pipe.direction))

    def packets(self):
        """Return the Packets of the browser's side so far."""
        return packet_counts.read(self.socket, self.browser.at_end) if self.socket else self.last


def no_matter(data, seconds):
    """Hear that bytes went up: they were read when they came."""
