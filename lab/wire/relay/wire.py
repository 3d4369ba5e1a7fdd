"""A wire: one listening port whose connections are carried to one server."""

import asyncio
import itertools
import random

from lab.net import system
from lab.wire.byte_kinds import DOWN, UP, named, zeros
from lab.wire.relay import link, packet_counts
from lab.wire.relay.connection import Connection
from lab.wire.relay.faults import Faults

CONNECTIONS_MAX = 20_000  # of one wire; past it new ones are refused
IN_LINKS = 256 << 20  # bytes in the links of all wires; past it each connection may have CROWDED inside
CROWDED = 4_096


class Wire:
    """Carries connections from `host`:`port` to the server `target` and to nothing else."""

    def __init__(self, name, host, port, target, capture, lanes=None, seed=None):
        """Name the wire.

        `target`: (host, port); `capture`: where exchanges are kept; `lanes`: shared by all wires of a run, for the
        profiles whose rate is shared; `seed`: makes the faults by chance the same again.
        """
        self.name, self.host, self.port, self.target, self.capture = name, host, port, target, capture
        self.chance = random.Random(f"{seed} {name}")
        self.shared_lanes = lanes if lanes is not None else {}
        self.link = link.PROFILES["local"]
        self.connections = set()
        self.bytes = {UP: zeros(), DOWN: zeros()}
        self.packets = packet_counts.Packets()  # of the connections that are gone
        self.requests = self.empty_responses = self.messages = 0
        self.numbers = itertools.count(1)
        self.frozen = self.refusing = False
        self.trickle = 0  # bytes per second that each browser reads, 0: as they come
        self.direct = True
        self.faults = Faults(self)

    async def open(self):
        """Listen; raise OSError where the port is taken."""
        self.loop = asyncio.get_running_loop()
        self.lanes = {UP: link.Lane(self.loop), DOWN: link.Lane(self.loop)}
        listening = system.listen(self.host, self.port, prepare=packet_counts.ethernet)
        try:
            self.server = await self.loop.create_server(
                lambda: Connection(self).browser, sock=listening, backlog=system.BACKLOG
            )
        except BaseException:
            listening.close()
            raise
        self.port = listening.getsockname()[1]
        return self

    async def close(self):
        """Stop listening and drop every connection."""
        self.faults.clear()
        self.server.close()
        for connection in list(self.connections):
            connection.cut(reset=True)
        for _ in range(100):  # connections end within a turn or two of the loop
            if not self.connections:
                break
            await asyncio.sleep(0.01)

    def is_open(self):
        """Tell whether a new connection may come in."""
        return not self.refusing and len(self.connections) < CONNECTIONS_MAX

    def set_link(self, fields):
        """Change the link while it runs; raise link.NoLink for one that cannot be."""
        self.link = link.changed(self.link, fields)
        self.relink()

    def lane(self, direction):
        """Return the Lane in which a connection's bytes of a direction wait."""
        if self.trickle and direction == DOWN:
            return link.Lane(self.loop, self.trickle, turn=0.1, least=1)
        if self.link.shared:
            key = self.link.profile, direction
            return self.shared_lanes.setdefault(key, link.Lane(self.loop, self.link.rate(direction)))
        return self.lanes[direction]

    def window(self, direction):
        """Return how many bytes of one connection may be inside; few of each if all the links hold much together."""
        if self.capture.in_links > IN_LINKS:
            return CROWDED
        return 4_096 if self.trickle and direction == DOWN else self.link.window(direction)

    def relink(self):
        """Let the link, the freeze and the trickle be felt by what is on its way."""
        it = self.link
        self.direct = not (it.delay_ms or it.jitter_ms or it.connect_ms or it.rate_up or it.rate_down)
        self.direct = self.direct and not (self.frozen or self.trickle)
        for direction, lane in self.lanes.items():
            lane.change(0 if it.shared else it.rate(direction))
        for connection in list(self.connections):
            connection.relink()

    def traffic(self):
        """Return the Packets of all connections so far."""
        return sum((connection.packets() for connection in self.connections), self.packets)

    def state(self):
        """Return what the control tells of this wire."""
        packets = self.traffic()
        return {
            "name": self.name,
            "port": self.port,
            "link": self.link.as_dict(),
            "fault": self.faults.state(),
            "connections": len(self.connections),
            "bytes": {direction: named(counts) for direction, counts in self.bytes.items()},
            "packets": {UP: packets.up, DOWN: packets.down},
            "ip_bytes": {UP: packets.ip_up, DOWN: packets.ip_down},
            "requests": self.requests,
            "empty_responses": self.empty_responses,
            "messages": self.messages,
        }
