"""One connection through a wire: an endpoint to the browser, one to the server, and a pipe in each direction."""

import asyncio
import socket
import time
from typing import Any

from lab.wire.byte_kinds import DOWN, UP
from lab.wire.relay import packet_counts
from lab.wire.relay.dial import dial
from lab.wire.relay.endpoints import BrowserEndpoint, Endpoint, reset
from lab.wire.relay.pipe import END, RESET, Pipe
from lab.wire.scan.connection_scan import ConnectionScan

CONNECT_TIMEOUT = 10  # seconds for the server to accept
LINGER = 1.0  # seconds for a peer to close after it was sent FIN
# Receive buffer of the server's socket: the kernel's default would hide a slow reader behind megabytes.
RECEIVE_BUFFER = 1 << 17  # bytes


class Connection:
    """A browser's connection, and the connection to the server that belongs to it."""

    scan: ConnectionScan
    connecting: asyncio.Task

    def __init__(self, wire):
        self.wire, self.number = wire, next(wire.connection_numbers)
        open_at = time.monotonic() + wire.link.connect_ms / 1000 if wire.link.connect_ms else 0.0
        self.browser, self.server = BrowserEndpoint(self), Endpoint(self)
        self.up = Pipe(wire, UP, wire.limiter(UP), ignore, self.end_server, open_at)
        self.down = Pipe(wire, DOWN, wire.limiter(DOWN), self.scan_down, self.end_browser, open_at)
        self.browser.reads_into = self.server.writes_from = self.up
        self.server.reads_into = self.browser.writes_from = self.down
        self.socket: Any = None  # the browser's
        self.ended: set[Endpoint] = set()  # those whose peer was sent the end
        self.final_packets = packet_counts.Packets()  # when the browser's socket is closed
        self.accepted = self.closing = False

    def on_connected(self, endpoint):
        """Connect to the server when the browser has connected; deliver what is waiting when the server has."""
        if endpoint is self.browser:
            self.accept(endpoint.transport)
            return
        sock = endpoint.transport.get_extra_info("socket")
        if self.closing or not self.wire.shared.has_files_for(sock):
            endpoint.transport.abort()
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            if self.wire.frozen:
                self.down.pause()
            self.up.deliver()

    def accept(self, transport):
        """Accept the browser's connection, or reset it if the wire takes no more."""
        self.socket = transport.get_extra_info("socket")
        if not self.wire.may_accept(self.socket):
            self.closing = True
            reset(transport)
            return
        self.accepted = True
        self.wire.add(self)
        self.scan = ConnectionScan(self.wire, self.number, transport.get_extra_info("peername"), self.defer_scan)
        if self.wire.frozen:
            self.up.pause()
        self.connecting = self.wire.loop.create_task(self.connect())
        self.connecting.add_done_callback(self.on_connecting_done)
        self.wire.shared.connecting += 1

    async def connect(self):
        """Connect to the server; reset the browser's connection if the server refuses."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await dial(lambda: self.server, *self.wire.target)
        except (OSError, TimeoutError):
            self.server.closed = True
            self.up.close()
            self.down.push(RESET)
            self.down.deliver()

    def on_connecting_done(self, _task):
        """Count one connection less that is connecting."""
        self.wire.shared.connecting -= 1

    def scan_down(self, data, seconds):
        """Scan bytes that leave the link for the browser."""
        self.scan.feed(DOWN, data, seconds * 1000)

    def defer_scan(self, direction):
        """Read no more in a direction until its backlog is scanned, so that a burst does not block the loop."""
        pipe = self.up if direction == UP else self.down
        pipe.scan_behind = True
        pipe.pause()
        self.wire.loop.call_soon(self.scan_backlog, pipe)

    def scan_backlog(self, pipe):
        """Scan the backlog of a pipe for one time slice."""
        if self.scan.scan_backlog(pipe.direction):
            self.wire.loop.call_soon(self.scan_backlog, pipe)
        else:
            pipe.scan_behind = False
            pipe.resume()

    def end_server(self, how):
        """Pass the browser's end on to the server."""
        self.end(self.server, how)

    def end_browser(self, how):
        """Pass the server's end on to the browser."""
        self.end(self.browser, how)

    def end(self, endpoint, how):
        """End what one endpoint writes; close both if nothing more can come from the other."""
        endpoint.end(how)
        self.ended.add(endpoint)
        if how == RESET:
            self.cut(reset=True)
        elif len(self.ended) == 2 or self.browser.closed or self.server.closed:
            self.cut()

    def on_closed(self, endpoint):
        """Close the other endpoint after this one, and finish when both are closed."""
        if not self.accepted:
            return
        if endpoint is self.browser:
            self.final_packets, self.socket = packet_counts.read(self.socket, endpoint.read_ended), None
        if self.server.transport is None and self.browser.closed:
            self.connecting.cancel()
            self.server.closed = True
        if self.browser.closed and self.server.closed:
            self.finish()
        elif self.ended and not self.closing:
            self.cut()
            if endpoint.peer_gone:  # nobody reads what may still come
                (self.server if endpoint is self.browser else self.browser).end(RESET)

    def finish(self):
        """Remove the connection from the wire and settle its counts."""
        if self in self.wire.connections:
            self.wire.remove(self)
            self.closing = True
            self.up.close()
            self.down.close()
            self.scan.end()

    def cut(self, reset=False):
        """Close both endpoints, by RST or by FIN, and drop what is in the pipes."""
        self.closing = True
        self.scan.reset = self.scan.reset or reset
        self.connecting.cancel()
        for pipe in (self.up, self.down):
            pipe.close()
        for endpoint in (self.browser, self.server):
            if endpoint.transport is None:
                endpoint.closed = True
            endpoint.end(RESET if reset else END)
            if not (reset or endpoint.closed):
                self.close_gracefully(endpoint)
        if self.browser.closed and self.server.closed:
            self.finish()

    def close_gracefully(self, endpoint):
        """Close an endpoint whose peer was sent FIN: at once if the peer has sent FIN too, otherwise after LINGER.

        A close with unread bytes would send RST, so they are read and dropped meanwhile.
        """
        if endpoint.read_ended:
            endpoint.transport.close()
            return
        if endpoint.reads_into.reading_paused and not endpoint.transport.is_closing():
            endpoint.reads_into.reading_paused = False
            endpoint.transport.resume_reading()
        self.wire.loop.call_later(LINGER, endpoint.transport.close)

    def update(self):
        """Apply a change of the link."""
        for pipe in (self.up, self.down):
            pipe.update(self.wire.limiter(pipe.direction))

    def packets(self):
        """Return the Packets of the browser's connection so far."""
        return packet_counts.read(self.socket, self.browser.read_ended) if self.socket else self.final_packets


def ignore(data, seconds):
    """Do nothing with bytes that were delivered up: they were scanned when they came."""
