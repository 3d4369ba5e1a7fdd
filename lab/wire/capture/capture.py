"""The exchanges of the last minutes, bounded by time, count and bytes."""

import re
import time
from collections import deque
from dataclasses import dataclass

from lab.wire.scan.frame_header import unmasked

COUNT = 50_000  # exchanges
BYTES = 32 << 20  # bytes of them all
AGE = 600.0  # seconds
KEPT = 1 << 20  # bytes kept of one exchange; of a longer one the beginning
UNDER_WAY = 32 << 20  # bytes of all exchanges that are not yet whole; past it only the first SURE bytes of each
SURE = 65_536
OPENINGS = 1_000  # connections whose first exchanges are kept longer than the others
OPENING_BYTES = 16_384  # an opening exchange longer than that is as any other
OPENINGS_OF_ONE = 4  # exchanges of one connection that count as its first
OPENINGS_BYTES = 8 << 20  # bytes of them all
OPENING_KINDS = frozenset({"connect", "handshake", "stream"})
ID = re.compile(rb'"id":\s*(\d{1,19})[,}]')
NONCE = re.compile(rb'"nonce":\s*"([^"\\]{1,64})"')
MESSAGES = 500  # ids or nonces told of one exchange


@dataclass(slots=True)
class Exchange:
    """What passed as one thing: a request, an answer, an event, a frame.

    Of the kinds "connect" | "request" | "answer" | "empty" | "stream" | "event" | "comment" | "handshake" | "frame" |
    "heartbeat" | "ping" | "pong" | "close" | "disconnect" | "other". All bytes of a connection's direction belong to
    one exchange each, in order.
    """

    wire: str
    connection: int
    at: float  # ms since the epoch, when its last byte passed the browser's end of the link
    direction: str
    kind: str
    size: int = 0  # bytes
    payload: int = 0  # bytes of messages in it
    answers: int | None = None  # id of the request
    transit_ms: float = 0.0  # of its last byte in the link: measured for down, the link's delay for up
    data: bytes = b""  # its bytes, the first KEPT
    inside: int | None = None  # bytes left of the chunk in which it begins; None where nothing is chunked
    id: int = 0
    event_id: int | None = None  # the field `id` of an event
    note: dict | None = None  # what else is known: a connect's peer, how a disconnect came

    def as_dict(self):
        """Return the fields as they travel in the events."""
        return {
            "id": self.id,
            "wire": self.wire,
            "connection": self.connection,
            "at": self.at,
            "transit_ms": round(self.transit_ms, 3),
            "direction": self.direction,
            "kind": self.kind,
            "size": self.size,
            "payload": self.payload,
            "messages": self.messages(),
            "answers": self.answers,
        } | (self.note or {})

    def messages(self):
        """Return the ids of the messages in it, or, of a publish, their nonces."""
        if not self.payload:
            return []
        text = self.data
        if self.direction == "up":
            text = unmasked(text) if self.kind == "frame" else text
            return [nonce.decode("latin-1") for nonce in NONCE.findall(text)[:MESSAGES]]
        # An event names its id twice, as a field and in its JSON; a text cannot hold an unescaped quotation mark.
        field = [] if self.event_id is None else [self.event_id]
        return list(dict.fromkeys(field + [int(digits) for digits in ID.findall(text)]))[:MESSAGES]


class Capture:
    """Keeps exchanges; ids count 1, 2, 3 … over all wires."""

    def __init__(self, count=COUNT, most=BYTES, age=AGE):
        self.count, self.most, self.age = count, most, age
        self.exchanges = deque()
        self.openings = {}  # (wire, connection): [Exchange]
        self.bytes = self.last = 0
        self.opening_bytes = self.under_way = 0
        self.in_links = 0  # bytes that all wires' links hold

    def add(self, exchange):
        """Take in an exchange and give it its id; drop what is too old or too much."""
        self.last += 1
        exchange.id = self.last
        self.exchanges.append(exchange)
        self.bytes += len(exchange.data)
        if exchange.kind in OPENING_KINDS and len(exchange.data) <= OPENING_BYTES:
            self.add_opening(exchange)
        while len(self.exchanges) > self.count or self.bytes > self.most:
            self.drop()
        return exchange

    def add_opening(self, exchange):
        """Keep one of a connection's first exchanges; forget those of the connection that came first of all."""
        opening = self.openings.setdefault((exchange.wire, exchange.connection), [])
        if len(opening) < OPENINGS_OF_ONE:
            opening.append(exchange)
            self.opening_bytes += len(exchange.data)
        while len(self.openings) > OPENINGS or self.opening_bytes > OPENINGS_BYTES:
            forgotten = self.openings.pop(next(iter(self.openings)))
            self.opening_bytes -= sum(len(each.data) for each in forgotten)

    def room(self, kept):
        """Return how many bytes more may be kept of an exchange under way, of which so many are."""
        return max(0, (KEPT if self.under_way < UNDER_WAY else SURE) - kept)

    def drop(self):
        """Forget the oldest exchange."""
        self.bytes -= len(self.exchanges.popleft().data)

    def age_out(self):
        """Forget what is too old."""
        oldest = (time.time() - self.age) * 1000
        while self.exchanges and self.exchanges[0].at < oldest:
            self.drop()

    def since(self, last):
        """Return the exchanges after the id `last` that are still here."""
        new = min(self.last - last, len(self.exchanges))
        return [self.exchanges[place] for place in range(-new, 0)]

    def find(self, number):
        """Return the exchange with that id, or None where it is gone or never was."""
        if self.exchanges and self.exchanges[0].id <= number <= self.last:
            return self.exchanges[number - self.exchanges[0].id]
        openings = (exchange for opening in self.openings.values() for exchange in opening)
        return next((exchange for exchange in openings if exchange.id == number), None)

    def of(self, wire=None):
        """Return the exchanges of one wire (None: of all) in order, with the openings of their connections."""
        kept = [exchange for exchange in self.exchanges if wire in (None, exchange.wire)]
        first = kept[0].id if kept else 0
        live = {(exchange.wire, exchange.connection) for exchange in kept}
        openings = [
            exchange
            for key, opening in self.openings.items()
            if key in live
            for exchange in opening
            if exchange.id < first
        ]
        return openings + kept
