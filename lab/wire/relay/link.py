"""What a network does to bytes: delay, jitter, rate, the handshake of a new connection; and well-known networks."""

import math
import time
from collections import deque
from dataclasses import asdict, dataclass, replace

SEGMENT = 1448  # bytes taken from one connection in its turn, at least: a segment on Ethernet
TURN = 0.02  # seconds of the rate that one turn may take
DELAY_MAX = 60_000  # ms
RATE_MAX = 1_000_000_000  # bytes per second
IN_FLIGHT_MAX = 8 << 20  # bytes that one connection may have on its way; bounds rate x delay
UNLIMITED_WINDOW = 4 << 20  # bytes on their way where there is a delay and no rate
BUFFER = 64 << 10  # bytes that wait before the link


class NoLink(ValueError):
    """A link that cannot be; the text is one sentence that says why."""


@dataclass(frozen=True)
class Link:
    """A network between one browser and the server.

    `delay_ms`: one way; `jitter_ms`: up to so much more, even by chance; `rate_up`, `rate_down`: bytes per second
    for all connections of the wire together, 0: no limit; `connect_ms`: the round trip that a new connection's
    handshake takes before its first byte leaves. `shared`: the rates are for all wires with this profile together.
    """

    profile: str | None = None
    delay_ms: float = 0
    jitter_ms: float = 0
    rate_up: float = 0
    rate_down: float = 0
    connect_ms: float = 0
    shared: bool = False

    def __post_init__(self):
        """Raise NoLink where a figure cannot be."""
        for name, most in BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
                raise NoLink(f"{name}: a number from 0 to {most:,}.")
        for rate in (self.rate_up, self.rate_down):
            if 0 < rate < 1:
                raise NoLink("rate: at least 1 byte per second, or 0 for no limit.")
            if rate * (self.delay_ms + self.jitter_ms) / 1000 > IN_FLIGHT_MAX:
                raise NoLink(f"rate times delay: at most {IN_FLIGHT_MAX:,} bytes in flight.")

    def rate(self, direction):
        """Return the rate of a direction, bytes per second."""
        return self.rate_up if direction == "up" else self.rate_down

    def window(self, direction):
        """Return how many bytes of one connection may wait and fly before its source is stopped.

        Rate x delay fills the link, so a delay costs no throughput.
        """
        if not self.rate(direction):
            return UNLIMITED_WINDOW if self.delay_ms or self.jitter_ms else BUFFER
        return BUFFER + math.ceil(self.rate(direction) * (self.delay_ms + self.jitter_ms) / 1000)

    def as_dict(self):
        """Return the fields as they travel."""
        fields = asdict(self)
        del fields["shared"]
        return fields


BOUNDS = {
    "delay_ms": DELAY_MAX,
    "jitter_ms": DELAY_MAX,
    "rate_up": RATE_MAX,
    "rate_down": RATE_MAX,
    "connect_ms": 2 * DELAY_MAX,
}
MBIT = 125_000  # bytes per second
PROFILES = {
    link.profile: link
    for link in (
        Link("local"),
        # Round trip of a Wi-Fi hop that was put in order, median 10 ms: Pei et al., "WiFi can be the weakest link of
        # round trip network latency in the wild", INFOCOM 2016. Rate: half of the 65 Mbit/s of one 802.11n stream on
        # 20 MHz (IEEE 802.11-2012, MCS 7, long guard interval); the other half is set down to medium access.
        Link("Wi-Fi", 5, 5, 32 * MBIT, 32 * MBIT, 10),
        # WebPageTest, connectivity.ini.sample: 4G is 9 Mbit/s both ways and 170 ms of round trip.
        Link("4G", 85, 20, 9 * MBIT, 9 * MBIT, 170),
        # WebPageTest, connectivity.ini.sample: 3G is 1.6 Mbit/s down, 768 kbit/s up and 300 ms of round trip.
        Link("3G", 150, 50, 0.768 * MBIT, 1.6 * MBIT, 300),
        # RFC 2488 §2: 279.0 ms by a geostationary satellite at the edge of its view, so a round trip of 558 ms. Rate:
        # the 25/3 Mbit/s that FCC 15-10 calls broadband and satellite plans are sold by.
        Link("satellite", 279, 10, 3 * MBIT, 25 * MBIT, 558),
        # FCC 14-99 (E-rate), ¶34: 100 Mbit/s for 1,000 students, so 3 Mbit/s for a class of 30, shared by everybody
        # in it. Delay: on a campus more than half of the packets took over 20 ms of round trip on the Wi-Fi hop, and a
        # tenth over 100 ms (Pei et al., INFOCOM 2016, as above).
        Link("the classroom", 10, 40, 3 * MBIT, 3 * MBIT, 20, shared=True),
    )
}


def changed(link, fields):
    """Return `link` with `fields` changed: a profile's name, or figures of its own; raise NoLink for others.

    A new delay without a `connect_ms` takes twice the delay for it, a round trip.
    """
    if not fields or not set(fields) <= {"profile", *BOUNDS}:
        raise NoLink(f"link: profile, or any of {', '.join(BOUNDS)}.")
    if fields.get("profile") is not None:
        if len(fields) > 1:
            raise NoLink("link: a profile or figures, not both.")
        if not isinstance(fields["profile"], str) or fields["profile"] not in PROFILES:
            raise NoLink(f"profile: one of {', '.join(PROFILES)}.")
        return PROFILES[fields["profile"]]
    figures = {name: value for name, value in fields.items() if name != "profile"}
    if "delay_ms" in figures and "connect_ms" not in figures and isinstance(figures["delay_ms"], (int, float)):
        figures["connect_ms"] = 2 * figures["delay_ms"]
    return replace(link, profile=None, shared=False, **figures)


class Lane:
    """The place where bytes wait for the rate: one after the other, the connections taking turns."""

    def __init__(self, loop, rate=0, turn=TURN, least=SEGMENT):
        self.loop, self.turn, self.least = loop, turn, least
        self.rate = rate
        self.free_at = 0.0  # the monotonic clock when the last byte taken has left
        self.rotation = deque()
        self.timer = None

    def join(self, pipe):
        """Give `pipe`, which has bytes waiting, its turn in the rotation."""
        if pipe in self.rotation:
            return
        if not self.rotation:
            self.free_at = max(self.free_at, time.monotonic())
        self.rotation.append(pipe)
        if self.timer is None:
            self.serve()

    def serve(self):
        """Take what may leave by now, a turn from each pipe."""
        self.timer = None
        while self.rotation:
            wait = self.free_at - time.monotonic()
            if wait > 0:
                self.timer = self.loop.call_later(wait, self.serve)
                return
            pipe = self.rotation.popleft()
            if pipe.lane is not self or not self.rate or not pipe.waiting:
                continue
            # From the instant at which the last one left, not from now: a late timer costs no rate.
            size = pipe.depart(max(self.least, int(self.rate * self.turn)), self.free_at, self.rate)
            self.free_at += size / self.rate
            if pipe.waiting:
                self.rotation.append(pipe)

    def change(self, rate):
        """Set the rate, from the next turn on."""
        if rate == self.rate:
            return
        self.rate = rate
        if self.timer:
            self.timer.cancel()
        self.free_at = min(self.free_at, time.monotonic() + (self.least / rate if rate else 0))
        self.serve()

    def leave(self, pipe):
        """Drop `pipe` from the rotation."""
        if pipe in self.rotation:
            self.rotation.remove(pipe)
