"""The table of a comparison in the terminal, and its conclusion in one sentence."""

from importlib import import_module
from textwrap import wrap
from typing import Any

from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.generator.histogram import Histogram, per
from benchmarks.terminal import NAME_WIDTH, fits
from lab.techniques import TECHNIQUES

ROWS = {  # label: how to format the figure in an entry of `summarize`
    "latency, ms: mean": lambda entry: _one_digit(entry["latency_ms"]["mean"]),
    "p50": lambda entry: _one_digit(entry["latency_ms"]["p50"]),
    "p99": lambda entry: _one_digit(entry["latency_ms"]["p99"]),
    "max": lambda entry: _one_digit(entry["latency_ms"]["max"]),
    "bytes per delivery: TCP": lambda entry: _rounded(entry["tcp"]),
    "IP": lambda entry: _rounded(entry["ip"]),
    "per second and reader": lambda entry: _rounded(entry["ip_each"]),
    "requests": lambda entry: f"{entry['requests']:,}",
    "empty responses": lambda entry: f"{entry['empty_responses']:,}",
    "server CPU ms per 1,000": lambda entry: _rounded(entry["cpu"]),
    "deliveries": lambda entry: f"{entry['delivered']:,}",
    "lost": lambda entry: f"{entry['lost']:,}",
    "repeated": lambda entry: f"{entry['repeated']:,}",
    "out of order": lambda entry: f"{entry['reordered']:,}",
    "valid runs": lambda entry: entry["valid"],
}
COLUMNS_MAX = 5
COLUMNS = {  # label in ROWS: its heading if techniques are rows
    "p50": "p50, ms",
    "p99": "p99, ms",
    "IP": "IP",
    "per second and reader": "IP/s",
    "server CPU ms per 1,000": "CPU",
    "lost": "lost",
    "valid runs": "valid",
}
CAPTION = "IP: bytes per delivery; IP/s: bytes per second and reader; CPU: server's ms per 1,000 deliveries"
SECTION_ENDS = ("max", "per second and reader", "empty responses", "server CPU ms per 1,000", "out of order")


def summarize(runs):
    """Return {name: entry} for each technique, stage and point: the sums of its valid runs, or of all if none is."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for run in sorted(runs, key=_sort_key):
        groups.setdefault(_name(run, "label"), []).append(run)
    return {name: _entry(group) for name, group in groups.items()}


def _name(run, *more):
    return " · ".join(filter(None, (run[name] for name in ("technique", "stage", *more))))


def _sort_key(run):
    stages = (*import_module(run["technique"]).STAGES, None)
    return run["point"], TECHNIQUES.index(run["technique"]), stages.index(run["stage"])


def parts(entries, width):
    """Return what a terminal of `width` characters shows of the entries: the table, the flags, the conclusion."""
    table = by_column(entries)
    if len(entries) > COLUMNS_MAX or not fits(table, width):
        table = by_row(entries)
    return [table, *flags(entries), conclusion(entries)]


def _entry(runs):
    valid = [run for run in runs if run["valid"]]
    counted = valid or runs
    latencies = Histogram()
    for run in counted:
        latencies.merge(run["histogram"])
    total = {name: sum(run[name] for run in counted) for name in ("arrived", "heard", "requests", "empty_responses")}
    arrived, reader_seconds = total["arrived"], sum(run["duration_s"] * run["clients"] for run in counted)
    ip = sum(sum(run["ip_bytes"].values()) for run in counted)
    return total | {
        "latency_ms": latencies.summary(),
        "tcp": per(sum(sum(run["tcp_bytes"].values()) for run in counted), arrived),
        "ip": per(ip, arrived),
        "ip_each": ip / reader_seconds,
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


def by_column(entries):
    """Return the table with a column for each entry; entries without a valid run are dim."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for entry in entries.values():
        heading = "\n".join(wrap(entry["name"], NAME_WIDTH) + wrap(entry["label"] or "", NAME_WIDTH))
        table.add_column(heading, justify="right", no_wrap=True, style="dim" if entry["refused"] else "")
    for label, write in ROWS.items():
        table.add_row(Align.right(label), *map(write, entries.values()), end_section=label in SECTION_ENDS)
    return table


def by_row(entries):
    """Return the table with a row for each entry, for many entries or a narrow terminal; it has fewer figures."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, caption=CAPTION, caption_justify="left")
    table.add_column("")
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right", no_wrap=True)
    label = None
    for entry in entries.values():
        if entry["label"] != label:
            label = entry["label"]
            table.add_section()
            table.add_row(label, style="bold")
        cells = (ROWS[name](entry) for name in COLUMNS)
        table.add_row(entry["name"], *cells, style="dim" if entry["refused"] else "")
    return table


def run_line(run: dict[str, Any], number: int, count: int) -> str:
    """Return one line about a complete run, the `number`th of `count`."""
    p50 = _one_digit(run["latency_ms"]["p50"])
    outcome = f"{run['delivered']:,} deliveries, half of them within {p50} ms" if p50 else "no deliveries"
    outcome = "; ".join(run["flags"]) or outcome
    return f"{number} of {count}, {_name(run, 'label')}: {outcome}"


def _rounded(value):
    return "" if value is None else f"{value:,.0f}"


def _one_digit(milliseconds):
    return "" if milliseconds is None else f"{milliseconds:,.1f}"


def flags(entries):
    """Return a sentence for each entry with flags: its number of valid runs, and the flags."""
    return [
        f"{name}, {entry['valid']} runs valid: {'; '.join(entry['flags'])}."
        for name, entry in entries.items()
        if entry["flags"]
    ]


def conclusion(entries):
    """Return one sentence: what each technique takes, or why that cannot be said. Only the report names the better."""
    entries = {name: entry for name, entry in entries.items() if not (entry["refused"] or entry["lossy"])}
    if len({entry["point"] for entry in entries.values()}) > 1:
        return "The report compares the points."
    if len(entries) > COLUMNS_MAX:
        return "The report compares the stages."
    if len(entries) < 2:
        return "Fewer than two techniques have valid runs that delivered everything: there is nothing to compare."
    if any(entry["latency_ms"]["p50"] is None for entry in entries.values()):
        return f"Bytes per second of an idle reader (IP): {_each(entries, lambda entry: entry['ip_each'])}."
    p50 = _each(entries, lambda entry: entry["latency_ms"]["p50"], 1)
    ip, cpu = _each(entries, lambda entry: entry["ip"]), _each(entries, lambda entry: entry["cpu"])
    return (
        f"Half of the messages arrive within (ms): {p50}. Bytes per delivery (IP): {ip}. Server CPU per delivery (µs): "
        f"{cpu}. The report says which differences are more than chance."
    )


def _each(entries, figure, digits=0):
    return ", ".join(f"{name} {figure(entry):,.{digits}f}" for name, entry in entries.items())
