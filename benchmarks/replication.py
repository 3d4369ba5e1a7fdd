"""What the lab measures of the published figures: from the runs of the scenario `literature`."""

from statistics import median

import pandas as pd

from benchmarks import literature, sizes
from benchmarks.literature import CLIENTS, DELAYS_MS, MEBI

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
            "recomputed, %": [percent(row.recomputed, row.published) for row in found],
            "measured": [row.measured for row in found],
            "measured, %": [percent(row.measured, row.published) for row in found],
            "explanation": [row.note for row in found],
        }
    )


def percent(value, published):
    """Return by how many per cent a figure departs from the published one; None without either."""
    return 100 * (value / published - 1) if value is not None and published else None


def figures(runs):
    """Return {(source, what): the lab's figure}; what was not measured is left out."""

    def of(label, technique, figure):
        """Return the median of a figure over the valid runs of a technique at a point; None without any."""
        its = [run for run in runs if (run["label"], run["technique"]) == (label, technique) and run["valid"]]
        return median(map(figure, its)) if its else None

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
        label = f"long polling, d {delay} ms"
        ratio = over(of(label, "longpoll", mean), of(label, "websocket", mean))
        yield ("pimentel", f"long polling : WebSocket, d {delay} ms"), ratio
    for title, technique in TITLES.items():
        yield ("abril", f"five messages, {title}"), times(of("abril", technique, down), MESSAGES)
    yield ("appelqvist", "headers, polling"), of("abril", "polling", around)
    yield ("appelqvist", "headers, long polling"), of("abril", "longpoll", around)
    yield ("appelqvist", "framing, SSE"), of("abril", "sse", framing)
    yield ("appelqvist", "framing, WebSocket"), of("abril", "websocket", framing)
    yield ("bozdag", "server CPU, push : pull"), over(of("abril", "sse", cpu), of("abril", "polling", cpu))
    yield ("rfc6202", "long polling, average"), times(of("long polling, d 50 ms", "longpoll", mean), 1 / 50)
    yield ("rfc6202", "long polling, maximum"), times(of("long polling, d 200 ms", "longpoll", longest), 1 / 200)


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
    return (sum(run["tcp_bytes"].values()) - run["arrived"] * size(run)) / run["requests"]


def framing(run):
    """Return the bytes on a connection beside a delivered message: its frame or event, and what keeps it alive."""
    return sum(run["tcp_bytes"].values()) / run["arrived"] - size(run)


def size(run):
    """Return the bytes of a message as JSON."""
    return sizes.message(run["technique"], run["text_bytes"])


def times(value, factor):
    """Return a product; None without a value."""
    return None if value is None else value * factor


def over(value, base):
    """Return a quotient; None without both."""
    return value / base if value is not None and base else None
