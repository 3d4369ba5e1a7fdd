"""The model's figures beside the measured ones, and what could explain where they part."""

from dataclasses import dataclass, field

from benchmarks import model
from benchmarks.explanation import explain
from benchmarks.prediction import base, bytes_per_message, parameters
from benchmarks.series import Figure, Series, dig

APART = 10.0  # per cent: a difference over it is explained, or said to be unexplained


@dataclass
class Row:
    """One figure: measured, predicted, by how many per cent the first lies above the second, and why."""

    series: Series
    what: str
    unit: str
    measured: Figure
    predicted: float
    level: str = ""  # tcp or ip, of a row of bytes
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
            row.notes = explain(comparison, row) or ["not explained by anything this page knows"]
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
            "tcp",
        ),
        Row(
            series,
            "bytes, IP level",
            "a delivered message",
            bytes_per_message(series, "ip"),
            model.ip(name, p) / p.rate,
            "ip",
        ),
    ]


def per_client_second(run, clients):
    """Return the requests of a run a second and client."""
    requests, seconds = dig(run, "requests"), dig(run, "duration_s")
    return requests / seconds / clients if requests is not None and seconds else None
