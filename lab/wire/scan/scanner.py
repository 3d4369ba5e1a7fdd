"""One direction of a connection, read as it passes: the ground that the readers of HTTP, events and frames share."""

import time

from lab.wire.byte_kinds import OTHER, zeros
from lab.wire.capture.capture import KEPT, Exchange

NOTHING = zeros()
SMALL = 4_096  # bytes that are always read at once
TURN = 0.002  # seconds that reading more may take before others get their turn


class Scanner:
    """Gives every byte its kind and every exchange its bytes, however the stream is cut into pieces.

    `state(data, place)` reads on from `place` and returns how far it came; it is changed by what it reads. Bytes are
    counted as `other` when they pass, and get their kind once that is known.
    """

    def __init__(self, account, direction):
        self.account, self.wire, self.direction = account, account.wire, direction
        self.counts = account.wire.bytes[direction]
        self.at = self.transit_ms = 0.0
        self.data, self.start = b"", 0  # what is read now, and where in it the exchange under way begins
        self.kept, self.size = bytearray(), 0  # the exchange's bytes of before, the first ones, and how many there were
        self.backlog = b""  # what is left for the next turn
        self.tally = zeros()  # of the exchange under way, as far as kinds are known
        self.inside = None  # bytes left of the chunk in which the exchange under way began; None: no chunks
        self.state = self.foreign

    def feed(self, data, at, transit_ms):
        """Read a piece of the stream, or some of it: then the rest is `backlog`."""
        self.counts[OTHER] += len(data)
        self.at, self.transit_ms = at, transit_ms
        self.go_on(data)

    def go_on(self, data):
        """Read on as far as one turn goes."""
        self.data, self.start = data, 0
        length, place = len(data), 0
        if length <= SMALL:
            while place < length:
                place = self.state(data, place)
        else:
            self.turn_ends = time.perf_counter() + TURN
            place = self.state(data, 0)
            while place < length and time.perf_counter() < self.turn_ends:
                place = self.state(data, place)
        self.backlog = data[place:] if place < length else b""
        if self.start < place:
            self.keep(data[self.start : place])
        self.data, self.start = b"", 0

    def keep(self, piece):
        """Keep bytes of the exchange under way, as far as there is room and nothing before them was left out."""
        if len(self.kept) == self.size < KEPT:
            piece_kept = piece[: self.wire.capture.room(len(self.kept))]
            self.kept += piece_kept
            self.wire.capture.under_way += len(piece_kept)
        self.size += len(piece)

    def let_go(self):
        """Return the bytes that were kept, and keep them no longer."""
        kept, self.kept, self.size = bytes(self.kept), bytearray(), 0
        self.wire.capture.under_way -= len(kept)
        return kept

    def count(self, kind, size):
        """Give `size` bytes their kind."""
        self.counts[kind] += size
        self.counts[OTHER] -= size
        self.tally[kind] += size

    def recount(self, kind, other, size):
        """Give `size` bytes of one kind another."""
        self.counts[kind] -= size
        self.counts[other] += size

    def move(self, tally, kind, but=()):
        """Make all bytes of a `tally`, except kinds in `but`, of another kind."""
        for place, size in enumerate(tally):
            if size and place != kind and place not in but:
                self.recount(place, kind, size)
                tally[kind] += size
                tally[place] = 0

    def emit(self, kind, place, payload=0, answers=None):
        """Close the exchange under way at `place`; return it."""
        piece = self.data[self.start : place]
        size = len(piece)
        if self.size:
            size += self.size
            piece = self.let_go() + piece if len(self.kept) == self.size else self.let_go()
        account = self.account
        exchange = Exchange(
            self.wire.name,
            account.number,
            self.at,
            self.direction,
            kind,
            size,
            payload,
            answers,
            self.transit_ms,
            piece if size <= KEPT else piece[:KEPT],
            self.inside,
        )
        self.start = place
        self.tally = NOTHING.copy()
        return self.wire.capture.add(exchange)

    def foreign(self, data, place):
        """Pass what is not understood."""
        self.emit("other", len(data))
        return len(data)

    def give_up(self, data, place):
        """Understand nothing any more; return how far that goes."""
        self.state = self.foreign
        return self.foreign(data, place)

    def end(self):
        """Hear that nothing more comes."""
        if self.size:
            self.emit("other", 0)
