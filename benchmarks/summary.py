"""A results folder as figures: the valid runs of each technique, each figure as a median with its range."""

import json
import statistics
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import looks

WORKLOAD = "scenario", "clients", "rooms", "rate", "text_bytes"  # what all techniques of a comparison share
LABEL = 36  # characters
VARIANT = "interval", "hold"  # what only some of them know, seconds


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


@dataclass(eq=False)
class Comparison:
    """The Series that one workload allows to compare."""

    workload: dict
    series: list

    @property
    def valid(self):
        """The Series with at least one valid run."""
        return [series for series in self.series if series.valid]

    @property
    def clients(self):
        """How many clients there are."""
        return self.workload.get("clients") or 1


@dataclass(eq=False)
class Results:
    """Everything that a results.json says, in the order in which it is shown."""

    folder: Path
    manifest: dict
    runs: list

    @classmethod
    def load(cls, folder):
        """Read `folder`/results.json."""
        document = json.loads((Path(folder) / "results.json").read_text(encoding="utf-8"))
        return cls(Path(folder), document.get("manifest") or {}, document.get("runs") or [])

    @cached_property
    def comparisons(self):
        """The Comparisons, one for each workload, by size."""
        groups = {}
        for run in self.runs:
            groups.setdefault(tuple(freeze(run.get(name)) for name in WORKLOAD), []).append(run)
        keys = sorted(groups, key=lambda key: [(isinstance(part, str), part or 0) for part in key])
        return [Comparison(dict(zip(WORKLOAD, key, strict=True)), series_of(self.folder, groups[key])) for key in keys]


def series_of(folder, runs):
    """Sort the runs of one workload into Series, each with a title that tells it from the others."""
    groups = {}
    for run in runs:
        key = str(run.get("technique")), run.get("stage") or None, *(freeze(run.get(name)) for name in VARIANT)
        groups.setdefault(key, []).append(run)
    varied = {key[:2] for key in groups if sum(key[:2] == other[:2] for other in groups) > 1}
    found = []
    for technique, stage, *variant in sorted(groups, key=lambda key: (looks.rank(key[0]), str(key[1:]))):
        parts = [looks.named(technique)[0], stage]
        if (technique, stage) in varied:
            parts += [f"{name} {value:g} s" for name, value in zip(VARIANT, variant, strict=True) if value is not None]
        title = " · ".join(part for part in parts if part)
        found.append(Series(folder, technique, stage, title, groups[technique, stage, *variant]))
    return found


def dig(fields, *path):
    """Return the number at a path of keys; None where there is none."""
    for name in path:
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields if isinstance(fields, int | float) and np.isfinite(fields) else None


def ratio(value, count, scale=1.0):
    """Return `scale`·value/count; None where one of them is missing or nothing was counted."""
    return scale * value / count if value is not None and count else None


def freeze(value):
    """Return a value that can be a key."""
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, sort_keys=True)


def deliveries(folder, run):
    """Return a run's deliveries.csv as a data frame; None where there is none."""
    path = Path(folder) / "runs" / f"{run.get('technique')}-{run.get('repetition')}" / "deliveries.csv"
    if not path.is_file():
        return None
    return pd.read_csv(path, usecols=["scheduled_ms", "latency_ms"]).dropna().sort_values("scheduled_ms")
