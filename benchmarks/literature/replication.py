"""What the lab measures of the published figures: from the runs of the scenario `literature`."""

from statistics import median

import pandas as pd

from benchmarks.literature import literature
from benchmarks.literature.literature import CLIENTS, DELAYS_MS, MEBI

NEAR = 10  # per cent
TIMES = "ms", "times", "transits"  # units of what is about latency
MESSAGES = 5  # of Abril's recording
TITLES = {"WebSocket": "websocket", "SSE": "sse", "long polling": "longpoll", "polling every 250 ms": "polling"}


def table(runs=()):
    """Return the published, recomputed and measured figures as a data frame, a line each; `runs` are rows of results.

    Differences are in per cent of the published figure.
    """
    found = literature.rows(figures(list(runs)))
    return pd.DataFrame(
        {
            "source": [row.source for row in found],
            "what": [row.what for row in found],
            "unit": [row.unit for row in found],
            "published": [row.published for row in found],
            "recomputed": [row.recomputed for row in found],
            "recomputed, %": [row.departure(row.recomputed) for row in found],
            "measured": [row.measured for row in found],
            "measured, %": [row.departure(row.measured) for row in found],
            "explanation": [row.note for row in found],
        }
    )


def records(runs):
    """Return the table's lines as dicts; None for what there is not."""
    lines = table(runs).to_dict("records")
    return [{name: None if value != value else value for name, value in line.items()} for line in lines]


def sentences(rows):
    """Return the answer from `records`: how many figures come out of their premises, how many are measured here."""
    recomputed, measured = ([row for row in rows if row[f"{how}, %"] is not None] for how in ("recomputed", "measured"))
    if not measured:
        return []
    near = [row for row in measured if abs(row["measured, %"]) <= NEAR]
    timed = [row for row in near if row["unit"] in TIMES]
    far = sorted((row for row in measured if row not in near), key=lambda row: row["measured, %"])
    again = sum(abs(row["recomputed, %"]) <= NEAR for row in recomputed)
    said = [f"{again} of {len(recomputed)} published figures come out of their sources' own premises within {NEAR} %."]
    beside = "".join(f"; {said_of(row)}" for row in timed)
    said.append(f"Measured here, {len(near)} of {len(measured)} lie within {NEAR} % of what was published{beside}.")
    if far:
        low, high = (f"{row['what']} {row['measured, %']:+.0f} %" for row in (far[0], far[-1]))
        most = 2 * sum(row["unit"] not in TIMES for row in far) > len(far)
        why = "most are bytes of heads and frames, which are each program's own, and " if most else ""
        said.append(f"{len(far)} lie further off, from {low} to {high}: {why}the table explains each.")
    if uncounted(measured):
        said.append("Heads and frames are left out: these runs did not count the bytes of the messages themselves.")
    return said


def uncounted(measured):
    """Tell whether the runs have bytes, and nothing tells which of them were messages."""
    known = {(row["source"], row["what"]) for row in measured}
    return ("abril", "five messages, WebSocket") in known and ("appelqvist", "framing, WebSocket") not in known


def said_of(row):
    """Return a measured figure beside the published one."""
    unit = " ms" if row["unit"] == "ms" else ""
    return f"{row['what']} {row['measured']:.3g}{unit} (published {row['published']:.3g})"


def figures(runs):
    """Return {(source, what): the lab's figure}; what was not measured is left out."""

    def of(label, technique, figure):
        """Return the median of a figure over the valid runs of a technique at a point; None where no run has it."""
        its = [run for run in runs if (run["label"], run["technique"]) == (label, technique) and run["valid"]]
        known = [found for found in map(figure, its) if found is not None]
        return median(known) if known else None

    return {key: figure for key, figure in measured(of) if figure is not None}


def measured(of):
    """Yield ((source, what), figure or None)."""
    for technique, title, figure in (("polling", "polling", around), ("websocket", "WebSocket", framing)):
        size = of("lubbers", technique, figure)
        for clients in CLIENTS:
            yield ("lubbers", f"{title}, {clients:,} clients"), times(size, 8 * clients / MEBI)
    polled, pushed = of("edmonton", "polling", mean), of("edmonton", "websocket", mean)
    yield ("pimentel", "polling, Edmonton"), polled
    yield ("pimentel", "WebSocket, Edmonton"), pushed
    yield ("pimentel", "polling : WebSocket, Edmonton"), over(polled, pushed)
    for delay in DELAYS_MS:
        label = f"long polling at {delay} ms"
        ratio = over(of(label, "longpoll", mean), of(label, "websocket", mean))
        yield ("pimentel", f"long polling : WebSocket, d {delay} ms"), ratio
    for title, technique in TITLES.items():
        yield ("abril", f"five messages, {title}"), times(of("abril", technique, down), MESSAGES)
    yield ("appelqvist", "headers, polling"), of("abril", "polling", around)
    yield ("appelqvist", "headers, long polling"), of("abril", "longpoll", around)
    yield ("appelqvist", "framing, SSE"), of("abril", "sse", framing)
    yield ("appelqvist", "framing, WebSocket"), of("abril", "websocket", framing)
    yield ("bozdag", "server CPU, push : pull"), over(of("abril", "sse", cpu), of("abril", "polling", cpu))
    yield ("rfc6202", "long polling, average"), times(of("long polling at 50 ms", "longpoll", mean), 1 / 50)
    yield ("rfc6202", "long polling, maximum"), times(of("long polling at 200 ms", "longpoll", longest), 1 / 200)


def mean(run):
    """Return the mean latency in ms."""
    return run["latency_ms"]["mean"]


def longest(run):
    """Return the longest latency in ms."""
    return run["latency_ms"]["max"]


def cpu(run):
    """Return the server's CPU seconds a second."""
    return run["server_cpu_s"] / run["duration_s"]


def down(run):
    """Return the bytes of TCP payload that came down for a delivered message."""
    return run["tcp_bytes"]["down"] / run["arrived"]


def around(run):
    """Return the bytes of a request and its answer that are no message: heads, and the object around the messages."""
    return over(beside(run), run["requests"])


def framing(run):
    """Return the bytes on a connection beside a delivered message: its frame or event, and what keeps it alive."""
    return over(beside(run), run["arrived"])


def beside(run):
    """Return the bytes of TCP payload that were no message; None of a run that did not count its messages' bytes."""
    payload = run.get("payload_bytes")
    return None if payload is None else sum(run["tcp_bytes"].values()) - payload


def times(value, factor):
    """Return a product; None without a value."""
    return None if value is None else value * factor


def over(value, base):
    """Return a quotient; None without both."""
    return value / base if value is not None and base else None
