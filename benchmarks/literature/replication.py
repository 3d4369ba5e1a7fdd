"""The published figures as the lab measures them, from the runs of the scenario `literature`."""

from statistics import median

import pandas as pd

from benchmarks.literature.recomputed import CLIENTS, DELAYS_MS, MEBI, rows

NEAR = 10  # per cent
LATENCY_UNITS = "ms", "times", "transits"
MESSAGES = 5  # in Abril's recording
TITLES = {"WebSocket": "websocket", "SSE": "sse", "long polling": "longpoll", "polling every 250 ms": "polling"}


def table(runs=()):
    """Return the published, recomputed and measured figures as a data frame; `runs` are rows of results.

    Differences are in per cent of the published figure.
    """
    lines = rows(figures(list(runs)))
    return pd.DataFrame(
        {
            "source": [row.source for row in lines],
            "what": [row.what for row in lines],
            "unit": [row.unit for row in lines],
            "published": [row.published for row in lines],
            "recomputed": [row.recomputed for row in lines],
            "recomputed, %": [row.difference(row.recomputed) for row in lines],
            "measured": [row.measured for row in lines],
            "measured, %": [row.difference(row.measured) for row in lines],
            "explanation": [row.note for row in lines],
        }
    )


def records(runs):
    """Return the table's lines as dicts; None for missing values."""
    lines = table(runs).to_dict("records")
    return [{name: None if value != value else value for name, value in line.items()} for line in lines]


def sentences(records):
    """Return the answer from `records`: how many figures follow from their premises, how many were measured here."""
    recomputed = [row for row in records if row["recomputed, %"] is not None]
    measured = [row for row in records if row["measured, %"] is not None]
    if not measured:
        return []
    near = [row for row in measured if abs(row["measured, %"]) <= NEAR]
    timed = [row for row in near if row["unit"] in LATENCY_UNITS]
    far = sorted((row for row in measured if row not in near), key=lambda row: row["measured, %"])
    confirmed = sum(abs(row["recomputed, %"]) <= NEAR for row in recomputed)
    texts = [f"{confirmed} of {len(recomputed)} published figures follow from their own premises within {NEAR} %."]
    latencies = "".join(f"; {comparison_of(row)}" for row in timed)
    texts.append(f"Measured here, {len(near)} of {len(measured)} are within {NEAR} % of the published ones{latencies}.")
    if far:
        low, high = (f"{row['what']} {row['measured, %']:+.0f} %" for row in (far[0], far[-1]))
        most = 2 * sum(row["unit"] not in LATENCY_UNITS for row in far) > len(far)
        why = "most are bytes of headers and frames, which differ between programs, and " if most else ""
        texts.append(f"{len(far)} are further away, from {low} to {high}: {why}the table explains each.")
    if without_payload(measured):
        texts.append("Headers and frames are missing, because these runs did not count the bytes of the messages.")
    return texts


def without_payload(measured):
    """Return whether the runs counted bytes, but not those of the messages."""
    known = {(row["source"], row["what"]) for row in measured}
    return ("abril", "five messages, WebSocket") in known and ("appelqvist", "framing, WebSocket") not in known


def comparison_of(row):
    """Return a measured figure beside the published one."""
    unit = " ms" if row["unit"] == "ms" else ""
    return f"{row['what']} {row['measured']:.3g}{unit} (published {row['published']:.3g})"


def figures(runs):
    """Return {(source, what): the lab's figure}; figures that were not measured are left out."""

    def of(label, technique, figure):
        """Return the median of a figure over the valid runs of a technique at a point; None if no run has it."""
        chosen = [run for run in runs if (run["label"], run["technique"]) == (label, technique) and run["valid"]]
        known = [value for value in map(figure, chosen) if value is not None]
        return median(known) if known else None

    return {key: figure for key, figure in measured(of) if figure is not None}


def measured(of):
    """Yield ((source, what), figure or None)."""
    for technique, title, figure in (("polling", "polling", headers), ("websocket", "WebSocket", framing)):
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
    yield ("appelqvist", "headers, polling"), of("abril", "polling", headers)
    yield ("appelqvist", "headers, long polling"), of("abril", "longpoll", headers)
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
    """Return the server's CPU seconds per second."""
    return run["server_cpu_s"] / run["duration_s"]


def down(run):
    """Return the bytes of TCP payload down per delivered message."""
    return over(run["tcp_bytes"]["down"], run["arrived"])


def headers(run):
    """Return the bytes of a request and its response besides messages: headers, and the JSON around the messages."""
    return over(overhead(run), run["requests"])


def framing(run):
    """Return the bytes on a connection per delivered message besides the message: framing and keep-alives."""
    return over(overhead(run), run["arrived"])


def overhead(run):
    """Return the bytes of TCP payload besides messages; None for a run that did not count both."""
    counts = run.get("payload_bytes"), *run["tcp_bytes"].values()
    return None if None in counts else sum(run["tcp_bytes"].values()) - run["payload_bytes"]


def times(value, factor):
    """Return a product; None without a value."""
    return None if value is None else value * factor


def over(value, base):
    """Return a quotient; None if one of both is missing or the base is 0."""
    return value / base if value is not None and base else None
