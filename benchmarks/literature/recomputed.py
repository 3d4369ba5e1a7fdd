"""Published figures, recomputed from their own premises, and compared with what the lab measures.

A Row's `recomputed` follows from the premises that the source states; its `measured` is the lab's figure, if there are
results of the scenario `literature`.
"""

from dataclasses import replace

import numpy as np

from benchmarks import model
from benchmarks.literature.sources import SOURCES, Row
from benchmarks.model.parameters import Parameters

MEBI = 2**20  # the divisor of Lubbers and Greco, who call it mega
CLIENTS = 1_000, 10_000, 100_000
SITES = "2 + 75 ms / d is 2.31 for d = 242 ms and 4.48 for 30 ms; the delays of the sites were not published"
DELAYS_MS = 50, 100, 150, 200  # one way, on both sides of half the message interval


def rows(measured=None):
    """Return all Rows, source by source; `measured` is {(source, what): the lab's figure}, see replication.py."""
    published = [row for source in SOURCES for row in RECOMPUTED[source]()]
    return [replace(row, measured=(measured or {}).get((row.source, row.what))) for row in published]


def lubbers():
    """Return the table of header traffic: each client gets one header per second, and nothing else counts."""
    published = {"polling": (871, (6.6, 66, 665)), "WebSocket": (2, (0.015, 0.153, 1.526))}
    notes = {
        "polling": "header arithmetic: 871 counts characters without line ends, 909 with CRLF; measured with this "
        "lab's client, which sends no cookie and few headers",
        "WebSocket": "2 bytes of framing before RFC 6455; since then 2 for up to 125 bytes and 4 above, as for this "
        "lab's messages in JSON, and a heartbeat or ping now and then",
    }
    traffic = [
        Row(
            "lubbers",
            f"{name}, {clients:,} clients",
            "2²⁰ bit/s",
            figure,
            header * clients * 8 / MEBI,
            note=notes[name],
        )
        for name, (header, figures) in published.items()
        for clients, figure in zip(CLIENTS, figures, strict=True)
    ]
    late = model.maximum("longpoll", Parameters(delay=0.050)) / model.mean("websocket", Parameters(delay=0.050))
    note = "50 ms one way: a message that just misses a request takes three transits, a frame takes one"
    return [*traffic, Row("lubbers", "latency, polling : pushing", "times", 3.0, late, note=note)]


def pimentel():
    """Return the figures for Edmonton: one-way delay 40.3 ms, messages at 4 Hz, a pause of 150 ms between polls."""
    edmonton = Parameters(rate=4.0, delay=0.0403, interval=0.150, pause=True)
    polled = 1000 * model.mean("polling", edmonton)
    note = "mean d + (150 ms + 2d)/2; their round trip varied, that of the model does not"
    return [
        Row("pimentel", "polling, Edmonton", "ms", 151.3, polled, note=note),
        Row(
            "pimentel",
            "WebSocket, Edmonton",
            "ms",
            40.3,
            note="used here as the delay d of the link, so there is nothing to recompute",
        ),
        Row("pimentel", "polling : WebSocket, Edmonton", "times", 151.3 / 40.3, polled / 40.3, note="2 + 75 ms / d"),
        Row("pimentel", "polling : WebSocket, least of the sites", "times", 2.31, note=SITES),
        Row("pimentel", "polling : WebSocket, most of the sites", "times", 4.48, note=SITES),
        *map(half_interval, DELAYS_MS),
    ]


def half_interval(delay_ms):
    """Return long polling compared with WebSocket for messages every 250 ms, at a one-way delay."""
    always = delay_ms < 125
    note = (
        "published in words: like WebSocket below half the message interval, when a request always waits"
        if always
        else "above half the interval, messages wait for the next request: about two transits on average"
    )
    ratio = regular_long_poll(delay_ms / 1000, 0.250) / (delay_ms / 1000)
    what = f"long polling : WebSocket, d {delay_ms} ms"
    return Row("pimentel", what, "times", 1.0 if always else None, ratio, note=note)


def regular_long_poll(delay, interval, messages=20_000):
    """Return long polling's mean latency in seconds for messages at a fixed `interval`, by simulation.

    The model's formula is for random arrivals; regular ones either always find a waiting request or drift past it.
    """
    published = interval * np.arange(1, messages + 1)
    waits, now, first = np.empty(messages), 0.0, 0
    while first < messages:
        now = max(now, published[first])
        last = int(np.searchsorted(published, now, "right"))
        waits[first:last] = now - published[first:last]
        first, now = last, now + 2 * delay
    return delay + float(waits.mean())


def grigorik():
    """Return the cost of 10,000 polling clients with 850 bytes of headers."""
    minute, second = Parameters(interval=60.0), Parameters(interval=1.0)
    note = "decimal megabits; only headers, 850 bytes per request"
    return [
        Row(
            "grigorik",
            "requests per second, every 60 s",
            "1/s",
            167,
            10_000 * model.requests("polling", minute),
            note="10,000 clients, one request a minute",
        ),
        Row("grigorik", "traffic, every 60 s", "Mbit/s", 1.13, headers(850, 10_000, minute) / 1e6, note=note),
        Row("grigorik", "traffic, every second", "Mbit/s", 68, headers(850, 10_000, second) / 1e6, note=note),
        Row("grigorik", "mean wait, every 60 s", "s", 30, model.mean("polling", minute), note="half the interval"),
        Row(
            "grigorik",
            "smallest frame, down",
            "bytes",
            2,
            model.MODELS["websocket"].framing(replace(minute, message=30)),
            note="RFC 6455, up to 125 bytes from the server",
        ),
        Row("grigorik", "smallest frame, up", "bytes", 6, note="2 and the 4 of the mask; 14 for the largest"),
        Row("grigorik", "smallest framing of an event", "bytes", 5, len("data:"), note="without its line ends"),
    ]


def headers(size, clients, p):
    """Return the bits per second for headers of `size` bytes."""
    return 8 * size * clients * model.requests("polling", p)


def abril():
    """Return the response bytes of five messages, one a second, as a browser recorded them."""
    note = (
        "the bytes depend on the server's headers and on the message, which here is JSON with room, author and times, "
        "so they cannot be recomputed"
    )
    figures = {"WebSocket": 629, "SSE": 1_071, "long polling": 1_908, "polling every 250 ms": 3_609}
    return [Row("abril", f"five messages, {name}", "bytes", figure, note=note) for name, figure in figures.items()]


def appelqvist():
    """Return the headers of each technique, and the bytes of a message of 30 bytes."""
    ours = "of request and response; those of a browser there, this lab's short ones here"
    event = "theirs is the word data and its line ends; here each event also has an id, and is a chunk of the response"
    return [
        Row("appelqvist", "headers, polling", "bytes", 281 + 191, note=ours),
        Row("appelqvist", "headers, long polling", "bytes", 273 + 191, note=ours),
        Row("appelqvist", "framing, SSE", "bytes", 8, note=event),
        Row(
            "appelqvist",
            "framing, WebSocket",
            "bytes",
            2,
            model.MODELS["websocket"].framing(Parameters(message=30)),
            note="2 bytes for up to 125, 4 above; here the messages are longer than 30 bytes, because they are JSON",
        ),
        Row("appelqvist", "30 bytes by long polling", "bytes", 494, 273 + 191 + 30, note="headers and text"),
        Row("appelqvist", "30 bytes by SSE", "bytes", 38, 8 + 30, note="framing and text"),
    ]


def bozdag():
    """Return the published ratios; the tables were not available."""
    note = "not comparable: their server had a thread for each connection, this one a few objects, so push is cheaper"
    limit = "their server was saturated at 350 to 500; the lesson on capacity measures this machine"
    return [
        Row("bozdag", "server CPU, push : pull", "times", 7, note=note),
        Row("bozdag", "users at saturation, from", "users", 350, note=limit),
    ]


def vyvere():
    """Return how many clients were served: N ≤ capacity · acceptable latency, the rule of capacity."""
    note = "within 4 s: 6,250 deliveries per second is this figure divided by 4, so there is nothing to recompute"
    even = "the acceptable latency above which polling serves more; the lesson on capacity measures this machine"
    return [
        Row(
            "vyvere",
            "clients served by polling",
            "clients",
            8_000,
            note="the lesson on capacity measures this machine",
        ),
        Row("vyvere", "clients served by SSE", "clients", 25_000, note=note),
        Row("vyvere", "break-even of polling and SSE", "s", 10, note=even),
    ]


def rfc6202():
    """Return long polling's bounds in transits."""
    rare = Parameters(rate=1e-3, delay=0.050)
    return [
        Row(
            "rfc6202",
            "long polling, average",
            "transits",
            1,
            model.mean("longpoll", rare) / rare.delay,
            note="messages are rare",
        ),
        Row(
            "rfc6202",
            "long polling, maximum",
            "transits",
            3,
            model.maximum("longpoll", rare) / rare.delay,
            note="a message that just misses the response",
        ),
    ]


RECOMPUTED = {
    "lubbers": lubbers,
    "pimentel": pimentel,
    "grigorik": grigorik,
    "abril": abril,
    "appelqvist": appelqvist,
    "bozdag": bozdag,
    "vyvere": vyvere,
    "rfc6202": rfc6202,
}
