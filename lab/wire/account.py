"""What passed through one connection, byte for byte, each of a kind."""

import time

from lab.wire.answers_scan import AnswerScanner
from lab.wire.capture import Exchange
from lab.wire.kinds import DOWN, UP
from lab.wire.requests_scan import RequestScanner


class Account:
    """Reads both directions of one connection as they pass."""

    def __init__(self, wire, number, browser):
        """Account for connection `number` of `wire`; `browser`: its address, (host, port)."""
        self.wire, self.number = wire, number
        self.reset = False  # the connection ended by RST
        self.up, self.down = RequestScanner(self, UP), AnswerScanner(self, DOWN)
        self.scanners = {UP: self.up, DOWN: self.down}
        self.tell("connect", UP, {"browser": browser[:2]})

    def feed(self, direction, data, transit_ms=0.0):
        """Read what passed in a direction, after so many ms in the link."""
        self.scanners[direction].feed(data, time.time() * 1000, transit_ms)

    def tell(self, kind, direction, note):
        """Note what has no bytes."""
        at = time.time() * 1000
        self.wire.capture.add(Exchange(self.wire.name, self.number, at, direction, kind, note=note))

    def end(self):
        """Hear that the connection is gone."""
        self.up.end()
        self.down.end()
        self.tell("disconnect", UP, {"reset": self.reset})
