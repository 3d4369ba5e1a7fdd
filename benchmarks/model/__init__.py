"""The model: latency, requests and bytes of each technique, predicted from a few parameters.

It assumes Poisson arrivals, or for long polling regular ones; kept-alive connections; no loss, no TLS, no compression;
and messages that fit into one segment. Times are in seconds, sizes in bytes, rates per second and client. The formulas
are in formulas.py; tests/test_model.py compares them with a simulation. A technique that is not in MODELS has no
prediction.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.model.formulas import MODELS, RegularLongPolling
from benchmarks.model.parameters import Parameters

__all__ = ["MODELS", "Parameters"]
PACKET = 52  # bytes of headers on every segment: IPv4 20, TCP 20, timestamps 12
SETUP = 172  # bytes at IP level to open a TCP connection: SYN 60, SYN-ACK 60, ACK 52


def of(technique: str, p: Parameters) -> Any:
    """Return the formulas of a technique; None if there are none.

    Long polling has other formulas for regular messages, unless they are so rare that a request's hold ends first.
    """
    regular = technique == "longpoll" and p.regular and p.hold * p.rate >= 1
    return RegularLongPolling if regular else MODELS.get(technique)


def mean(technique: str, p: Parameters) -> Any:
    """Return the mean latency in seconds; None for a technique without a model."""
    formulas = of(technique, p)
    return formulas and formulas.mean(p) + p.base + p.fan_out / 2


def quantile(technique: str, p: Parameters, fraction: float) -> Any:
    """Return the latency in seconds that this fraction of deliveries does not exceed; None without a model.

    The position in the fan-out is added at the same fraction: exact for push, for both ends and for the mean.
    """
    formulas = of(technique, p)
    return formulas and formulas.quantile(p, fraction) + p.base + fraction * p.fan_out


def maximum(technique: str, p: Parameters) -> Any:
    """Return the longest latency in seconds (long polling: three transits, RFC 6202 §2.2); None without a model."""
    return quantile(technique, p, 1.0)


def requests(technique: str, p: Parameters) -> Any:
    """Return the requests per second and client, without those that open connections; None without a model."""
    formulas = of(technique, p)
    return formulas and formulas.requests(p)


def empty_share(technique: str, p: Parameters) -> Any:
    """Return the share of responses without a message; None without a model."""
    formulas = of(technique, p)
    return formulas and formulas.empty_share(p)


def payload(technique: str, p: Parameters) -> Any:
    """Return the TCP payload of one client in bytes per second, both directions; None without a model."""
    formulas = of(technique, p)
    return formulas and formulas.payload(p)


def ip(technique: str, p: Parameters) -> Any:
    """Return the bytes per second and client with every segment's headers, both directions; None without a model."""
    formulas = of(technique, p)
    return formulas and formulas.payload(p) + PACKET * formulas.packets(p)


def packets(technique: str, p: Parameters) -> Any:
    """Return the segments per second and client, both directions; None without a model."""
    formulas = of(technique, p)
    return formulas and formulas.packets(p)


def up(technique: str, p: Parameters) -> Any:
    """Return (bytes of TCP payload, segments) that one client sends per second; None without a model."""
    formulas = of(technique, p)
    return formulas and formulas.up(p)


def crossing(
    technique: str,
    other: str,
    p: Parameters,
    level: Callable[[str, Parameters], Any] = payload,
    others: Parameters | None = None,
    low: float = 1e-3,
    high: float = 1e5,
) -> float | None:
    """Return the rate λ, messages per second, above which `technique` costs less than `other`; None if never.

    `level` is `payload` or `ip`, `others` the Parameters of the other technique if they differ. Bisection from `low` to
    `high`.
    """

    def saves(rate: float) -> bool:
        return bool(level(technique, replace(p, rate=rate)) < level(other, replace(others or p, rate=rate)))

    if technique not in MODELS or other not in MODELS or saves(low) or not saves(high):
        return None
    while high / low > 1 + 1e-9:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if saves(middle) else (middle, high)
    return high
