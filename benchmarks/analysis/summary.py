"""A results folder, sorted into what can be compared."""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from benchmarks.analysis import style
from benchmarks.analysis.printable import printable
from benchmarks.analysis.raw_data import path_of
from benchmarks.analysis.series import Series
from benchmarks.analysis.workload import SETTINGS, is_number


@dataclass(eq=False)
class Comparison:
    """The Series that one workload allows to compare: one point of a sweep, where there is a sweep."""

    settings: dict
    series: list
    swept: str | None = None  # the setting whose value makes this a point
    siblings: list = field(default_factory=list, repr=False)  # all points, this one included, in their order

    @property
    def valid(self):
        """The Series with at least one valid run."""
        return [series for series in self.series if series.valid]

    @property
    def finished(self):
        """Those of the finished techniques; of stages where there are no others."""
        return [series for series in self.valid if not series.stage and not series.lossy] or self.valid

    @property
    def value(self):
        """The swept setting's value at this point; None without a sweep."""
        return self.settings.get(self.swept) if self.swept else None

    @property
    def readers(self):
        """How many readers a room has."""
        return (self.settings.get("clients") or 1) / (self.settings.get("rooms") or 1)


@dataclass(eq=False)
class Results:
    """Everything that a results.json says, in the order in which it is shown."""

    folder: Path
    manifest: dict
    runs: list
    calibration: dict | None = None
    traces: dict | None = None

    @classmethod
    def load(cls, folder):
        """Read `folder`/results.json, or the one run that a load of its own has left; raise OSError or ValueError."""
        folder = Path(folder)
        alone, path = folder / "summary.json", folder / "results.json"
        if alone.exists() and not path.exists():
            document = {"runs": [{"place": "."} | json.loads(alone.read_text(encoding="utf-8"))]}
        else:
            document = json.loads(path.read_text(encoding="utf-8"))
        document = printable(document)
        if not isinstance(document, dict):
            raise ValueError("results.json holds no results")
        runs = [run for run in document.get("runs") or [] if isinstance(run, dict)]
        runs = [{"place": f"runs/{run.get('technique')}-{run.get('repetition')}"} | run for run in runs]
        places = Counter(run["place"] for run in runs)
        # Where two runs share a folder, nobody knows whose its deliveries are.
        own = [run if places[run["place"]] == 1 else run | {"place": None} for run in runs]
        parts = [document.get(name) or None for name in ("calibration", "traces")]
        return cls(folder, document.get("manifest") or {}, own, *parts)

    @property
    def frame(self):
        """A data frame of one row a run, with nested figures under dotted names, as latency_ms.p50."""
        frame = pd.json_normalize(self.runs)
        return frame.drop(columns="histogram", errors="ignore")

    def deliveries(self, run):
        """Return the deliveries of a run, a row of `runs` or of `frame`: client, room, id, and times in ms.

        Raise FileNotFoundError where it left none.
        """
        path = path_of(self.folder, run, "deliveries.csv")
        if path is None:
            raise FileNotFoundError(f"The run {run.get('place')} left no deliveries.")
        return pd.read_csv(path)

    @cached_property
    def comparisons(self):
        """The Comparisons, one for each workload, in the order of the sweep."""
        groups = {}
        for run in self.runs:
            settings = run | {"point": run.get("label")}
            groups.setdefault(tuple(freeze(settings.get(name)) for name in SETTINGS), []).append(run)
        workloads = [dict(zip(SETTINGS, key, strict=True)) for key in groups]
        swept = self.swept(workloads)
        made = [
            Comparison(settings, series_of(self.folder, runs), swept)
            for settings, runs in zip(workloads, groups.values(), strict=True)
        ]
        made.sort(key=lambda comparison: self.place(comparison))
        for comparison in made:
            comparison.siblings = made
        return made

    def swept(self, workloads):
        """Return the setting that is swept: the manifest's, else the first that takes several values."""
        sweep = self.manifest.get("sweep")
        if isinstance(sweep, dict) and sweep.get("setting") in SETTINGS:
            return sweep["setting"]
        varied = [name for name in SETTINGS if len({workload[name] for workload in workloads}) > 1]
        if len(varied) > 2 and "point" in varied:  # points with names, that differ in more than one setting
            return "point"
        return next((name for name in varied if name != "point"), varied[0] if varied else None)

    def place(self, comparison):
        """Return where a comparison stands: in the manifest's order of words, by size of numbers."""
        sweep, value = self.manifest.get("sweep"), comparison.value
        values = sweep.get("values") if isinstance(sweep, dict) else self.manifest.get("points")
        if not is_number(value) and isinstance(values, list) and value in values:
            return 0, values.index(value), ""
        rest = str([comparison.settings[name] for name in SETTINGS])
        return (0, value, rest) if is_number(value) else (1, 0, f"{value} {rest}")

    @property
    def swept_setting(self):
        """The setting that is swept and has several points with valid runs; None where there is no curve to draw."""
        points = [comparison for comparison in self.comparisons if comparison.valid]
        return points[0].swept if len(points) > 1 else None


def series_of(folder, runs):
    """Sort the runs of one workload into Series."""
    groups = {}
    for run in runs:
        groups.setdefault((str(run.get("technique")), run.get("stage") or None), []).append(run)
    found = []
    for technique, stage in sorted(groups, key=lambda key: style.place(*key)):
        title = " · ".join(part for part in (style.named(technique)[0], stage) if part)
        found.append(Series(folder, technique, stage, title, groups[technique, stage]))
    return found


def freeze(value):
    """Return a value that can be a key."""
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, sort_keys=True)
