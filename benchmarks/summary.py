"""A results folder, sorted into what can be compared."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks import looks
from benchmarks.series import Series

WORKLOAD = "scenario", "clients", "rooms", "rate", "text_bytes"  # what all techniques of a comparison share
VARIANT = "interval", "hold"  # what only some of them know, seconds


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
        runs = document.get("runs") or []
        places = Counter(place(run) for run in runs)
        # Where two runs share a folder, nobody knows whose its deliveries are.
        own = [run | {"deliveries": place(run) if places[place(run)] == 1 else None} for run in runs]
        return cls(Path(folder), document.get("manifest") or {}, own)

    @cached_property
    def comparisons(self):
        """The Comparisons, one for each workload, by size."""
        groups = {}
        for run in self.runs:
            groups.setdefault(tuple(freeze(run.get(name)) for name in WORKLOAD), []).append(run)
        keys = sorted(groups, key=lambda key: [(isinstance(part, str), part or 0) for part in key])
        return [Comparison(dict(zip(WORKLOAD, key, strict=True)), series_of(self.folder, groups[key])) for key in keys]


def place(run):
    """Return where a run leaves its deliveries, seen from the results' folder."""
    return f"runs/{run.get('technique')}-{run.get('repetition')}/deliveries.csv"


def series_of(folder, runs):
    """Sort the runs of one workload into Series, each with a title that tells it from the others."""
    groups = {}
    for run in runs:
        key = str(run.get("technique")), run.get("stage") or None, *(freeze(run.get(name)) for name in VARIANT)
        groups.setdefault(key, []).append(run)
    varied = {key[:2] for key in groups if sum(key[:2] == other[:2] for other in groups) > 1}
    found = []
    for technique, stage, *variant in sorted(groups, key=lambda key: (looks.place(*key[:2]), str(key[2:]))):
        parts = [looks.named(technique)[0], stage]
        if (technique, stage) in varied:
            parts += [f"{name} {value:g} s" for name, value in zip(VARIANT, variant, strict=True) if value is not None]
        title = " · ".join(part for part in parts if part)
        found.append(Series(folder, technique, stage, title, groups[technique, stage, *variant]))
    return found


def freeze(value):
    """Return a value that can be a key."""
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, sort_keys=True)
