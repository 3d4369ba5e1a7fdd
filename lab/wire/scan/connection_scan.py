"""Scan of one connection: both directions, byte for byte."""

import time
from collections import deque

from lab.wire.byte_kinds import DOWN, UP
from lab.wire.capture.capture import Exchange
from lab.wire.scan.requests import RequestScanner
from lab.wire.scan.responses import ResponseScanner


class ConnectionScan:
    """Scans both directions of a connection as their bytes pass."""

    def __init__(self, wire, number, browser, on_backlog=None):
        """Scan connection `number` of `wire`; `browser`: its address, (host, port).

        `on_backlog(direction)` is called when bytes are left for later, so that other connections get their turn; it
        must arrange for calls of `scan_backlog`. Without it everything is scanned at once.
        """
        self.wire, self.number, self.on_backlog = wire, number, on_backlog
        self.reset = False  # the connection ended by RST
        self.request_scanner, self.response_scanner = RequestScanner(self, UP), ResponseScanner(self, DOWN)
        self.scanners = {UP: self.request_scanner, DOWN: self.response_scanner}
        # (data, at, transit_ms) of the pieces that came after the one in the backlog.
        self.waiting: dict[str, deque[tuple[bytes, float, float]]] = {UP: deque(), DOWN: deque()}
        self.has_ended = False
        self.add_event("connect", {"browser": browser[:2]})

    def feed(self, direction, data, transit_ms=0.0):
        """Scan bytes that passed in a direction after `transit_ms` in the link."""
        scanner = self.scanners[direction]
        if scanner.backlog:
            self.waiting[direction].append((data, time.time() * 1000, transit_ms))
            return
        scanner.feed(data, time.time() * 1000, transit_ms)
        if scanner.backlog:
            self.defer(direction)

    def defer(self, direction):
        """Leave the backlog of a direction for later, or scan it now if there is no callback."""
        if self.on_backlog:
            self.on_backlog(direction)
            return
        while self.scan_backlog(direction):
            pass

    def scan_backlog(self, direction):
        """Scan one more time slice of a direction's backlog; return whether more is left."""
        scanner, waiting = self.scanners[direction], self.waiting[direction]
        if scanner.backlog:
            scanner.scan(scanner.backlog)
        elif waiting:
            scanner.feed(*waiting.popleft())
        if scanner.backlog or waiting:
            return True
        if self.has_ended:
            self.end()
        return False

    def add_event(self, kind, note):
        """Add an exchange without bytes to the capture."""
        at = time.time() * 1000
        self.wire.capture.add(Exchange(self.wire.name, self.number, at, UP, kind, note=note))

    def end(self):
        """Emit what is left when the connection has ended, or when the backlog is scanned."""
        self.has_ended = True
        if any(self.scanners[direction].backlog or self.waiting[direction] for direction in (UP, DOWN)):
            return
        self.request_scanner.end()
        self.response_scanner.end()
        self.add_event("disconnect", {"reset": self.reset})
