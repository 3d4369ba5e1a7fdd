"""What passed through one connection, byte for byte, each of a kind."""

import time
from collections import deque

from lab.wire.byte_kinds import DOWN, UP
from lab.wire.capture.capture import Exchange
from lab.wire.scan.requests import RequestScanner
from lab.wire.scan.responses import AnswerScanner


class Account:
    """Reads both directions of one connection as they pass."""

    def __init__(self, wire, number, browser, behind=None):
        """Account for connection `number` of `wire`; `browser`: its address, (host, port).

        `behind(direction)` is called if some is left for later, so that others get their turn, and has `read_on` called
        soon; without it everything is read at once.
        """
        self.wire, self.number, self.behind = wire, number, behind
        self.reset = False  # the connection ended by RST
        self.up, self.down = RequestScanner(self, UP), AnswerScanner(self, DOWN)
        self.scanners = {UP: self.up, DOWN: self.down}
        self.waiting = {UP: deque(), DOWN: deque()}  # (data, at, transit_ms) that came after the backlog
        self.ending = False
        self.tell("connect", UP, {"browser": browser[:2]})

    def feed(self, direction, data, transit_ms=0.0):
        """Read what passed in a direction, after so many ms in the link."""
        scanner = self.scanners[direction]
        if scanner.backlog:
            self.waiting[direction].append((data, time.time() * 1000, transit_ms))
            return
        scanner.feed(data, time.time() * 1000, transit_ms)
        if scanner.backlog:
            self.fall_behind(direction)

    def fall_behind(self, direction):
        """Read the rest later, or at once if nobody else waits."""
        if self.behind:
            self.behind(direction)
            return
        while self.read_on(direction):
            pass

    def read_on(self, direction):
        """Read more of what is left in the backlog; return whether there is still more."""
        scanner, waiting = self.scanners[direction], self.waiting[direction]
        if scanner.backlog:
            scanner.go_on(scanner.backlog)
        elif waiting:
            scanner.feed(*waiting.popleft())
        if scanner.backlog or waiting:
            return True
        if self.ending:
            self.end()
        return False

    def tell(self, kind, direction, note):
        """Note what has no bytes."""
        at = time.time() * 1000
        self.wire.capture.add(Exchange(self.wire.name, self.number, at, direction, kind, note=note))

    def end(self):
        """Hear that the connection is gone."""
        self.ending = True
        if any(self.scanners[direction].backlog or self.waiting[direction] for direction in (UP, DOWN)):
            return  # once all is read
        self.up.end()
        self.down.end()
        self.tell("disconnect", UP, {"reset": self.reset})
