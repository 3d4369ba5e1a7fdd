"""What each technique should cost: latency, requests and bytes, from a few parameters.

Poisson arrivals, kept-alive connections; no loss, no TLS, no compression, and messages that fit in one segment.
Times are seconds, sizes bytes, rates per second and client. The formulas are derived in each class's docstrings and
held against a simulation in tests/test_model.py. A technique that is not in MODELS has no prediction.
"""

from dataclasses import dataclass, replace
from math import exp, expm1

PACKET = 52  # bytes of headers on every segment: IPv4 20, TCP 20, timestamps 12
SETUP = 172  # bytes at IP level to open a TCP connection: SYN 60, SYN-ACK 60, ACK 52
DELAYED_ACK = 0.04  # seconds that Linux holds back an acknowledgement which could ride on data
MASK = 4  # bytes that a client's frame is longer than the server's, RFC 6455 §5.3
COMMENT = 15, 15.0  # an event stream's `: alive` in its chunk, bytes; after so many seconds of silence
PING = 2 + 4 + 2 + 4 + MASK, 20.0  # a WebSocket's ping and its pong, bytes; every so many seconds


@dataclass(frozen=True)
class Parameters:
    """A workload as one client sees it."""

    rate: float = 1.0  # λ, messages a second
    delay: float = 0.0  # d, seconds one way
    interval: float = 1.0  # T, seconds between polls
    pause: bool = False  # T is a pause after each answer, not a fixed rate
    hold: float = 25.0  # τ, seconds
    turnaround: float = 0.0  # seconds from an answer to the client's next request
    headers: float = 400  # H, bytes of a request's and its answer's heads together
    message: float = 100  # m, bytes of one message as JSON
    empty: float = 2  # e, bytes of an answer's body without a message
    digits: int = 3  # digits of a message's id
    fan_out: float = 0.0  # N·c, seconds from the first to the last delivery of one message

    @property
    def round_trip(self):
        """R, seconds."""
        return 2 * self.delay

    @property
    def period(self):
        """P, seconds from one poll to the next."""
        return self.interval + (self.round_trip if self.pause else 0)

    @property
    def gap(self):
        """g, seconds in which no long poll waits at the server."""
        return self.round_trip + self.turnaround


class Polling:
    """A message waits for the next poll: uniformly between 0 and P."""

    push = False

    @staticmethod
    def quantile(p, fraction):
        """Return d + fraction·P."""
        return p.delay + fraction * p.period

    @staticmethod
    def mean(p):
        """Return d + P/2."""
        return p.delay + p.period / 2

    @staticmethod
    def requests(p):
        """Return 1/P."""
        return 1 / p.period

    @staticmethod
    def empty_share(p):
        """Return e^(−λP), the chance that nothing arrives between two polls."""
        return exp(-p.rate * p.period)

    @staticmethod
    def payload(p):
        """Return (H+e)/P + λ(m+1); the 1 is the comma between two messages."""
        return (p.headers + p.empty) / p.period + p.rate * (p.message + 1)

    @staticmethod
    def packets(p):
        """Return 3 a poll: request, answer, acknowledgement."""
        return 3 / p.period


class LongPolling:
    """A message finds a request waiting, with chance p₀, or falls into the gap g and waits for the gap's end."""

    push = False

    @staticmethod
    def quiet(p):
        """Return q = e^(−λg), the chance that nothing arrives in a gap."""
        return exp(-p.rate * p.gap)

    @classmethod
    def direct(cls, p):
        """Return p₀ = D/(D+λg), D = q(1−e^(−λτ)): the share of messages that find a request waiting."""
        at_once = cls.quiet(p) * -expm1(-p.rate * p.hold)
        return at_once / (at_once + p.rate * p.gap)

    @classmethod
    def quantile(cls, p, fraction):
        """Return d up to the fraction p₀, then d + g·(fraction−p₀)/(1−p₀)."""
        direct = cls.direct(p)
        return p.delay + (p.gap * (fraction - direct) / (1 - direct) if fraction > direct else 0)

    @classmethod
    def mean(cls, p):
        """Return d + (1−p₀)·g/2."""
        return p.delay + (1 - cls.direct(p)) * p.gap / 2

    @classmethod
    def requests(cls, p):
        """Return r = 1/(g + q(1−e^(−λτ))/λ)."""
        return 1 / (p.gap + cls.quiet(p) * -expm1(-p.rate * p.hold) / p.rate)

    @classmethod
    def empty_share(cls, p):
        """Return q·e^(−λτ): nothing in the gap, nothing while held."""
        return cls.quiet(p) * exp(-p.rate * p.hold)

    @classmethod
    def payload(cls, p):
        """Return (H+e)·r + λ(m+1)."""
        return (p.headers + p.empty) * cls.requests(p) + p.rate * (p.message + 1)

    @classmethod
    def packets(cls, p):
        """Return (2+k)·r, k = q·e^(−0.04λ): a request parked longer than that is acknowledged on its own."""
        return (2 + cls.quiet(p) * exp(-DELAYED_ACK * p.rate)) * cls.requests(p)


class Push:
    """A message is written as it comes."""

    push = True

    @staticmethod
    def quantile(p, fraction):
        """Return d, whatever the fraction."""
        return p.delay

    @staticmethod
    def mean(p):
        """Return d."""
        return p.delay

    @staticmethod
    def requests(p):
        """Return 0."""
        return 0.0

    @staticmethod
    def empty_share(p):
        """Return 0."""
        return 0.0

    @classmethod
    def payload(cls, p):
        """Return λ(m+F) + h."""
        size, seconds = cls.idle
        return p.rate * (p.message + cls.framing(p)) + size * cls.idles(p, seconds)

    @classmethod
    def packets(cls, p):
        """Return 2 a message, the message and its acknowledgement, and those of what keeps the connection alive."""
        return 2 * p.rate + cls.idle_packets * cls.idles(p, cls.idle[1])


class EventStream(Push):
    """Server-Sent Events: a message is two fields in a chunk."""

    idle, idle_packets = COMMENT, 2

    @staticmethod
    def framing(p):
        """Return F: `id: N` and `data: ` with their line ends, 13 + digits; the chunk's, 4 + its length in hex."""
        fields = 8 + 5 + p.digits
        return fields + 4 + len(f"{int(p.message) + fields:x}")

    @staticmethod
    def idles(p, seconds):
        """Return how many silences of that length end in a second: a comment is written in silence only."""
        return p.rate / expm1(p.rate * seconds) if p.rate * seconds < 700 else 0.0


class WebSocket(Push):
    """WebSocket: a message is one frame."""

    idle, idle_packets = PING, 3

    @staticmethod
    def framing(p):
        """Return F, RFC 6455 §5.2: 2, 4 or 10 bytes."""
        return 2 if p.message <= 125 else 4 if p.message <= 65_535 else 10

    @staticmethod
    def idles(p, seconds):
        """Return 1/seconds: a ping comes whether there is traffic or not."""
        return 1 / seconds


MODELS = {"polling": Polling, "longpoll": LongPolling, "sse": EventStream, "websocket": WebSocket}


def mean(technique, p):
    """Return the mean latency in seconds; None for a technique without a model."""
    model = MODELS.get(technique)
    return model and model.mean(p) + p.fan_out / 2


def quantile(technique, p, fraction):
    """Return the latency in seconds that this fraction of deliveries does not pass; None without a model.

    The place in the fan-out is added at the same fraction: exact for push, and at both ends and on the mean.
    """
    model = MODELS.get(technique)
    return model and model.quantile(p, fraction) + fraction * p.fan_out


def maximum(technique, p):
    """Return the longest latency in seconds (long polling: three transits, RFC 6202 §2.2); None without a model."""
    return quantile(technique, p, 1.0)


def requests(technique, p):
    """Return the requests a second and client, without those that open; None without a model."""
    model = MODELS.get(technique)
    return model and model.requests(p)


def empty_share(technique, p):
    """Return the share of answers that bring no message; None without a model."""
    model = MODELS.get(technique)
    return model and model.empty_share(p)


def payload(technique, p):
    """Return the TCP payload of one client in bytes a second, up and down together; None without a model."""
    model = MODELS.get(technique)
    return model and model.payload(p)


def ip(technique, p):
    """Return the bytes a second and client with every segment's headers, up and down; None without a model."""
    model = MODELS.get(technique)
    return model and model.payload(p) + PACKET * model.packets(p)


def crossing(technique, other, p, level=payload, others=None, low=1e-3, high=1e5):
    """Return the rate λ, messages a second, above which `technique` costs less than `other`; None where never.

    `level` is `payload` or `ip`, `others` the Parameters of the other technique where its sizes differ; the search
    goes from `low` to `high` by bisection.
    """

    def saves(rate):
        return level(technique, replace(p, rate=rate)) < level(other, replace(others or p, rate=rate))

    if technique not in MODELS or other not in MODELS or saves(low) or not saves(high):
        return None
    while high / low > 1 + 1e-9:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if saves(middle) else (middle, high)
    return high
