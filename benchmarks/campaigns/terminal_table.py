"""The table of a comparison in the terminal, and its conclusion in one sentence."""

from importlib import import_module
from textwrap import wrap
from typing import Any

from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.generator.histogram import Histogram, per
from benchmarks.generator.run_summary import both_ways
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
MISSING = "–"
UNSUPPORTED = {  # field of a run: what is missing if it is false
    "tcp_info": "Bytes are missing, because this system has no TCP_INFO.",
    "kernel_stamps": "Latencies include the readers' own delay, because this system's kernel gives no timestamps.",
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
    notes = dict.fromkeys(note for entry in entries.values() for note in entry["unsupported"])
    return [table, *flags(entries), *notes, conclusion(entries)]


def _entry(runs):
    valid = [run for run in runs if run["valid"]]
    counted = valid or runs
    latencies = Histogram()
    for run in counted:
        latencies.merge(run["histogram"])
    total = {name: sum(run[name] for run in counted) for name in ("arrived", "heard", "requests", "empty_responses")}
    arrived, reader_seconds = total["arrived"], sum(run["duration_s"] * run["clients"] for run in counted)
    tcp, ip = (_sum(both_ways(run[f"{level}_bytes"]) for run in counted) for level in ("tcp", "ip"))
    return total | {
        "latency_ms": latencies.summary(),
        "tcp": per(tcp, arrived),
        "ip": per(ip, arrived),
        "ip_each": per(ip, reader_seconds),
        "cpu": per(1e6 * sum(run["server_cpu_s"] for run in counted), arrived + total["heard"]),
        **{name: sum(run[name] for run in runs) for name in ("delivered", "lost", "repeated", "reordered")},
        "valid": f"{len(valid)} of {len(runs)}",
        "refused": not valid,
        "lossy": any(run["lossy"] for run in counted),
        "point": runs[0]["point"],
        "label": runs[0]["label"],
        "name": _name(runs[0]),
        "unsupported": [note for name, note in UNSUPPORTED.items() if not all(run.get(name, True) for run in counted)],
        "flags": list(dict.fromkeys(flag for run in runs for flag in run["flags"])),
    }


def _sum(values):
    """Return a sum; None if one of the values is unknown."""
    values = list(values)
    return None if None in values else sum(values)


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
    outcome = "no deliveries"
    if (p50 := run["latency_ms"]["p50"]) is not None:
        outcome = f"{run['delivered']:,} deliveries, half of them within {_one_digit(p50)} ms"
    outcome = "; ".join(run["flags"]) or outcome
    return f"{number} of {count}, {_name(run, 'label')}: {outcome}"


def _rounded(value):
    return MISSING if value is None else f"{value:,.0f}"


def _one_digit(milliseconds):
    return MISSING if milliseconds is None else f"{milliseconds:,.1f}"


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
        return _each("Bytes per second of an idle reader (IP)", entries, "ip_each") or "No bytes were counted."
    p50 = {name: {"p50": entry["latency_ms"]["p50"]} for name, entry in entries.items()}
    sentences = [
        _each("Half of the messages arrive within (ms)", p50, "p50", 1),
        _each("Bytes per delivery (IP)", entries, "ip"),
        _each("Server CPU per delivery (µs)", entries, "cpu"),
        "The report says which differences are more than chance.",
    ]
    return " ".join(filter(None, sentences))


def _each(what, entries, field, digits=0):
    """Return a sentence with one figure of each entry; empty if one of them is unknown."""
    if any(entry[field] is None for entry in entries.values()):
        return ""
    return f"{what}: {', '.join(f'{name} {entry[field]:,.{digits}f}' for name, entry in entries.items())}."
