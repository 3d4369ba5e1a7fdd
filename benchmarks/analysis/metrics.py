"""What is measured of a run: each quantity with its words, its unit, and what the model says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from benchmarks.analysis.style import number
from benchmarks.model import model

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Quantity:
    """One quantity: `of` takes it from a run's row, `predicted` from a technique and the model's Parameters."""

    name: str
    title: str
    unit: str
    of: Callable
    predicted: Callable | None = None
    kind: str = ""  # latency, requests or bytes: what the model's deviations are explained by
    share: float | None = None  # of a percentile: 0.99 of the 99th
    whole: bool = False  # counted one by one

    def written(self, value):
        """Write a figure of this quantity: what is counted without decimals, but for a median between two counts."""
        return f"{value:,.0f}" if self.whole and value is not None and value == round(value) else number(value)


def dig(fields, *path):
    """Return the number at a path of keys; None where there is none."""
    for name in path:
        fields = fields.get(name) if isinstance(fields, dict) else None
    is_number = isinstance(fields, int | float) and not isinstance(fields, bool)
    return fields if is_number and isfinite(fields) else None


def ratio(value, count, scale=1.0):
    """Return `scale`·value/count; None where one of them is missing or nothing was counted."""
    return scale * value / count if value is not None and count else None


def arrived(run):
    """Return how many deliveries the bytes and requests of a run brought."""
    return dig(run, "arrived") or dig(run, "delivered")


def client_seconds(run):
    """Return the seconds of the window, times the readers."""
    seconds = dig(run, "duration_s")
    return seconds and seconds * (dig(run, "clients") or 1)


def on_wire(run, level, *ways):
    """Return the readers' bytes in the window: `level` tcp or ip, `ways` up, down (both); None where one is missing."""
    sums = [dig(run, f"{level}_bytes", way) for way in ways or ("up", "down")]
    return None if None in sums else sum(sums)


def cpu(run):
    """Return the server's CPU milliseconds per 1,000 deliveries, those to publishers' connections included."""
    deliveries = (arrived(run) or 0) + (dig(run, "heard") or 0)
    return ratio(dig(run, "server_cpu_s"), deliveries, 1e6)


def latency(name, title, share=None):
    """Return the Quantity of a percentile of the latency, or of its mean."""

    def predicted(technique, p):
        seconds = model.mean(technique, p) if share is None else model.quantile(technique, p, share)
        return seconds and 1000 * seconds

    return Quantity(name, title, "ms", lambda run: dig(run, "latency_ms", name), predicted, "latency", share)


def a_message(name, title, level):
    """Return the Quantity of the bytes a delivered message."""
    predict = {"tcp": model.payload, "ip": model.ip}[level]
    return Quantity(
        name,
        title,
        "bytes a delivered message",
        lambda run: ratio(on_wire(run, level), arrived(run)),
        lambda technique, p: ratio(predict(technique, p), p.rate),
        "bytes",
    )


def ip_up(technique, p):
    """Return the model's bytes up a delivered message; None without a model."""
    sent = model.up(technique, p)
    return sent and ratio(sent[0] + model.PACKET * sent[1], p.rate)


ALL = (
    latency("mean", "mean latency"),
    latency("p50", "median latency", 0.5),
    latency("p90", "latency, 90th percentile", 0.9),
    latency("p99", "latency, 99th percentile", 0.99),
    latency("p999", "latency, 99.9th percentile", 0.999),
    latency("max", "longest latency", 1.0),
    a_message("tcp", "TCP payload", "tcp"),
    a_message("ip", "IP level", "ip"),
    Quantity(
        "up",
        "IP level, up",
        "bytes a delivered message",
        lambda run: ratio(on_wire(run, "ip", "up"), arrived(run)),
        ip_up,
        "bytes",
    ),
    Quantity(
        "tcp_second",
        "TCP payload",
        "bytes a second and reader",
        lambda run: ratio(on_wire(run, "tcp"), client_seconds(run)),
        model.payload,
        "bytes",
    ),
    Quantity(
        "ip_second",
        "IP level",
        "bytes a second and reader",
        lambda run: ratio(on_wire(run, "ip"), client_seconds(run)),
        model.ip,
        "bytes",
    ),
    Quantity(
        "requests",
        "requests",
        "a second and reader",
        lambda run: ratio(dig(run, "requests"), client_seconds(run)),
        model.requests,
        "requests",
    ),
    Quantity(
        "empty",
        "empty answers",
        "% of requests",
        lambda run: ratio(dig(run, "empty_responses"), dig(run, "requests"), 100),
    ),
    Quantity("lost", "lost", "% of what was due", lambda run: ratio(dig(run, "lost"), dig(run, "expected"), 100)),
    Quantity("cpu", "server's CPU time", "ms per 1,000 deliveries", cpu),
    Quantity(
        "cores", "server's CPU", "% of a core", lambda run: ratio(dig(run, "server_cpu_s"), dig(run, "duration_s"), 100)
    ),
    Quantity("memory", "server's memory", "MB", lambda run: ratio(dig(run, "server_rss_bytes"), MEGABYTE)),
    Quantity(
        "back_p50", "back after the cut, half of the readers", "ms", lambda run: dig(run, "reconnect", "back_ms", "p50")
    ),
    Quantity("back_p99", "back after the cut, 99 in 100", "ms", lambda run: dig(run, "reconnect", "back_ms", "p99")),
    Quantity("back_max", "back after the cut, the last one", "ms", lambda run: dig(run, "reconnect", "back_ms", "max")),
    Quantity("away", "not back at the end", "readers", lambda run: dig(run, "reconnect", "away"), whole=True),
    Quantity(
        "late", "delivered late, after the return", "messages", lambda run: dig(run, "reconnect", "late"), whole=True
    ),
    Quantity(
        "crowd",
        "back within the same 100 ms, at most",
        "readers",
        lambda run: dig(run, "reconnect", "requests"),
        whole=True,
    ),
    Quantity("sockets", "server's open connections", "connections", lambda run: dig(run, "server_sockets"), whole=True),
    Quantity(
        "connection",
        "memory of an idle connection",
        "KB",
        lambda run: ratio(dig(run, "rss_per_connection_bytes"), 1000),
    ),
    Quantity("server_lag", "server's loop late, p99", "ms", lambda run: dig(run, "server_loop_lag_ms", "p99")),
    Quantity("queries", "database statements", "a second", lambda run: dig(run, "queries_per_second")),
    Quantity("generator", "generator's CPU", "% of a core", lambda run: ratio(dig(run, "generator_cpu"), 1, 100)),
    Quantity("loop_lag", "generator's loop late, p99", "ms", lambda run: dig(run, "loop_lag_ms", "p99")),
    Quantity("publisher_lag", "publishing late, p99", "ms", lambda run: dig(run, "publisher_lag_ms", "p99")),
)
QUANTITIES = {quantity.name: quantity for quantity in ALL}
MODELLED = [quantity for quantity in ALL if quantity.predicted]
