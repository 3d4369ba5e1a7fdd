"""Recent exchanges, bounded by age, number and bytes."""

import re
import time
from collections import deque
from dataclasses import dataclass

from lab.wire.scan.frame_header import unmasked

EXCHANGES_MAX = 50_000
BYTES_MAX = 32 << 20  # bytes of all exchanges
AGE_MAX = 600.0  # seconds
EXCHANGE_MAX = 1 << 20  # bytes kept of one exchange, from its beginning
INCOMPLETE_MAX = 32 << 20  # bytes of all incomplete exchanges; beyond that, each keeps only INCOMPLETE_MIN bytes
INCOMPLETE_MIN = 65_536
# Openings are the first exchanges of a connection; they are kept longer, because Wireshark needs them.
OPENING_KINDS = frozenset({"connect", "handshake", "stream"})
OPENING_MAX = 4  # exchanges of one connection
OPENING_EXCHANGE_MAX = 16_384  # bytes; a longer exchange is no opening
OPENINGS_MAX = 1_000  # connections
OPENINGS_BYTES_MAX = 8 << 20  # bytes of all openings
ID = re.compile(rb'"id":\s*(\d{1,19})[,}]')
NONCE = re.compile(rb'"nonce":\s*"([^"\\]{1,64})"')
MESSAGES_MAX = 500  # ids or nonces listed for one exchange


@dataclass(slots=True)
class Exchange:
    """One request, response, event, frame or the like, in one direction.

    `kind`: "connect" | "request" | "answer" | "empty" | "stream" | "event" | "comment" | "handshake" | "frame" |
    "heartbeat" | "ping" | "pong" | "close" | "disconnect" | "other". Every byte of a direction belongs to exactly one
    exchange, in order.
    """

    wire: str
    connection: int
    at: float  # ms since the epoch, when the last byte passed the browser's end of the link
    direction: str
    kind: str
    size: int = 0  # bytes
    payload: int = 0  # bytes of messages
    answers: int | None = None  # id of the request to which this is the response
    transit_ms: float = 0.0  # time of the last byte in the link: measured for down, the link's delay for up
    data: bytes = b""  # the first EXCHANGE_MAX bytes
    chunk_left: int | None = None  # bytes left of the chunk in which it begins; None: not chunked
    id: int = 0
    event_id: int | None = None  # value of an event's field `id`
    note: dict | None = None  # more fields: the browser's address of a connect, how a disconnect came

    def as_dict(self) -> dict:
        """Return the fields that the control's events have."""
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

    def messages(self) -> list[int] | list[str]:
        """Return the ids of the messages in it; the nonces for a publish, whose messages have no ids yet."""
        if not self.payload:
            return []
        if self.direction == "up":
            data = unmasked(self.data) if self.kind == "frame" else self.data
            return [nonce.decode("latin-1") for nonce in NONCE.findall(data)[:MESSAGES_MAX]]
        # The lab's events have their id twice, as a field and in the JSON. A text cannot contain what looks like an id:
        # JSON escapes its quotation marks.
        field = [] if self.event_id is None else [self.event_id]
        return list(dict.fromkeys(field + [int(digits) for digits in ID.findall(self.data)]))[:MESSAGES_MAX]


class Capture:
    """Recent exchanges of all wires, with the ids 1, 2, 3 and so on."""

    def __init__(self):
        self.exchanges: deque[Exchange] = deque()
        self.openings: dict[tuple[str, int], list[Exchange]] = {}  # by wire and connection
        self.last_id = 0
        self.bytes = self.opening_bytes = self.incomplete_bytes = 0

    def add(self, exchange: Exchange) -> Exchange:
        """Add an exchange and give it its id; drop the oldest ones if there are too many."""
        self.last_id += 1
        exchange.id = self.last_id
        self.exchanges.append(exchange)
        self.bytes += len(exchange.data)
        if exchange.kind in OPENING_KINDS and len(exchange.data) <= OPENING_EXCHANGE_MAX:
            self.add_opening(exchange)
        while len(self.exchanges) > EXCHANGES_MAX or self.bytes > BYTES_MAX:
            self.drop_oldest()
        return exchange

    def add_opening(self, exchange: Exchange) -> None:
        """Add an exchange to its connection's opening; drop the oldest openings if there are too many."""
        opening = self.openings.setdefault((exchange.wire, exchange.connection), [])
        if len(opening) < OPENING_MAX:
            opening.append(exchange)
            self.opening_bytes += len(exchange.data)
        while len(self.openings) > OPENINGS_MAX or self.opening_bytes > OPENINGS_BYTES_MAX:
            oldest = self.openings.pop(next(iter(self.openings)))
            self.opening_bytes -= sum(len(dropped.data) for dropped in oldest)

    def room(self, kept: int) -> int:
        """Return how many more bytes an incomplete exchange may keep, if it keeps `kept` already."""
        return max(0, (EXCHANGE_MAX if self.incomplete_bytes < INCOMPLETE_MAX else INCOMPLETE_MIN) - kept)

    def drop_oldest(self) -> None:
        """Drop the oldest exchange."""
        self.bytes -= len(self.exchanges.popleft().data)

    def drop_expired(self) -> None:
        """Drop the exchanges that are too old."""
        oldest = (time.time() - AGE_MAX) * 1000
        while self.exchanges and self.exchanges[0].at < oldest:
            self.drop_oldest()

    def since(self, last_id: int) -> list[Exchange]:
        """Return the exchanges after the one with this id, as far as they are still here."""
        count = min(self.last_id - last_id, len(self.exchanges))
        return [self.exchanges[place] for place in range(-count, 0)]

    def find(self, exchange_id: int) -> Exchange | None:
        """Return the exchange with this id; None if it was dropped or never existed."""
        if self.exchanges and self.exchanges[0].id <= exchange_id <= self.last_id:
            return self.exchanges[exchange_id - self.exchanges[0].id]
        openings = (exchange for opening in self.openings.values() for exchange in opening)
        return next((exchange for exchange in openings if exchange.id == exchange_id), None)

    def exchanges_of(self, wire: str | None = None) -> list[Exchange]:
        """Return the exchanges of one wire (None: of all) in order, with the openings of their connections."""
        recent = [exchange for exchange in self.exchanges if wire in (None, exchange.wire)]
        first_id = recent[0].id if recent else 0
        connections = {(exchange.wire, exchange.connection) for exchange in recent}
        openings = [
            exchange
            for key, opening in self.openings.items()
            if key in connections
            for exchange in opening
            if exchange.id < first_id
        ]
        return openings + recent
