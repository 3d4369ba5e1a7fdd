"""Simulated links: delay, jitter, rate and connection set-up; profiles of real networks."""

import math
from dataclasses import asdict, dataclass, replace

DELAY_MAX = 60_000  # ms
RATE_MAX = 1_000_000_000  # bytes per second
IN_FLIGHT_MAX = 8 << 20  # bytes of one connection; bounds rate x delay
UNLIMITED_WINDOW = 4 << 20  # bytes of one connection if there is a delay and no rate
BUFFER = 64 << 10  # bytes of one connection that wait to enter the link
BOUNDS = {
    "delay_ms": DELAY_MAX,
    "jitter_ms": DELAY_MAX,
    "rate_up": RATE_MAX,
    "rate_down": RATE_MAX,
    "connect_ms": 2 * DELAY_MAX,
}


class InvalidLink(ValueError):
    """A link cannot have these values; the text is one sentence that says why."""


@dataclass(frozen=True)
class Link:
    """Network between a browser and the server.

    `delay_ms`: one way; `jitter_ms`: maximum of an additional, uniformly distributed delay; `rate_up`, `rate_down`:
    bytes per second for all connections of the wire together, 0: no limit; `connect_ms`: the round trip of a new
    connection's handshake, before its first byte leaves; `shared`: all wires with this profile share the rates.
    """

    profile: str | None = None
    delay_ms: float = 0
    jitter_ms: float = 0
    rate_up: float = 0
    rate_down: float = 0
    connect_ms: float = 0
    shared: bool = False

    def __post_init__(self):
        """Raise InvalidLink if a value is out of bounds."""
        for name, maximum in BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= maximum:
                raise InvalidLink(f"{name}: a number from 0 to {maximum:,}.")
        for rate in (self.rate_up, self.rate_down):
            if 0 < rate < 1:
                raise InvalidLink("rate: at least 1 byte per second, or 0 for no limit.")
            if rate * (self.delay_ms + self.jitter_ms) / 1000 > IN_FLIGHT_MAX:
                raise InvalidLink(f"rate times delay: at most {IN_FLIGHT_MAX:,} bytes in flight.")

    @property
    def is_direct(self) -> bool:
        """Whether bytes pass at once."""
        return not (self.delay_ms or self.jitter_ms or self.connect_ms or self.rate_up or self.rate_down)

    def rate(self, direction: str) -> float:
        """Return the rate of a direction in bytes per second."""
        return self.rate_up if direction == "up" else self.rate_down

    def window(self, direction: str) -> int:
        """Return how many bytes of one connection may be in the link before its source is paused.

        Rate x delay fills the link, so a delay costs no throughput.
        """
        if not self.rate(direction):
            return UNLIMITED_WINDOW if self.delay_ms or self.jitter_ms else BUFFER
        return BUFFER + math.ceil(self.rate(direction) * (self.delay_ms + self.jitter_ms) / 1000)

    def as_dict(self) -> dict:
        """Return the fields that the control shows."""
        fields = asdict(self)
        del fields["shared"]
        return fields


MBIT = 125_000  # bytes per second
PROFILES = {
    str(link.profile): link
    for link in (
        Link("local"),
        # Round trip of a Wi-Fi hop with its problems fixed, median 10 ms: Pei et al., "WiFi can be the weakest link of
        # round trip network latency in the wild", INFOCOM 2016. Rate: half of the 65 Mbit/s of one 802.11n stream on
        # 20 MHz (IEEE 802.11-2012, MCS 7, long guard interval); the other half is assumed to go to medium access.
        Link("Wi-Fi", 5, 5, 32 * MBIT, 32 * MBIT, 10),
        # WebPageTest, connectivity.ini.sample: 4G has 9 Mbit/s both ways and a round trip of 170 ms.
        Link("4G", 85, 20, 9 * MBIT, 9 * MBIT, 170),
        # WebPageTest, connectivity.ini.sample: 3G has 1.6 Mbit/s down, 768 kbit/s up and a round trip of 300 ms.
        Link("3G", 150, 50, 0.768 * MBIT, 1.6 * MBIT, 300),
        # RFC 2488 §2: 279.0 ms by a geostationary satellite at the edge of its view, so a round trip of 558 ms. Rate:
        # the 25/3 Mbit/s that FCC 15-10 calls broadband and that satellite plans advertise.
        Link("satellite", 279, 10, 3 * MBIT, 25 * MBIT, 558),
        # FCC 14-99 (E-rate), ¶34: 100 Mbit/s for 1,000 students, so 3 Mbit/s that a class of 30 shares. Delay: on a
        # campus, more than half of the packets had a round trip of over 20 ms on the Wi-Fi hop, and a tenth of over
        # 100 ms (Pei et al., INFOCOM 2016, as above).
        Link("the classroom", 10, 40, 3 * MBIT, 3 * MBIT, 20, shared=True),
    )
}


def changed(link: Link, fields: dict) -> Link:
    """Return `link` with new `fields`: the name of a profile, or values for single fields; raise InvalidLink.

    A new `delay_ms` without `connect_ms` sets `connect_ms` to twice the delay, a round trip.
    """
    if not fields or not set(fields) <= {"profile", *BOUNDS}:
        raise InvalidLink(f"link: profile, or any of {', '.join(BOUNDS)}.")
    if fields.get("profile") is not None:
        if len(fields) > 1:
            raise InvalidLink("link: a profile or figures, not both.")
        if not isinstance(fields["profile"], str) or fields["profile"] not in PROFILES:
            raise InvalidLink(f"profile: one of {', '.join(PROFILES)}.")
        return PROFILES[fields["profile"]]
    values = {name: value for name, value in fields.items() if name != "profile"}
    if "delay_ms" in values and "connect_ms" not in values and isinstance(values["delay_ms"], int | float):
        values["connect_ms"] = 2 * values["delay_ms"]
    return replace(link, profile=None, shared=False, **values)
