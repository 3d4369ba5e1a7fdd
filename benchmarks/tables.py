"""The tables of the report: figures as rows, techniques as columns, so that they fit a phone."""

from dataclasses import dataclass

from benchmarks import prediction
from benchmarks.looks import number
from benchmarks.series import Figure, dig, ratio

MEGABYTE = 1_000_000
PERCENTILES = {"mean": "mean", "p50": "p50", "p90": "p90", "p99": "p99", "p999": "p99.9", "max": "max"}


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown: the median, and the range where there is more than one run to give one."""

    text: str
    spread: str = ""
    best: bool = False


def groups(comparison):
    """Return [(heading, [(what, unit, [Cell])])] over the series that have valid runs."""
    latency = [(name, "ms", lambda one, key=key: one.figure("latency_ms", key)) for key, name in PERCENTILES.items()]
    network = [
        ("TCP payload", "bytes", lambda one: prediction.bytes_per_message(one, "tcp")),
        ("IP level", "bytes", lambda one: prediction.bytes_per_message(one, "ip")),
        ("of that, up", "bytes", lambda one: prediction.bytes_per_message(one, "ip", "up")),
        (
            "requests",
            "a message",
            lambda one: Figure.of([ratio(dig(run, "requests"), arrived(run)) for run in one.valid]),
        ),
        ("empty answers", "% of requests", lambda one: one.per("empty_responses", count=("requests",), scale=100)),
    ]
    server = [
        ("CPU time", "s per 1,000 deliveries", lambda one: one.cpu),
        ("memory", "MB, all of the server", lambda one: one.figure("server_rss_bytes", scale=1 / MEGABYTE)),
    ]
    found = [
        ("Delivery latency", [line(comparison, *row) for row in latency]),
        ("Network, a delivered message", [line(comparison, *row) for row in network]),
        ("Server", [line(comparison, *row) for row in server]),
        ("Ledger, all runs", [ledger(comparison, name) for name in ("expected", "lost", "repeated", "reordered")]),
    ]
    return [(heading, [row for row in rows if any(cell.text != "–" for cell in row[2])]) for heading, rows in found]


def arrived(run):
    """Return how many deliveries the bytes and requests of a run brought."""
    return dig(run, "arrived") or dig(run, "delivered")


def line(comparison, what, unit, figure):
    """Return a row; the smallest median is marked, with all whose range of runs reaches it, unless that is all."""
    figures = [figure(series) for series in comparison.valid]
    best = min((one for one in figures if one), key=lambda one: one.median, default=None)
    marked = [bool(one) and one.low <= best.high for one in figures]
    return what, unit, [cell(one, mark and not all(marked)) for one, mark in zip(figures, marked, strict=True)]


def cell(figure, best=False):
    """Return a Figure's Cell."""
    if not figure:
        return Cell("–")
    low, high = number(figure.low), number(figure.high)
    return Cell(number(figure.median), "" if low == high else f"{low} – {high}", best)


def ledger(comparison, name):
    """Return the row of a sum over all runs, those refused included."""
    return name, "deliveries", [Cell(f"{series.total(name):,}") for series in comparison.valid]
