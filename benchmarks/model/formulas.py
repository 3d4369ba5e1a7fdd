"""The model's formulas, a class for each technique; each takes Parameters, in seconds and bytes."""

from math import exp, expm1
from typing import NamedTuple

DELAYED_ACK = 0.04  # seconds that Linux holds back an acknowledgement which could ride on data
MASK = 4  # bytes that a client's frame is longer than the server's, RFC 6455 §5.3


class KeepAlive(NamedTuple):
    """What passes on a connection on which nothing is said."""

    down: int  # bytes of TCP payload
    up: int
    packets_down: int
    packets_up: int
    seconds: float  # between two of them
    in_silence: bool = True  # the seconds are of silence, else it comes whether there is traffic or not

    def rate(self, p):
        """Return how many come in a second: 1/s, or λ/(e^(λs)−1), as often as a silence of that length ends."""
        if not self.in_silence or not p.rate:
            return 1 / self.seconds
        return p.rate / expm1(p.rate * self.seconds) if p.rate * self.seconds < 700 else 0.0


HEARTBEAT_EVENT = KeepAlive(33, 0, 1, 1, 15.0)  # `event: heartbeat` and `data: {}` in a chunk; its acknowledgement
HEARTBEAT_FRAME = KeepAlive(23, 0, 1, 1, 15.0)
# And its pong. Linux acknowledges at once what follows a pause, so that the pong has a segment of its own.
PING = KeepAlive(2 + 4, 2 + 4 + MASK, 2, 2, 20.0, in_silence=False)


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

    @staticmethod
    def up(p):
        """Return the bytes of requests, and the segments up: 2 a poll, the request and the acknowledgement."""
        return p.request / p.period, 2 / p.period


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

    @classmethod
    def up(cls, p):
        """Return the bytes of requests, and the segments up: a request acknowledges the answer before it."""
        return p.request * cls.requests(p), cls.requests(p)


class RegularLongPolling(LongPolling):
    """Messages evenly apart, 1/λ: each finds a request waiting, or none does, where the gap g is the longer."""

    @staticmethod
    def quiet(p):
        """Return whether the next request is there before the next message: 1 or 0."""
        return float(p.gap * p.rate < 1)

    @classmethod
    def direct(cls, p):
        """Return 1 or 0: requests that come later than messages drift past them, to every phase."""
        return cls.quiet(p)

    @staticmethod
    def requests(p):
        """Return λ, or 1/g where that is less: then every answer has something to bring at once."""
        return 1 / max(p.gap, 1 / p.rate)

    @staticmethod
    def empty_share(p):
        """Return 0."""
        return 0.0

    @classmethod
    def packets(cls, p):
        """Return (2+k)·r, k whether a request is parked for longer than 0.04 s, until the next message."""
        return (2 + (1 / p.rate - p.gap > DELAYED_ACK)) * cls.requests(p)


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
        """Return λ(m+F) + h, h the bytes of what keeps the connection alive."""
        return p.rate * (p.message + cls.framing(p)) + sum((one.down + one.up) * one.rate(p) for one in cls.idle)

    @classmethod
    def packets(cls, p):
        """Return 2 a message, the message and its acknowledgement, and those of what keeps the connection alive."""
        return 2 * p.rate + sum((one.packets_down + one.packets_up) * one.rate(p) for one in cls.idle)

    @classmethod
    def up(cls, p):
        """Return the bytes of pongs, and the segments up: an acknowledgement a message, and what answers the idle."""
        return sum(one.up * one.rate(p) for one in cls.idle), p.rate + sum(
            one.packets_up * one.rate(p) for one in cls.idle
        )


class EventStream(Push):
    """Server-Sent Events: a message is two fields in a chunk."""

    idle = (HEARTBEAT_EVENT,)

    @staticmethod
    def framing(p):
        """Return F: `id: N` and `data: ` with their line ends, 13 + digits; the chunk's, 4 + its length in hex."""
        fields = 8 + 5 + p.digits
        return fields + 4 + len(f"{int(p.message) + fields:x}")


class WebSocket(Push):
    """WebSocket: a message is one frame."""

    idle = HEARTBEAT_FRAME, PING

    @staticmethod
    def framing(p):
        """Return F, RFC 6455 §5.2: 2, 4 or 10 bytes."""
        return 2 if p.message <= 125 else 4 if p.message <= 65_535 else 10


MODELS = {"polling": Polling, "longpoll": LongPolling, "sse": EventStream, "websocket": WebSocket}
