"""A results folder as figures: the valid runs of each technique, each figure as a median with its range."""

import csv
import json
import statistics
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path

import numpy as np

COLOURS = "#56B4E9", "#D55E00", "#F0E442", "#000000"  # for techniques that name none; Okabe and Ito's palette
WORKLOAD = "scenario", "clients", "rooms", "rate", "interval", "hold", "text_bytes", "duration_s"


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


@dataclass
class Series:
    """The runs of one technique (at one stage) under one workload."""

    technique: str
    stage: str | None
    workload: tuple
    runs: list = field(default_factory=list)
    folder: Path | None = None

    @property
    def valid(self):
        """The runs that count."""
        return [run for run in self.runs if run.get("valid")]

    @property
    def title(self):
        """What readers call it."""
        return named(self.technique)[0] + (f" · {self.stage}" if self.stage else "")

    def figure(self, *path, of=None):
        """Return the Figure at this path in the runs, or of what `of(run)` computes."""
        return Figure.of([of(run) if of else dig(run, *path) for run in self.valid])

    def per(self, *path, count="delivered", scale=1.0):
        """Return the Figure of a sum divided by how many were delivered (or published …), times `scale`."""

        def ratio(run):
            value, number = dig(run, *path), dig(run, count)
            return scale * value / number if value is not None and number else None

        return self.figure(of=ratio)

    def total(self, name):
        """Return the sum of a count over all runs, refused ones too: nothing lost is passed over."""
        return sum(dig(run, name) or 0 for run in self.runs)

    @cached_property
    def latencies(self):
        """The sorted latencies in ms of each valid run that has its deliveries on disk."""
        arrays = [latencies(self.folder, run) for run in self.valid]
        return [array for array in arrays if array.size]


@dataclass
class Results:
    """Everything a results.json says, in the order in which it is shown."""

    folder: Path
    manifest: dict
    runs: list

    @classmethod
    def load(cls, folder):
        """Read `folder`/results.json."""
        document = json.loads((Path(folder) / "results.json").read_text())
        return cls(Path(folder), document.get("manifest") or {}, document.get("runs") or [])

    @cached_property
    def series(self):
        """The Series, techniques in the order in which they first come in TECHNIQUES' usual order."""
        found = {}
        for run in self.runs:
            workload = tuple((name, freeze(run.get(name))) for name in WORKLOAD)
            key = workload, run.get("technique", "?"), run.get("stage")
            found.setdefault(key, Series(key[1], key[2], workload, folder=self.folder)).runs.append(run)
        return sorted(found.values(), key=lambda series: (rank(series.technique), str(series.stage or "~")))

    @cached_property
    def workloads(self):
        """The Series of each workload: {workload: [Series]}."""
        return {
            workload: [series for series in self.series if series.workload == workload]
            for workload in sorted({series.workload for series in self.series}, key=str)
        }


def dig(fields, *path):
    """Return the number at a path of keys; None where there is none."""
    for name in path:
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields if isinstance(fields, int | float) and fields == fields else None


def freeze(value):
    """Return a value that can be a key."""
    return value if isinstance(value, str | int | float | None) else json.dumps(value, sort_keys=True)


ORDER = ["polling", "longpoll", "sse", "websocket"]


def rank(name):
    """Return where a technique stands in every table and plot: those of the staircase first."""
    return (ORDER.index(name), "") if name in ORDER else (len(ORDER), name)


def named(name):
    """Return (title, colour) of a technique, from its module where there is one."""
    try:
        module = import_module(name) if str(name).isidentifier() else None
    except ImportError:
        module = None
    colour = getattr(module, "COLOUR", COLOURS[sum(map(ord, str(name))) % len(COLOURS)])
    return getattr(module, "TITLE", str(name)), colour


def latencies(folder, run):
    """Return the sorted latencies in ms of a run's deliveries.csv; empty where there is no such file."""
    path = Path(folder) / "runs" / f"{run.get('technique')}-{run.get('repetition')}" / "deliveries.csv"
    if not path.is_file():
        return np.array([])
    with path.open(newline="") as file:
        values = [row["latency_ms"] for row in csv.DictReader(file)]
    return np.sort(np.array([value for value in values if value], dtype=float))
