"""A wire: one listening port, whose connections are carried to one server."""

import asyncio
import itertools
import random
import socket

from lab.net import system
from lab.wire.byte_kinds import DOWN, UP, by_name, zeros
from lab.wire.capture.capture import Capture
from lab.wire.changes import Changes
from lab.wire.relay import link, packet_counts
from lab.wire.relay.connection import Connection
from lab.wire.relay.faults import Faults
from lab.wire.relay.rate_limiter import RateLimiter
from lab.wire.relay.shared import Shared

CONNECTIONS_MAX = 20_000  # of one wire
PIPED_MAX = 256 << 20  # bytes in the pipes of all wires; beyond that each connection gets SMALL_WINDOW
SMALL_WINDOW = 4_096  # bytes
ACCEPTS_AT_ONCE = 16  # asyncio accepts this many in a row, and logs each that fails


class Wire:
    """Carries connections from `host`:`port` to the server `target`."""

    loop: asyncio.AbstractEventLoop
    server: asyncio.Server
    limiters: dict[str, RateLimiter]  # by direction

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        target: tuple[str, int],
        capture: Capture,
        shared: Shared | None = None,
        seed: str | None = None,
    ):
        """Prepare a wire.

        `port`: 0 for any; `target`: (host, port) of the server; `capture`: stores the exchanges; `shared`: the same for
        all wires of a process; `seed`: makes random faults repeatable.
        """
        self.name, self.host, self.port, self.target, self.capture = name, host, port, target, capture
        self.shared = shared or Shared()
        self.rng = random.Random(f"{seed} {name}")
        self.link = link.PROFILES["local"]
        self.connections: set[Connection] = set()
        self.connection_numbers = itertools.count(1)
        self.bytes = {UP: zeros(), DOWN: zeros()}
        self.closed_packets = packet_counts.Packets()  # of connections that have ended
        self.requests = self.empty_responses = self.messages = 0
        self.frozen = self.refusing = False
        self.trickle = 0  # bytes per second that each browser reads; 0: no limit
        self.direct = True  # bytes pass at once
        self.changes = Changes()  # of the link and the fault
        self.faults = Faults(self)

    async def open(self) -> "Wire":
        """Listen; raise OSError if the port is in use."""
        self.loop = asyncio.get_running_loop()
        self.limiters = {UP: RateLimiter(self.loop), DOWN: RateLimiter(self.loop)}
        listening = system.listen(self.host, self.port, prepare=packet_counts.use_ethernet_segments)
        try:
            self.server = await self.loop.create_server(
                lambda: Connection(self).browser, sock=listening, backlog=ACCEPTS_AT_ONCE
            )
            listening.listen(system.BACKLOG)  # create_server has set it to ACCEPTS_AT_ONCE
        except BaseException:
            listening.close()
            raise
        self.port = listening.getsockname()[1]
        return self

    async def close(self) -> None:
        """Stop listening and reset every connection."""
        self.faults.stop()
        self.server.close()
        for connection in list(self.connections):
            connection.cut(reset=True)
        for _ in range(100):  # connections end within a few turns of the loop
            if not self.connections:
                break
            await asyncio.sleep(0.01)

    def may_accept(self, sock: socket.socket) -> bool:
        """Return whether there is space for a new connection, and for one to the server."""
        if self.refusing or len(self.connections) >= CONNECTIONS_MAX:
            return False
        return self.shared.has_files_for(sock, more=self.shared.connecting + 1)

    def add(self, connection: Connection) -> None:
        """Count a connection as open."""
        self.connections.add(connection)

    def remove(self, connection: Connection) -> None:
        """Count a connection as ended."""
        self.connections.discard(connection)
        self.closed_packets += connection.final_packets

    def set_link(self, fields: dict, by: str | None = None) -> None:
        """Change the link, also for open connections; `by`: who does. Raises link.InvalidLink."""
        before, self.link = self.link, link.changed(self.link, fields)
        if self.link != before:
            self.changes.add("link", by, link=self.link.as_dict())
        self.update()

    def limiter(self, direction: str) -> RateLimiter:
        """Return the rate limiter for a connection's bytes in a direction."""
        if self.trickle and direction == DOWN:
            return RateLimiter(self.loop, self.trickle, quantum=0.1, least=1)
        if self.link.shared:
            return self.shared.limiter(self.link, direction)
        return self.limiters[direction]

    def window(self, direction: str) -> int:
        """Return how many bytes of one connection the pipe of a direction may hold."""
        if self.shared.piped_bytes > PIPED_MAX:
            return SMALL_WINDOW
        return SMALL_WINDOW if self.trickle and direction == DOWN else self.link.window(direction)

    def update(self) -> None:
        """Apply a change of the link or the fault to all connections."""
        self.direct = self.link.is_direct and not (self.frozen or self.trickle)
        for direction, limiter in self.limiters.items():
            limiter.set_rate(0 if self.link.shared else self.link.rate(direction))
        for connection in list(self.connections):
            connection.update()

    def packets(self) -> packet_counts.Packets:
        """Return the Packets of all connections so far."""
        return sum((connection.packets() for connection in self.connections), self.closed_packets)

    def state(self) -> dict:
        """Return the fields that the control shows."""
        packets = self.packets()
        return {
            "name": self.name,
            "port": self.port,
            "link": self.link.as_dict(),
            "fault": self.faults.state(),
            "changes": self.changes.state(),
            "connections": len(self.connections),
            "bytes": {direction: by_name(counts) for direction, counts in self.bytes.items()},
            "packets": {UP: packets.up, DOWN: packets.down},
            "ip_bytes": {UP: packets.ip_up, DOWN: packets.ip_down},
            "requests": self.requests,
            "empty_responses": self.empty_responses,
            "messages": self.messages,
        }
