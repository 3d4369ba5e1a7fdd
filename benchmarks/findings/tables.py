"""The tables of the report: figures are rows and techniques columns, so that they fit on a phone."""

from dataclasses import dataclass, replace

from benchmarks.analysis import style
from benchmarks.analysis.metrics import LATENCY_PARTS, METRICS
from benchmarks.analysis.series import Estimate
from benchmarks.analysis.workload import short

LEDGER = "expected", "delivered", "lost", "repeated", "reordered"
GROUPS = {  # heading: {metric: row label under this heading}
    "Delivery latency": {
        "mean": "mean", "p50": "p50", "p90": "p90", "p99": "p99", "p999": "p99.9", "max": "max",
    },
    "Parts of the mean latency": {f"part_{name}": title for name, title in LATENCY_PARTS.items()},
    "Network": {
        "tcp": "TCP payload", "ip": "IP level", "up": "IP level, up",
        "ip_second": "IP level", "requests": "requests", "empty": "empty responses",
    },
    "Server": {"cpu": "CPU time", "cores": "CPU", "memory": "memory",
        "connection": "memory of an idle connection", "sockets": "open connections",
        "server_lag": "loop lag, p99", "queries": "database statements"},
    "Reconnects after the cut": {
        "back_p50": "half of the readers", "back_p99": "99 % of the readers", "back_max": "the last reader",
        "away": "not reconnected at the end", "crowd": "most within 100 ms", "late": "delivered late",
    },
    "Generator": {"generator": "CPU", "loop_lag": "loop lag, p99", "publisher_lag": "lag of publishing, p99"},
}  # fmt: skip
# Headings and metrics in which lower is not better.
UNJUDGED = "Parts of the mean latency", "Generator", "late", "empty", "sockets"
MATRIX = (
    "p50", "p99", "ip", "ip_second", "cpu", "cores", "memory", "connection", "back_p50",
    "back_p99", "back_max", "crowd",
)  # fmt: skip
MISSING = "–"


@dataclass(frozen=True)
class Cell:
    """A figure as text: the median, its interval if there is one, and whether it is the best of its row."""

    text: str
    interval: str = ""
    best: bool = False


def groups(comparison):
    """Return [(heading, [(label, unit, [Cell])])] of the series that have valid runs."""
    tables = [
        (heading, [row(comparison, name, label, heading not in UNJUDGED) for name, label in labels.items()])
        for heading, labels in GROUPS.items()
    ]
    tables.append(("Ledger, all runs", [ledger_row(comparison, name) for name in LEDGER]))
    shown = [(heading, [one for one in rows if any(map(has_figure, one[2]))]) for heading, rows in tables]
    return [(heading, rows) for heading, rows in shown if rows]


def parts(comparison):
    """Return the Comparisons to make tables of: this one, or one for each technique if there are stages."""
    if not any(series.stage for series in comparison.valid):
        return [comparison]
    techniques = dict.fromkeys(series.technique for series in comparison.series)
    staircases = [
        sorted(
            (series for series in comparison.series if series.technique == technique),
            key=lambda series: style.staircase_key(*series.key),
        )
        for technique in techniques
    ]
    split = [replace(comparison, series=series) for series in staircases]
    return [part for part in split if part.valid]


def has_figure(cell):
    """Return whether a Cell has a figure."""
    return cell.text != MISSING


def row(comparison, name, label, judged=True):
    """Return the row of a metric in one comparison."""
    return label, METRICS[name].unit, cells(comparison, name, judged and name not in UNJUDGED)


def cells(comparison, name, judged=True):
    """Return a Cell for each series; the lowest is marked with its ties, unless all are tied."""
    estimates = [series.estimate(name) for series in comparison.valid]
    ranked = [
        estimate
        for estimate, series in zip(estimates, comparison.valid, strict=True)
        if estimate.interval and not series.lossy
    ]
    best = min(ranked, key=lambda estimate: estimate.median, default=Estimate())
    tied = [estimate for estimate in ranked if not best.is_notably_lower(estimate)]
    judged = judged and len(tied) < len(ranked)
    return [cell(estimate, METRICS[name], judged and estimate in tied) for estimate in estimates]


def cell(estimate, metric, best=False):
    """Return the Cell of a metric's Estimate."""
    if not estimate:
        return Cell(MISSING)
    low, high = metric.format(estimate.low), metric.format(estimate.high)
    return Cell(metric.format(estimate.median), "" if low == high else f"{low} – {high}", best)


def ledger_row(comparison, name):
    """Return the row of a sum over all runs, also the refused ones."""
    return name, "deliveries", [Cell(f"{series.total(name):,}") for series in comparison.valid]


def matrices(results):
    """Return [(metric, [series], [(value, [Cell])])] of a sweep: values are rows, techniques columns."""
    points = [point for point in results.comparisons if point.valid]
    columns = columns_of(points)
    tables = []
    for name in MATRIX:
        rows = []
        for point in points:
            by_key = dict(zip([series.key for series in point.valid], cells(point, name), strict=True))
            rows.append((short(point.value), [by_key.get(series.key, Cell(MISSING)) for series in columns]))
        if any(has_figure(one) for _value, row_cells in rows for one in row_cells):
            tables.append((METRICS[name], columns, rows))
    return tables


def columns_of(points):
    """Return one series for each technique and stage of these points."""
    known = {series.key: series for point in points for series in point.valid}
    return sorted(known.values(), key=lambda series: style.sort_key(*series.key))
