"""The model's figures beside the measured ones, and what could explain where they part."""

import math
from dataclasses import dataclass, field, replace

from benchmarks import model
from benchmarks.summary import Figure, Series, dig

APART = 10.0  # per cent: a difference over it is explained, or said to be unexplained
# What the load's clients and the lab's server write: request without path, answer's head, bodies without messages.
REQUEST = "GET {} HTTP/1.1\r\nHost: 127.0.0.1:50000\r\nAccept-Encoding: identity\r\n\r\n"
PATH = {
    "polling": "/polling/load-01234567-0/messages/?after=100",
    "longpoll": f"/longpoll/load-01234567-0/messages/?after=100&queue={22 * 'q'}&hold=25",
}
ANSWER = 150  # bytes: status, date, server, length, caching, type
EMPTY = {
    "polling": '{"messages":[],"last":100,"more":false}',
    "longpoll": '{"messages":[],"last":100,"more":false,"queue":"%s"}' % (22 * "q"),
}
MESSAGE = (
    '{"id":100,"room":"load-01234567-0","author":"Publisher 0","text":"","nonce":"%s",'
    '"sent_at":1763678000123.4567,"published_at":1763678000124.5678}' % (22 * "n")
)
TYPE = {"websocket": '"type":"message",'}  # what a frame says more


@dataclass
class Row:
    """One figure: measured, predicted, by how many per cent the first lies above the second, and why."""

    series: Series
    what: str
    unit: str
    measured: Figure
    predicted: float
    notes: list = field(default_factory=list)

    @property
    def difference(self):
        """Per cent of the model's figure; None where there is none to compare with."""
        if not self.measured or not self.predicted:
            return None
        return 100 * (self.measured.median / self.predicted - 1)

    @property
    def apart(self):
        """Tell whether the difference asks for an explanation."""
        return self.difference is not None and abs(self.difference) > APART


def base(comparison):
    """Return (d_eff in seconds, titles of the series it is the median of): what a delivery takes that need not wait."""
    pushed = [series for series in comparison.valid if is_push(series) and not series.stage]
    figure = Figure.of([dig(run, "latency_ms", "p50") for series in pushed for run in series.valid])
    return (figure.median or 0.0) / 1000, [series.title for series in pushed]


def is_push(series):
    """Tell whether the model knows the technique as one whose messages wait for nothing."""
    return series.technique in model.MODELS and model.MODELS[series.technique].push


def parameters(comparison, series, delay):
    """Return the model's Parameters for a series; `delay` in seconds is the base of all techniques."""
    run, name = series.valid[0], series.technique
    return model.Parameters(
        rate=dig(run, "rate") or 1.0,
        delay=delay,
        interval=dig(run, "interval") or 1.0,
        hold=dig(run, "hold") or 25.0,
        headers=len(REQUEST.format(PATH.get(name, ""))) + ANSWER,
        message=(dig(run, "text_bytes") or 100) + len(MESSAGE) + len(TYPE.get(name, "")),
        empty=len(EMPTY.get(name, "")),
    )


def rows(comparison):
    """Return the Rows of every series that has valid runs and a model."""
    delay, _titles = base(comparison)
    found = []
    for series in comparison.valid:
        if series.technique in model.MODELS:
            p = parameters(comparison, series, delay)
            found += [row for row in series_rows(comparison, series, p) if row.measured and row.predicted]
    for row in found:
        if row.apart:
            row.notes = explain(comparison, row, delay) or ["not explained by anything this page knows"]
    return found


def series_rows(comparison, series, p):
    """Return the Rows of one series."""
    name, clients = series.technique, comparison.clients
    predicted_ms = {"mean": model.mean(name, p)} | {
        f"p{percent}": model.quantile(name, p, percent / 100) for percent in (50, 90, 99)
    }
    latency = [
        Row(series, f"latency, {key}", "ms", series.figure("latency_ms", key), value * 1000)
        for key, value in predicted_ms.items()
    ]
    asked = Figure.of([per_client_second(run, clients) for run in series.valid])
    return [
        *latency,
        Row(series, "requests", "a second and client", asked, model.requests(name, p)),
        Row(
            series,
            "bytes, TCP payload",
            "a delivered message",
            bytes_per_message(series, "tcp"),
            model.payload(name, p) / p.rate,
        ),
        Row(
            series,
            "bytes, IP level",
            "a delivered message",
            bytes_per_message(series, "ip"),
            model.ip(name, p) / p.rate,
        ),
    ]


def per_client_second(run, clients):
    """Return the requests of a run a second and client."""
    requests, seconds = dig(run, "requests"), dig(run, "duration_s")
    return requests / seconds / clients if requests is not None and seconds else None


def bytes_per_message(series, level, *ways):
    """Return the Figure of the readers' bytes a delivered message: `level` tcp or ip, `ways` up, down (both)."""
    ways = ways or ("up", "down")
    figures = []
    for run in series.valid:
        arrived = dig(run, "arrived") or dig(run, "delivered")
        sums = [dig(run, f"{level}_bytes", way) for way in ways]
        figures.append(sum(sums) / arrived if arrived and None not in sums else None)
    return Figure.of(figures)


def bytes_per_second(series, level):
    """Return the Figure of the bytes a second that one reader's connection carries, both ways."""
    figures = []
    for run in series.valid:
        sums, seconds = [dig(run, f"{level}_bytes", way) for way in ("up", "down")], dig(run, "duration_s")
        figures.append(sum(sums) / seconds / (dig(run, "clients") or 1) if seconds and None not in sums else None)
    return Figure.of(figures)


def at_interval(p, interval):
    """Return the same Parameters at another polling interval, seconds."""
    return replace(p, interval=interval)


def crossings(comparison):
    """Return [(title of polling, of the other, λ at TCP, λ at IP)]: above λ a room's rate makes polling cheaper."""
    delay, _titles = base(comparison)
    plain = [series for series in comparison.valid if series.technique in model.MODELS and not series.stage]
    polled = [series for series in plain if series.technique == "polling"]
    found = []
    for one in polled[:1]:
        p = parameters(comparison, one, delay)
        for other in plain:
            if other.technique != "polling":
                q = parameters(comparison, other, delay)
                rates = [model.crossing("polling", other.technique, p, level, q) for level in (model.payload, model.ip)]
                found.append((one.title, other.title, *rates))
    return found


def explain(comparison, row, delay):
    """Return sentences on what could set the measured figure apart: suspicions, not findings."""
    series, technique = row.series, row.series.technique
    above = row.difference > 0
    notes = []
    if row.what.startswith("latency"):
        if is_push(series):
            if row.what != "latency, p50":
                notes.append(
                    "the model gives a push one latency for all deliveries; the tail is the server's: commits to disk, "
                    "the fan-out to the readers after the first, whatever else the machine did"
                )
            else:
                notes.append("the base is a median over all push runs; this technique lies on one side of it")
        elif technique == "longpoll":
            notes.append(
                "the gap between two requests is taken as twice the base, but is the client's and the server's own time"
            )
        elif chance := phase_error(comparison, series):
            notes.append(f"with so few polls the phases alone scatter the mean by about ±{chance:.0f} %")
            if above:
                notes.append("polls that come together wait for each other at the server")
    elif row.what == "requests":
        if technique == "longpoll":
            notes.append("each message ends a request; messages closer together than the gap share an answer")
        else:
            notes.append("fewer requests than planned: answers took longer than the interval" if not above else "")
    else:
        if is_push(series):
            notes.append("messages written together share a segment and an acknowledgement" if not above else "")
            notes.append("acknowledgements and pings count beside the messages" if above else "")
        else:
            notes.append(
                "head and body of an answer travel in segments of their own" if above and "IP" in row.what else ""
            )
    return [note for note in notes if note]


def phase_error(series):
    """Return by how many per cent (one standard error) chance moves polling's mean latency.

    Two deliveries that share a message or a client still wait independently of each other, so all of them count.
    """
    delivered = series.figure("delivered").median
    return 100 / math.sqrt(3 * delivered) if delivered else 0.0
