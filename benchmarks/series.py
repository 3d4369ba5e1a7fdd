"""The runs of one technique, and its figures: each a median with its range over the valid runs."""

import statistics
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import looks

LABEL = 36  # characters


@dataclass(frozen=True)
class Figure:
    """The median of one figure over the valid runs, with its range; all None where no run has it."""

    median: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, values):
        """Return the Figure of these values; what is None does not count."""
        values = [value for value in values if value is not None]
        return cls(statistics.median(values), min(values), max(values)) if values else cls()

    def __bool__(self):
        return self.median is not None


@dataclass(eq=False)
class Series:
    """The runs of one technique, at one stage and with one interval and hold, under one workload."""

    folder: Path
    technique: str
    stage: str | None
    title: str
    runs: list = field(default_factory=list)

    @property
    def label(self):
        """Its title, short enough to stand in a plot."""
        words = " ".join(self.title.split())
        return words if len(words) <= LABEL else words[: LABEL - 1] + "…"

    @property
    def look(self):
        """Its looks.Look, the same in every plot."""
        return looks.look(self.technique, self.stage)

    @property
    def valid(self):
        """The runs that count."""
        return [run for run in self.runs if run.get("valid") is True]

    def figure(self, *path, scale=1):
        """Return the Figure at this path of keys in the runs, times `scale`."""
        return Figure.of([ratio(dig(run, *path), 1, scale) for run in self.valid])

    def per(self, *path, count=("delivered",), scale=1.0):
        """Return the Figure of a sum divided by a count of the same run, times `scale`."""
        return Figure.of([ratio(dig(run, *path), dig(run, *count), scale) for run in self.valid])

    @property
    def cpu(self):
        """The Figure of the server's CPU seconds per 1,000 deliveries, those to publishers' connections included."""
        return Figure.of(
            [
                ratio(
                    dig(run, "server_cpu_s"),
                    (dig(run, "arrived") or dig(run, "delivered") or 0) + (dig(run, "heard") or 0),
                    1000,
                )
                for run in self.valid
            ]
        )

    def total(self, name):
        """Return the sum of a count over all runs, the refused ones too: no loss is passed over."""
        return round(sum(dig(run, name) or 0 for run in self.runs))

    @cached_property
    def deliveries(self):
        """The deliveries of each valid run that has them on disk: data frames with scheduled_ms and latency_ms."""
        frames = [deliveries(self.folder, run) for run in self.valid]
        return [frame for frame in frames if frame is not None and len(frame)]


def dig(fields, *path):
    """Return the number at a path of keys; None where there is none."""
    for name in path:
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields if isinstance(fields, int | float) and np.isfinite(fields) else None


def ratio(value, count, scale=1.0):
    """Return `scale`·value/count; None where one of them is missing or nothing was counted."""
    return scale * value / count if value is not None and count else None


def deliveries(folder, run):
    """Return a run's deliveries.csv as a data frame; None where it has none of its own."""
    path = (Path(folder) / str(run.get("deliveries"))).resolve()
    if not path.is_file() or not path.is_relative_to(Path(folder).resolve()):
        return None
    return pd.read_csv(path, usecols=["scheduled_ms", "latency_ms"]).dropna().sort_values("scheduled_ms", kind="stable")
