"""What each technique should cost: latency, requests and bytes, from a few parameters.

Poisson arrivals, or for long polling regular ones; kept-alive connections; no loss, no TLS, no compression, and
messages that fit in one segment.
Times are seconds, sizes bytes, rates per second and client. The formulas themselves are in formulas.py; they are held
against a simulation in tests/benchmarks/test_model.py. A technique that is not in MODELS has no prediction.
"""

from dataclasses import replace

from benchmarks.model.formulas import MODELS, RegularLongPolling
from benchmarks.model.parameters import Parameters

__all__ = ["MODELS", "Parameters"]
PACKET = 52  # bytes of headers on every segment: IPv4 20, TCP 20, timestamps 12
SETUP = 172  # bytes at IP level to open a TCP connection: SYN 60, SYN-ACK 60, ACK 52


def of(technique, p):
    """Return the formulas of a technique; None where there are none.

    Of regular messages those of long polling are others, unless they come so seldom that a request's hold ends first.
    """
    regular = technique == "longpoll" and p.regular and p.hold * p.rate >= 1
    return RegularLongPolling if regular else MODELS.get(technique)


def mean(technique, p):
    """Return the mean latency in seconds; None for a technique without a model."""
    model = of(technique, p)
    return model and model.mean(p) + p.base + p.fan_out / 2


def quantile(technique, p, fraction):
    """Return the latency in seconds that this fraction of deliveries does not pass; None without a model.

    The place in the fan-out is added at the same fraction: exact for push, and at both ends and on the mean.
    """
    model = of(technique, p)
    return model and model.quantile(p, fraction) + p.base + fraction * p.fan_out


def maximum(technique, p):
    """Return the longest latency in seconds (long polling: three transits, RFC 6202 §2.2); None without a model."""
    return quantile(technique, p, 1.0)


def requests(technique, p):
    """Return the requests a second and client, without those that open; None without a model."""
    model = of(technique, p)
    return model and model.requests(p)


def empty_share(technique, p):
    """Return the share of answers that bring no message; None without a model."""
    model = of(technique, p)
    return model and model.empty_share(p)


def payload(technique, p):
    """Return the TCP payload of one client in bytes a second, up and down together; None without a model."""
    model = of(technique, p)
    return model and model.payload(p)


def ip(technique, p):
    """Return the bytes a second and client with every segment's headers, up and down; None without a model."""
    model = of(technique, p)
    return model and model.payload(p) + PACKET * model.packets(p)


def packets(technique, p):
    """Return the segments a second and client, up and down; None without a model."""
    model = of(technique, p)
    return model and model.packets(p)


def up(technique, p):
    """Return the TCP payload and the segments that one client sends in a second; None without a model."""
    model = of(technique, p)
    return model and model.up(p)


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
