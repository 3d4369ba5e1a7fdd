"""Requests as they pass."""

from collections import deque
from dataclasses import dataclass

from lab.wire.byte_kinds import HEADERS, OTHER, PAYLOAD, UP
from lab.wire.scan import heads
from lab.wire.scan.frames import FrameScanner
from lab.wire.scan.http import HTTPScanner

PIPELINED_MAX = 100  # requests without an answer on one connection
EARLY_MAX = 65_536  # bytes that may follow an upgrade before its answer


@dataclass(slots=True)
class Asked:
    """A request that waits for its answer."""

    head: heads.Head
    tally: list
    number: int | None = None  # the id of its exchange, once it is whole; the exchange itself may be a megabyte


class RequestScanner(HTTPScanner, FrameScanner):
    """Reads what the browser asks; frames, once the connection was upgraded."""

    may_begin = staticmethod(heads.may_be_request)

    def __init__(self, account, direction):
        super().__init__(account, direction)
        self.asked = deque()

    def headed(self, head, data, place):
        """Note the request and what is to come of it."""
        read = heads.request(head)
        if read is None or len(self.asked) >= PIPELINED_MAX:
            return self.give_up(data, place)
        self.count(HEADERS, len(head))
        self.wire.requests += 1
        self.asked.append(Asked(read, self.tally))
        return self.body(read.body, place)

    def finish(self, place):
        """Emit the request."""
        asked = self.asked[-1] if self.asked else None
        opening = asked and (asked.head.is_websocket or asked.head.method == "CONNECT")
        payload = self.tally[PAYLOAD]
        self.inside = None
        exchange = self.emit("handshake" if opening else "request", place, payload)
        if asked:  # else it was answered before it was whole
            asked.number = exchange.id
        # What follows is read once it is known whether the server changes the protocol.
        self.state = self.waiting if opening or (asked and asked.head.is_upgrade) else self.head

    def waiting(self, data, place):
        """Pass what comes before it is known whether the connection is upgraded."""
        return self.give_up(data, place) if self.size + len(data) - place > EARLY_MAX else len(data)

    def decided(self, state):
        """Go on in `state`, HTTP or frames, now that the answer is known, with what came early."""
        if self.state != self.waiting:
            return
        self.state = state
        if len(self.kept) < self.size:  # there was no room for all of it
            self.give_up(b"", 0)
        elif self.size:
            early = self.let_go()
            self.counts[OTHER] -= len(early)
            self.feed(early, self.at, self.transit_ms)
            if self.backlog:
                self.account.fall_behind(UP)
