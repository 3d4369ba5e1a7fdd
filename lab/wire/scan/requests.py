"""Scanner for what the browser sends."""

from collections import deque
from dataclasses import dataclass

from lab.wire.byte_kinds import HEADERS, OTHER, PAYLOAD, UP
from lab.wire.scan.frames import FrameScanner
from lab.wire.scan.headers import ParsedHeaders, may_be_request, parse_request
from lab.wire.scan.http import HTTPScanner

PIPELINED_MAX = 100  # requests without a response on one connection
EARLY_MAX = 65_536  # bytes that may follow a request for an upgrade before its response


@dataclass(slots=True)
class PendingRequest:
    """A request without a response yet."""

    headers: ParsedHeaders
    counts: list[int]  # of its exchange, by kind
    exchange_id: int | None = None  # set when the request is complete; the exchange itself may hold a megabyte


class RequestScanner(HTTPScanner, FrameScanner):
    """Scans requests, and after an upgrade WebSocket frames."""

    def __init__(self, connection, direction):
        super().__init__(connection, direction)
        self.pending: deque[PendingRequest] = deque()

    def may_begin(self, prefix):
        """Return whether a request may begin with these bytes."""
        return may_be_request(prefix)

    def on_headers(self, headers, data, place):
        """Add the request to the pending ones and begin its body."""
        parsed = parse_request(headers)
        if parsed is None or len(self.pending) >= PIPELINED_MAX:
            return self.give_up(data, place)
        self.count(HEADERS, len(headers))
        self.wire.requests += 1
        self.pending.append(PendingRequest(parsed, self.exchange_counts))
        return self.begin_body(parsed.body_length, place)

    def on_body_end(self, place):
        """Emit the request."""
        request = self.pending[-1] if self.pending else None
        is_handshake = request and (request.headers.is_websocket or request.headers.method == "CONNECT")
        payload = self.exchange_counts[PAYLOAD]
        self.chunk_left = None
        exchange = self.emit("handshake" if is_handshake else "request", place, payload)
        if request:  # otherwise the response came before the end of the request
            request.exchange_id = exchange.id
        # How to scan what follows depends on whether the server agrees to the upgrade.
        may_upgrade = is_handshake or (request and request.headers.is_upgrade)
        self.state = self.hold_early_bytes if may_upgrade else self.scan_headers

    def hold_early_bytes(self, data, place):
        """Hold bytes until it is known whether the connection is upgraded."""
        return self.give_up(data, place) if self.earlier_size + len(data) - place > EARLY_MAX else len(data)

    def continue_in(self, state):
        """Go on in `state`, HTTP or frames, now that the response is known; scan the bytes that came early."""
        if self.state != self.hold_early_bytes:
            return
        self.state = state
        if len(self.earlier) < self.earlier_size:  # not all of them could be kept
            self.give_up(b"", 0)
        elif self.earlier_size:
            early = self.take_earlier()
            self.counts[OTHER] -= len(early)
            self.feed(early, self.at, self.transit_ms)
            if self.backlog:
                self.connection.defer(UP)
