"""The metrics of a run: how to read each of them from its row, and how the model predicts it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from benchmarks import model
from benchmarks.analysis.format import number
from benchmarks.generator.latency_parts import PARTS, READ

MEGABYTE = 1_000_000

Run = Mapping[str, Any]


@dataclass(frozen=True)
class Metric:
    """One metric: `measure(run)` reads it from a run's row, `predict(technique, Parameters)` asks the model."""

    name: str
    title: str
    unit: str
    measure: Callable[[Run], float | None]
    predict: Callable[[str, model.Parameters], float | None] | None = None
    kind: str = ""  # "latency", "requests" or "bytes": which reasons can explain a deviation from the model
    share: float | None = None  # of a percentile: 0.99 for the 99th
    count: bool = False  # a number of things

    def format(self, value: float | None) -> str:
        """Return a value as text: a count without decimals, unless it is a median between two counts."""
        return f"{value:,.0f}" if self.count and value is not None and value == round(value) else number(value)


def number_at(fields: Any, *path: str) -> Any:
    """Return the finite number at a path of keys; None if there is none."""
    for name in path:
        fields = fields.get(name) if isinstance(fields, dict) else None
    is_number = isinstance(fields, int | float) and not isinstance(fields, bool)
    return fields if is_number and isfinite(fields) else None


def ratio(value: float | None, count: float | None, scale: float = 1.0) -> float | None:
    """Return `scale`·value/count; None if one of them is missing or the count is 0."""
    return scale * value / count if value is not None and count else None


def arrived(run: Run) -> Any:
    """Return the number of deliveries that the bytes and requests of a run brought."""
    return number_at(run, "arrived") or number_at(run, "delivered")


def reader_seconds(run: Run) -> Any:
    """Return the seconds of the window, times the readers."""
    seconds = number_at(run, "duration_s")
    return seconds and seconds * (number_at(run, "clients") or 1)


def bytes_on_wire(run: Run, level: str, *directions: str) -> Any:
    """Return the readers' bytes in the window; None if unknown.

    `level` is tcp or ip, `directions` are up and down (both by default).
    """
    counts = [number_at(run, f"{level}_bytes", direction) for direction in directions or ("up", "down")]
    return None if None in counts else sum(counts)


def cpu(run: Run) -> float | None:
    """Return the server's CPU milliseconds per 1,000 deliveries, with those to publishers' connections."""
    deliveries = (arrived(run) or 0) + (number_at(run, "heard") or 0)
    return ratio(number_at(run, "server_cpu_s"), deliveries, 1e6)


def latency(name: str, title: str, share: float | None = None) -> Metric:
    """Return the Metric of a percentile of the latency, or of its mean."""

    def predict(technique: str, p: model.Parameters) -> Any:
        seconds = model.mean(technique, p) if share is None else model.quantile(technique, p, share)
        return seconds and 1000 * seconds

    return Metric(name, title, "ms", lambda run: number_at(run, "latency_ms", name), predict, "latency", share)


def bytes_per_message(name: str, title: str, level: str) -> Metric:
    """Return the Metric of the bytes per delivered message."""
    predict = model.payload if level == "tcp" else model.ip
    return Metric(
        name,
        title,
        "bytes per delivered message",
        lambda run: ratio(bytes_on_wire(run, level), arrived(run)),
        lambda technique, p: ratio(predict(technique, p), p.rate),
        "bytes",
    )


def predict_ip_up(technique: str, p: model.Parameters) -> float | None:
    """Return the model's bytes up per delivered message; None without a model."""
    sent = model.up(technique, p)
    return sent and ratio(sent[0] + model.PACKET * sent[1], p.rate)


LATENCY_PARTS = PARTS | {READ: "then to the reader"}


def part(name: str) -> Metric:
    """Return the Metric of a part of the mean latency."""
    return Metric(f"part_{name}", LATENCY_PARTS[name], "ms", lambda run: number_at(run, "latency_parts_ms", name))


ALL: tuple[Metric, ...] = (
    latency("mean", "mean latency"),
    latency("p50", "median latency", 0.5),
    latency("p90", "latency, 90th percentile", 0.9),
    latency("p99", "latency, 99th percentile", 0.99),
    latency("p999", "latency, 99.9th percentile", 0.999),
    latency("max", "longest latency", 1.0),
    bytes_per_message("tcp", "TCP payload", "tcp"),
    bytes_per_message("ip", "IP level", "ip"),
    Metric(
        "up",
        "IP level, up",
        "bytes per delivered message",
        lambda run: ratio(bytes_on_wire(run, "ip", "up"), arrived(run)),
        predict_ip_up,
        "bytes",
    ),
    Metric(
        "tcp_second",
        "TCP payload",
        "bytes per second and reader",
        lambda run: ratio(bytes_on_wire(run, "tcp"), reader_seconds(run)),
        model.payload,
        "bytes",
    ),
    Metric(
        "ip_second",
        "IP level",
        "bytes per second and reader",
        lambda run: ratio(bytes_on_wire(run, "ip"), reader_seconds(run)),
        model.ip,
        "bytes",
    ),
    Metric(
        "requests",
        "requests",
        "per second and reader",
        lambda run: ratio(number_at(run, "requests"), reader_seconds(run)),
        model.requests,
        "requests",
    ),
    Metric(
        "empty",
        "empty responses",
        "% of requests",
        lambda run: ratio(number_at(run, "empty_responses"), number_at(run, "requests"), 100),
    ),
    Metric(
        "lost",
        "lost",
        "% of expected deliveries",
        lambda run: ratio(number_at(run, "lost"), number_at(run, "expected"), 100),
    ),
    Metric("cpu", "server's CPU time", "ms per 1,000 deliveries", cpu),
    Metric(
        "cores",
        "server's CPU",
        "% of a core",
        lambda run: ratio(number_at(run, "server_cpu_s"), number_at(run, "duration_s"), 100),
    ),
    Metric("memory", "server's memory", "MB", lambda run: ratio(number_at(run, "server_rss_bytes"), MEGABYTE)),
    Metric(
        "back_p50",
        "reconnected after the cut, half of the readers",
        "ms",
        lambda run: number_at(run, "reconnect", "back_ms", "p50"),
    ),
    Metric(
        "back_p99",
        "reconnected after the cut, 99 % of the readers",
        "ms",
        lambda run: number_at(run, "reconnect", "back_ms", "p99"),
    ),
    Metric(
        "back_max",
        "reconnected after the cut, the last reader",
        "ms",
        lambda run: number_at(run, "reconnect", "back_ms", "max"),
    ),
    Metric(
        "away", "not reconnected at the end", "readers", lambda run: number_at(run, "reconnect", "away"), count=True
    ),
    Metric(
        "late", "delivered late, after the cut", "messages", lambda run: number_at(run, "reconnect", "late"), count=True
    ),
    Metric(
        "crowd",
        "most reconnects within 100 ms",
        "readers",
        lambda run: number_at(run, "reconnect", "requests"),
        count=True,
    ),
    Metric(
        "sockets",
        "server's open connections",
        "connections",
        lambda run: number_at(run, "server_sockets"),
        count=True,
    ),
    Metric(
        "connection",
        "memory of an idle connection",
        "KB",
        lambda run: ratio(number_at(run, "rss_per_connection_bytes"), 1000),
    ),
    Metric("server_lag", "server's loop lag, p99", "ms", lambda run: number_at(run, "server_loop_lag_ms", "p99")),
    Metric("queries", "database statements", "per second", lambda run: number_at(run, "queries_per_second")),
    Metric("generator", "generator's CPU", "% of a core", lambda run: ratio(number_at(run, "generator_cpu"), 1, 100)),
    Metric("loop_lag", "generator's loop lag, p99", "ms", lambda run: number_at(run, "loop_lag_ms", "p99")),
    Metric("publisher_lag", "lag of publishing, p99", "ms", lambda run: number_at(run, "publisher_lag_ms", "p99")),
    *map(part, LATENCY_PARTS),
)
METRICS = {metric.name: metric for metric in ALL}
MODELLED = [metric for metric in ALL if metric.predict]
