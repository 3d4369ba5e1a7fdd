"""The table in the terminal, and what it comes to in one sentence."""

from importlib import import_module
from textwrap import wrap

from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.generator.measures import Histogram, per
from benchmarks.printing import NAME, fits
from lab.techniques import TECHNIQUES

ROWS = {  # label: how to write the figure in one technique's row of `rows`
    "latency, ms: mean": lambda row: _number(row["latency_ms"]["mean"]),
    "p50": lambda row: _number(row["latency_ms"]["p50"]),
    "p99": lambda row: _number(row["latency_ms"]["p99"]),
    "max": lambda row: _number(row["latency_ms"]["max"]),
    "bytes a delivery: TCP": lambda row: _whole(row["tcp"]),
    "IP": lambda row: _whole(row["ip"]),
    "a second and reader": lambda row: _whole(row["ip_each"]),
    "requests": lambda row: f"{row['requests']:,}",
    "answered empty": lambda row: f"{row['empty_responses']:,}",
    "server CPU ms per 1,000": lambda row: _whole(row["cpu"]),
    "deliveries": lambda row: f"{row['delivered']:,}",
    "lost": lambda row: f"{row['lost']:,}",
    "repeated": lambda row: f"{row['repeated']:,}",
    "out of order": lambda row: f"{row['reordered']:,}",
    "valid runs": lambda row: row["valid"],
}
COLUMNS_MAX = 5
LINE = {  # label in ROWS: what its column is called, where each technique has a line
    "p50": "p50, ms",
    "p99": "p99, ms",
    "IP": "IP",
    "a second and reader": "IP/s",
    "server CPU ms per 1,000": "CPU",
    "lost": "lost",
    "valid runs": "valid",
}
CAPTION = "IP: bytes a delivery; IP/s: bytes a second and reader; CPU: the server's ms per 1,000 deliveries"
SECTIONS = ("max", "a second and reader", "answered empty", "server CPU ms per 1,000", "out of order")  # a line below


def rows(runs):
    """Return {name: figures}: of each technique, stage and point, its valid runs together, all where none is valid."""
    groups = {}
    for run in sorted(runs, key=_place):
        groups.setdefault(_name(run, "label"), []).append(run)
    return {name: _together(its) for name, its in groups.items()}


def _name(run, *more):
    return " · ".join(filter(None, (run[name] for name in ("technique", "stage", *more))))


def _place(run):
    stages = (*import_module(run["technique"]).STAGES, None)
    return run["point"], TECHNIQUES.index(run["technique"]), stages.index(run["stage"])


def parts(figures, width):
    """Return what a terminal of `width` characters shows of `rows`, one part after the other."""
    made = table(figures)
    if len(figures) > COLUMNS_MAX or not fits(made, width):
        made = turned(figures)
    return [made, *refusals(figures), conclusion(figures)]


def _together(runs):
    valid = [run for run in runs if run["valid"]]
    counted = valid or runs
    latencies = Histogram()
    for run in counted:
        latencies.merge(run["histogram"])
    total = {name: sum(run[name] for run in counted) for name in ("arrived", "heard", "requests", "empty_responses")}
    arrived, seconds = total["arrived"], sum(run["duration_s"] * run["clients"] for run in counted)
    ip = sum(sum(run["ip_bytes"].values()) for run in counted)
    return total | {
        "latency_ms": latencies.summary(),
        "tcp": per(sum(sum(run["tcp_bytes"].values()) for run in counted), arrived),
        "ip": per(ip, arrived),
        "ip_each": ip / seconds,
        "cpu": per(1e6 * sum(run["server_cpu_s"] for run in counted), arrived + total["heard"]),
        **{name: sum(run[name] for run in runs) for name in ("delivered", "lost", "repeated", "reordered")},
        "valid": f"{len(valid)} of {len(runs)}",
        "refused": not valid,
        "lossy": any(run["lossy"] for run in counted),
        "point": runs[0]["point"],
        "label": runs[0]["label"],
        "name": _name(runs[0]),
        "flags": list(dict.fromkeys(flag for run in runs for flag in run["flags"])),
    }


def table(figures):
    """Return the table of `rows` for the terminal, a column for each technique; what is refused is dim."""
    made = Table(box=SIMPLE_HEAD)
    made.add_column("", no_wrap=True)
    for row in figures.values():
        heading = "\n".join(wrap(row["name"], NAME) + wrap(row["label"] or "", NAME))
        made.add_column(heading, justify="right", no_wrap=True, style="dim" if row["refused"] else "")
    for label, write in ROWS.items():
        made.add_row(Align.right(label), *map(write, figures.values()), end_section=label in SECTIONS)
    return made


def turned(figures):
    """Return the same with a line for each row, where there are too many for a column each."""
    made = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, caption=CAPTION, caption_justify="left")
    made.add_column("")
    for heading in LINE.values():
        made.add_column(heading, justify="right", no_wrap=True)
    point = None
    for row in figures.values():
        if row["label"] != point:
            point = row["label"]
            made.add_section()
            made.add_row(point, style="bold")
        made.add_row(row["name"], *(ROWS[label](row) for label in LINE), style="dim" if row["refused"] else "")
    return made


def line(run, number, count):
    """Return one line about a run that is complete."""
    p50 = _number(run["latency_ms"]["p50"])
    words = f"{run['delivered']:,} deliveries, half of them within {p50} ms" if p50 else "no deliveries"
    words = "; ".join(run["flags"]) or words
    return f"{number} of {count}, {_name(run, 'label')}: {words}"


def _whole(amount):
    return "" if amount is None else f"{amount:,.0f}"


def _number(milliseconds):
    return "" if milliseconds is None else f"{milliseconds:,.1f}"


def refusals(figures):
    """Return one sentence for each row with a flag: how many of its runs are valid, and what is against them."""
    return [
        f"{name}, {row['valid']} runs valid: {'; '.join(row['flags'])}."
        for name, row in figures.items()
        if row["flags"]
    ]


def conclusion(figures):
    """Return in one sentence what each technique took, or why nothing can be said; who is better says the report."""
    figures = {name: row for name, row in figures.items() if not (row["refused"] or row["lossy"])}
    if len({row["point"] for row in figures.values()}) > 1:
        return "The report compares the points."
    if len(figures) > COLUMNS_MAX:
        return "The report compares the stages."
    if len(figures) < 2:
        return "Fewer than two techniques have valid runs that delivered everything: there is nothing to compare."
    if any(row["latency_ms"]["p50"] is None for row in figures.values()):
        return (
            f"A reader who is told nothing costs, in bytes a second (IP), {_each(figures, lambda row: row['ip_each'])}."
        )
    p50 = _each(figures, lambda row: row["latency_ms"]["p50"], 1)
    ip, cpu = (_each(figures, lambda row: row[name]) for name in ("ip", "cpu"))  # noqa: B023
    return (
        f"Half of the messages arrive within, in ms, {p50}; a delivery costs, in bytes (IP), {ip}, and in µs of the "
        f"server's CPU {cpu}. The report says which differences are more than chance."
    )


def _each(figures, figure, digits=0):
    return ", ".join(f"{figure(row):,.{digits}f} by {name}" for name, row in figures.items())
