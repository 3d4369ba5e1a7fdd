"""Scanner for one direction of a connection: the base of the scanners for HTTP, event streams and WebSocket frames."""

import time
from collections.abc import Callable

from lab.wire.byte_kinds import OTHER, zeros
from lab.wire.capture.capture import EXCHANGE_MAX, Exchange

NO_BYTES = zeros()
SMALL = 4_096  # bytes; pieces up to this size are scanned without a look at the clock
TIME_SLICE = 0.002  # seconds that one call may scan a larger piece, so that other connections get their turn


class Scanner:
    """Counts every byte by kind and emits exchanges, wherever the stream is cut into pieces.

    `state(data, place)` scans from `place` and returns where it stopped; what it finds may change `state`. Bytes count
    as `other` when they pass, and move to their kind when that is known.
    """

    state: Callable[[bytes, int], int]

    def __init__(self, connection, direction: str):
        self.connection, self.wire, self.direction = connection, connection.wire, direction
        self.counts = self.wire.bytes[direction]
        self.at = self.transit_ms = 0.0
        self.data, self.start = b"", 0  # the piece being scanned, and where in it the current exchange begins
        self.earlier = bytearray()  # the current exchange's bytes from earlier pieces, or the first of them
        self.earlier_size = 0
        self.backlog = b""  # the rest of a piece, left for the next time slice
        self.exchange_counts = zeros()  # bytes of the current exchange whose kind is known
        self.chunk_left: int | None = None  # bytes left of the chunk in which the exchange begins; None: no chunks
        self.turn_ends = 0.0
        self.state = self.scan_unknown

    def feed(self, data, at, transit_ms):
        """Scan a piece of the stream, or a part of it; the rest is then in `backlog`."""
        self.counts[OTHER] += len(data)
        self.at, self.transit_ms = at, transit_ms
        self.scan(data)

    def scan(self, data):
        """Scan as much as fits into one time slice."""
        self.data, self.start = data, 0
        length, place = len(data), 0
        if length <= SMALL:
            while place < length:
                place = self.state(data, place)
        else:
            self.turn_ends = time.perf_counter() + TIME_SLICE
            place = self.state(data, 0)
            while place < length and time.perf_counter() < self.turn_ends:
                place = self.state(data, place)
        self.backlog = data[place:] if place < length else b""
        if self.start < place:
            self.keep(data[self.start : place])
        self.data, self.start = b"", 0

    def keep(self, piece):
        """Keep a piece of the current exchange, as far as there is room and everything before it was kept."""
        if len(self.earlier) == self.earlier_size < EXCHANGE_MAX:
            kept = piece[: self.wire.capture.room(len(self.earlier))]
            self.earlier += kept
            self.wire.capture.incomplete_bytes += len(kept)
        self.earlier_size += len(piece)

    def take_earlier(self):
        """Return the bytes kept from earlier pieces, and forget them."""
        kept, self.earlier, self.earlier_size = bytes(self.earlier), bytearray(), 0
        self.wire.capture.incomplete_bytes -= len(kept)
        return kept

    def count(self, kind, size):
        """Move `size` bytes from `other` to their kind."""
        self.counts[kind] += size
        self.counts[OTHER] -= size
        self.exchange_counts[kind] += size

    def recount(self, old, new, size):
        """Move `size` bytes from one kind to another."""
        self.counts[old] -= size
        self.counts[new] += size

    def recount_exchange(self, exchange_counts, new, exclude=()):
        """Move all bytes of an exchange to another kind, except those of the kinds in `exclude`."""
        for kind, size in enumerate(exchange_counts):
            if size and kind != new and kind not in exclude:
                self.recount(kind, new, size)
                exchange_counts[new] += size
                exchange_counts[kind] = 0

    def emit(self, kind, place, payload=0, answers=None):
        """End the current exchange at `place`, add it to the capture, and return it."""
        piece = self.data[self.start : place]
        size = len(piece)
        if self.earlier_size:
            size += self.earlier_size
            piece = self.take_earlier() + piece if len(self.earlier) == self.earlier_size else self.take_earlier()
        exchange = Exchange(
            self.wire.name,
            self.connection.number,
            self.at,
            self.direction,
            kind,
            size,
            payload,
            answers,
            self.transit_ms,
            piece if size <= EXCHANGE_MAX else piece[:EXCHANGE_MAX],
            self.chunk_left,
        )
        self.start = place
        self.exchange_counts = NO_BYTES.copy()
        return self.wire.capture.add(exchange)

    def scan_unknown(self, data, place):
        """Pass over bytes of an unknown protocol."""
        self.emit("other", len(data))
        return len(data)

    def give_up(self, data, place):
        """Treat this and all that follows as an unknown protocol; return where scanning stopped."""
        self.state = self.scan_unknown
        return self.scan_unknown(data, place)

    def end(self):
        """Emit what is left when the connection has ended."""
        if self.earlier_size:
            self.emit("other", 0)
