"""The tables of the report: figures as rows, techniques as columns, so that they fit a phone."""

from dataclasses import dataclass, replace

from benchmarks.analysis import style
from benchmarks.analysis.metrics import QUANTITIES
from benchmarks.analysis.workload import short

LEDGER = "expected", "delivered", "lost", "repeated", "reordered"
GROUPS = {  # heading: {quantity: what the row is called under it}
    "Delivery latency": {
        "mean": "mean", "p50": "p50", "p90": "p90", "p99": "p99", "p999": "p99.9", "max": "max",
    },
    "Network": {
        "tcp": "TCP payload", "ip": "IP level", "up": "of that, up",
        "ip_second": "IP level", "requests": "requests", "empty": "empty answers",
    },
    "Server": {"cpu": "CPU time", "cores": "CPU", "memory": "memory, all of the server",
        "connection": "memory of an idle connection", "sockets": "open connections",
        "server_lag": "loop late, p99", "queries": "database statements"},
    "After the cut": {
        "back_p50": "half were back", "back_p99": "99 in 100 were back", "back_max": "the last was back",
        "away": "were not back at the end", "crowd": "most of them in 100 ms", "late": "delivered after the return",
    },
    "Generator": {"generator": "CPU", "loop_lag": "loop late, p99", "publisher_lag": "publishing late, p99"},
}  # fmt: skip
UNJUDGED = "Generator", "late", "empty", "sockets"  # neither less nor more is better there
MATRIX = (
    "p50", "p99", "ip", "ip_second", "cpu", "cores", "memory", "connection", "back_p50",
    "back_p99", "back_max", "crowd",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown: the median, its interval where there is one, and whether it is the best of its row."""

    text: str
    interval: str = ""
    best: bool = False


def groups(comparison):
    """Return [(heading, [(what, unit, [Cell])])] over the series that have valid runs."""
    found = [
        (heading, [line(comparison, name, what, heading not in UNJUDGED) for name, what in names.items()])
        for heading, names in GROUPS.items()
    ]
    found.append(("Ledger, all runs", [ledger(comparison, name) for name in LEDGER]))
    return [(heading, known) for heading, rows in found if (known := [row for row in rows if any(map(told, row[2]))])]


def parts(comparison):
    """Return the Comparisons to make tables of: the whole, or one for each technique where there are stages."""
    if not any(series.stage for series in comparison.valid):
        return [comparison]
    names = dict.fromkeys(series.technique for series in comparison.series)
    of_each = [[series for series in comparison.series if series.technique == name] for name in names]
    made = [replace(comparison, series=sorted(series, key=lambda one: style.height(*one.key))) for series in of_each]
    return [part for part in made if part.valid]


def told(cell):
    """Tell whether a Cell holds a figure."""
    return cell.text != "–"


def line(comparison, name, what, judged=True):
    """Return the row of a quantity in one comparison."""
    return what, QUANTITIES[name].unit, cells(comparison, name, judged and name not in UNJUDGED)


def cells(comparison, name, judged=True):
    """Return a Cell for each series; the lowest is marked with all that tie with it, unless all of them tie."""
    figures = [series.figure(name) for series in comparison.valid]
    ranked = [one for one, series in zip(figures, comparison.valid, strict=True) if one.interval and not series.lossy]
    best = min(ranked, key=lambda one: one.median, default=None)
    tied = [one for one in ranked if not best.below(one)]
    return [cell(one, QUANTITIES[name], judged and len(tied) < len(ranked) and one in tied) for one in figures]


def cell(figure, quantity, best=False):
    """Return the Cell of a quantity's Figure."""
    if not figure:
        return Cell("–")
    low, high = quantity.written(figure.low), quantity.written(figure.high)
    return Cell(quantity.written(figure.median), "" if low == high else f"{low} – {high}", best)


def ledger(comparison, name):
    """Return the row of a sum over all runs, those refused included."""
    return name, "deliveries", [Cell(f"{series.total(name):,}") for series in comparison.valid]


def matrices(results):
    """Return [(quantity, [series], [(value, [Cell])])] of a sweep: values are rows, techniques columns."""
    points = [point for point in results.comparisons if point.valid]
    columns = columns_of(points)
    found = []
    for name in MATRIX:
        rows = []
        for point in points:
            by_key = dict(zip([series.key for series in point.valid], cells(point, name), strict=True))
            rows.append((short(point.value), [by_key.get(series.key, Cell("–")) for series in columns]))
        if any(told(one) for _value, row in rows for one in row):
            found.append((QUANTITIES[name], columns, rows))
    return found


def columns_of(points):
    """Return one series for each technique and stage that any of the points has."""
    known = {series.key: series for point in points for series in point.valid}
    return sorted(known.values(), key=lambda series: style.place(*series.key))
