"""The model's formulas: a class for each technique, whose methods take Parameters."""

from collections.abc import Callable
from math import exp, expm1
from typing import Any, NamedTuple

from benchmarks.model.parameters import Parameters

DELAYED_ACK = 0.04  # seconds for which Linux delays an acknowledgement, to send it with data
MASK = 4  # bytes by which a client's frame is longer than the server's, RFC 6455 §5.3


class KeepAlive(NamedTuple):
    """The traffic of a connection without messages."""

    down: int  # bytes of TCP payload
    up: int
    packets_down: int
    packets_up: int
    seconds: float  # between two of them
    in_silence: bool = True  # after so many seconds of silence; else at this interval, with or without traffic

    def rate(self, p: Parameters) -> float:
        """Return how many come per second: 1/s, or λ/(e^(λs)−1), as often as a silence of that length ends."""
        if not self.in_silence or not p.rate:
            return 1 / self.seconds
        return p.rate / expm1(p.rate * self.seconds) if p.rate * self.seconds < 700 else 0.0


HEARTBEAT_EVENT = KeepAlive(33, 0, 1, 1, 15.0)  # `event: heartbeat` and `data: {}` in a chunk; its acknowledgement
HEARTBEAT_FRAME = KeepAlive(23, 0, 1, 1, 15.0)
# With its pong. Linux acknowledges at once what follows a pause, so the pong has a segment of its own.
PING = KeepAlive(2 + 4, 2 + 4 + MASK, 2, 2, 20.0, in_silence=False)


class Polling:
    """A message waits for the next poll: uniformly between 0 and P."""

    push = False

    @staticmethod
    def quantile(p: Parameters, fraction: float) -> float:
        """Return d + fraction·P."""
        return p.delay + fraction * p.period

    @staticmethod
    def mean(p: Parameters) -> float:
        """Return d + P/2."""
        return p.delay + p.period / 2

    @staticmethod
    def requests(p: Parameters) -> float:
        """Return 1/P."""
        return 1 / p.period

    @staticmethod
    def empty_share(p: Parameters) -> float:
        """Return e^(−λP), the probability that no message arrives between two polls."""
        return exp(-p.rate * p.period)

    @staticmethod
    def payload(p: Parameters) -> float:
        """Return (H+e)/P + λ(m+1); the 1 is the comma between two messages."""
        return (p.headers + p.empty) / p.period + p.rate * (p.message + 1)

    @staticmethod
    def packets(p: Parameters) -> float:
        """Return 3 for each poll: request, response, acknowledgement."""
        return 3 / p.period

    @staticmethod
    def up(p: Parameters) -> tuple[float, float]:
        """Return the bytes of requests, and the segments up: 2 for each poll, request and acknowledgement."""
        return p.request / p.period, 2 / p.period


class LongPolling:
    """A message finds a waiting request with probability p₀; else it falls into the gap g and waits for its end."""

    push = False

    @staticmethod
    def quiet(p: Parameters) -> float:
        """Return q = e^(−λg), the probability that no message arrives in a gap."""
        return exp(-p.rate * p.gap)

    @classmethod
    def direct(cls, p: Parameters) -> float:
        """Return p₀ = D/(D+λg), D = q(1−e^(−λτ)): the share of messages that find a waiting request."""
        at_once = cls.quiet(p) * -expm1(-p.rate * p.hold)
        return at_once / (at_once + p.rate * p.gap)

    @classmethod
    def quantile(cls, p: Parameters, fraction: float) -> float:
        """Return d up to the fraction p₀, then d + g·(fraction−p₀)/(1−p₀)."""
        direct = cls.direct(p)
        return p.delay + (p.gap * (fraction - direct) / (1 - direct) if fraction > direct else 0)

    @classmethod
    def mean(cls, p: Parameters) -> float:
        """Return d + (1−p₀)·g/2."""
        return p.delay + (1 - cls.direct(p)) * p.gap / 2

    @classmethod
    def requests(cls, p: Parameters) -> float:
        """Return r = 1/(g + q(1−e^(−λτ))/λ)."""
        return 1 / (p.gap + cls.quiet(p) * -expm1(-p.rate * p.hold) / p.rate)

    @classmethod
    def empty_share(cls, p: Parameters) -> float:
        """Return q·e^(−λτ): no message in the gap, none while the request is held."""
        return cls.quiet(p) * exp(-p.rate * p.hold)

    @classmethod
    def payload(cls, p: Parameters) -> float:
        """Return (H+e)·r + λ(m+1)."""
        return (p.headers + p.empty) * cls.requests(p) + p.rate * (p.message + 1)

    @classmethod
    def packets(cls, p: Parameters) -> float:
        """Return (2+k)·r, k = q·e^(−0.04λ): a request held for longer has an acknowledgement of its own."""
        return (2 + cls.quiet(p) * exp(-DELAYED_ACK * p.rate)) * cls.requests(p)

    @classmethod
    def up(cls, p: Parameters) -> tuple[float, float]:
        """Return the bytes of requests, and the segments up: a request acknowledges the previous response."""
        return p.request * cls.requests(p), cls.requests(p)


class RegularLongPolling(LongPolling):
    """Messages 1/λ apart: each finds a waiting request, or none does if the gap g is longer."""

    @staticmethod
    def quiet(p: Parameters) -> float:
        """Return whether the next request arrives before the next message: 1 or 0."""
        return float(p.gap * p.rate < 1)

    @classmethod
    def direct(cls, p: Parameters) -> float:
        """Return 1 or 0: requests that come less often than messages drift past them, through every phase."""
        return cls.quiet(p)

    @staticmethod
    def requests(p: Parameters) -> float:
        """Return λ, or 1/g if that is less: then every response has a message to bring at once."""
        return 1 / max(p.gap, 1 / p.rate)

    @staticmethod
    def empty_share(p: Parameters) -> float:
        """Return 0."""
        return 0.0

    @classmethod
    def packets(cls, p: Parameters) -> float:
        """Return (2+k)·r, k = whether a request is held for longer than 0.04 s until the next message."""
        return (2 + (1 / p.rate - p.gap > DELAYED_ACK)) * cls.requests(p)


class Push:
    """A message is written as soon as it is stored."""

    push = True
    idle: tuple[KeepAlive, ...]  # in a silent connection
    framing: Callable[[Parameters], int]  # F, bytes around a message

    @staticmethod
    def quantile(p: Parameters, fraction: float) -> float:
        """Return d for every fraction."""
        return p.delay

    @staticmethod
    def mean(p: Parameters) -> float:
        """Return d."""
        return p.delay

    @staticmethod
    def requests(p: Parameters) -> float:
        """Return 0."""
        return 0.0

    @staticmethod
    def empty_share(p: Parameters) -> float:
        """Return 0."""
        return 0.0

    @classmethod
    def payload(cls, p: Parameters) -> float:
        """Return λ(m+F) + h, where h is the bytes of the keep-alives."""
        return p.rate * (p.message + cls.framing(p)) + sum((one.down + one.up) * one.rate(p) for one in cls.idle)

    @classmethod
    def packets(cls, p: Parameters) -> float:
        """Return 2 for each message, the message and its acknowledgement, and those of the keep-alives."""
        return 2 * p.rate + sum((one.packets_down + one.packets_up) * one.rate(p) for one in cls.idle)

    @classmethod
    def up(cls, p: Parameters) -> tuple[float, float]:
        """Return the bytes of pongs, and the segments up: an acknowledgement for each message, and keep-alives."""
        return sum(one.up * one.rate(p) for one in cls.idle), p.rate + sum(
            one.packets_up * one.rate(p) for one in cls.idle
        )


class EventStream(Push):
    """Server-Sent Events: a message is two fields in a chunk."""

    idle = (HEARTBEAT_EVENT,)

    @staticmethod
    def framing(p: Parameters) -> int:
        """Return F: `id: N` and `data: ` with their line ends, 13 + digits; the chunk's, 4 + its length in hex."""
        fields = 8 + 5 + p.digits
        return fields + 4 + len(f"{int(p.message) + fields:x}")


class WebSocket(Push):
    """WebSocket: a message is one frame."""

    idle = (HEARTBEAT_FRAME, PING)

    @staticmethod
    def framing(p: Parameters) -> int:
        """Return F, RFC 6455 §5.2: 2, 4 or 10 bytes."""
        return 2 if p.message <= 125 else 4 if p.message <= 65_535 else 10


MODELS: dict[str, Any] = {"polling": Polling, "longpoll": LongPolling, "sse": EventStream, "websocket": WebSocket}
