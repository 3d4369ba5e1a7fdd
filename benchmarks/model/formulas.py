"""The model's formulas, a class for each technique; each takes Parameters, in seconds and bytes."""

from math import exp, expm1

DELAYED_ACK = 0.04  # seconds that Linux holds back an acknowledgement which could ride on data
MASK = 4  # bytes that a client's frame is longer than the server's, RFC 6455 §5.3
COMMENT = 14, 15.0  # an event stream's `: alive` in its chunk, bytes; after so many seconds of silence
PONG = 2 + 4 + MASK  # bytes
PING = 2 + 4 + PONG, 20.0  # a WebSocket's ping and its pong, bytes; every so many seconds


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
        """Return λ(m+F) + h."""
        size, seconds = cls.idle
        return p.rate * (p.message + cls.framing(p)) + size * cls.idles(p, seconds)

    @classmethod
    def packets(cls, p):
        """Return 2 a message, the message and its acknowledgement, and those of what keeps the connection alive."""
        return 2 * p.rate + cls.idle_packets * cls.idles(p, cls.idle[1])

    @classmethod
    def up(cls, p):
        """Return the bytes of pongs, and the segments up: an acknowledgement a message, and what answers the idle."""
        idles = cls.idles(p, cls.idle[1])
        return cls.idle_up * idles, p.rate + idles


class EventStream(Push):
    """Server-Sent Events: a message is two fields in a chunk."""

    idle, idle_packets, idle_up = COMMENT, 2, 0

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

    idle, idle_packets, idle_up = PING, 3, PONG

    @staticmethod
    def framing(p):
        """Return F, RFC 6455 §5.2: 2, 4 or 10 bytes."""
        return 2 if p.message <= 125 else 4 if p.message <= 65_535 else 10

    @staticmethod
    def idles(p, seconds):
        """Return 1/seconds: a ping comes whether there is traffic or not."""
        return 1 / seconds


MODELS = {"polling": Polling, "longpoll": LongPolling, "sse": EventStream, "websocket": WebSocket}
