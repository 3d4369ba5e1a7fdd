"""The results in a folder, grouped into what can be compared."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.analysis import style
from benchmarks.analysis.printable import printable
from benchmarks.analysis.raw_data import file_path
from benchmarks.analysis.series import Series
from benchmarks.analysis.workload import SETTINGS, is_number
from benchmarks.campaigns.results_dir import unreadable

Run = dict[str, Any]
COUNTED = "tcp_bytes", "ip_bytes", "bytes_per_message", "publish_bytes"  # fields with the kernel's byte counts


@dataclass(eq=False)
class Comparison:
    """The Series of one workload: at one point of a sweep, if there is a sweep."""

    settings: dict[str, Any]
    series: list[Series]
    swept: str | None = None  # the setting that differs between the points of a sweep
    siblings: list["Comparison"] = field(default_factory=list, repr=False)  # all points in order, with this one

    @property
    def valid(self) -> list[Series]:
        """The Series with at least one valid run."""
        return [series for series in self.series if series.valid]

    @property
    def finished(self) -> list[Series]:
        """The valid Series of finished techniques; if there are none, all valid ones."""
        return [series for series in self.valid if not series.stage and not series.lossy] or self.valid

    @property
    def value(self) -> Any:
        """The swept setting's value at this point; None without a sweep."""
        return self.settings.get(self.swept) if self.swept else None

    @property
    def readers(self) -> float:
        """The number of readers in a room."""
        return (self.settings.get("clients") or 1) / (self.settings.get("rooms") or 1)


@dataclass(eq=False)
class Results:
    """The contents of a results.json."""

    folder: Path
    manifest: dict[str, Any]
    runs: list[Run]
    calibration: dict[str, Any] | None = None
    traces: dict[str, Any] | None = None

    @classmethod
    def load(cls, folder: str | Path) -> "Results":
        """Read `folder`/results.json, or the summary.json of a single run; raise OSError or ValueError."""
        folder = Path(folder)
        single, path = folder / "summary.json", folder / "results.json"
        document: Any
        if single.exists() and not path.exists():
            document = {"runs": [{"place": "."} | json.loads(single.read_text(encoding="utf-8"))]}
        else:
            document = json.loads(path.read_text(encoding="utf-8"))
        document = printable(document)
        if not isinstance(document, dict):
            raise ValueError("results.json does not contain results")
        if problem := unreadable(document):
            raise ValueError(problem)
        runs = [run for run in document.get("runs") or [] if isinstance(run, dict)]
        runs = [{"place": f"runs/{run.get('technique')}-{run.get('repetition')}"} | run for run in runs]
        places = Counter(run["place"] for run in runs)
        # If two runs share a folder, it is unknown which of them its deliveries belong to.
        runs = [run if places[run["place"]] == 1 else run | {"place": None} for run in runs]
        manifest = document.get("manifest") or {}
        if manifest.get("tcp_info") is False:
            runs = [without_bytes(run) for run in runs]
        return cls(folder, manifest, runs, document.get("calibration") or None, document.get("traces") or None)

    @property
    def frame(self) -> pd.DataFrame:
        """A data frame with a row for each run; nested figures have dotted names, as latency_ms.p50."""
        frame = pd.json_normalize(self.runs)
        return frame.drop(columns="histogram", errors="ignore")

    def deliveries(self, run: Mapping[str, Any]) -> pd.DataFrame:
        """Return the deliveries of a run, a row of `runs` or of `frame`: client, room, id, and times in ms.

        Raise FileNotFoundError if the run stored none.
        """
        path = file_path(self.folder, run, "deliveries.csv")
        if path is None:
            raise FileNotFoundError(f"The run {run.get('place')} stored no deliveries.")
        return pd.read_csv(path)

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """The Comparisons, one for each workload, in the order of the sweep."""
        groups: dict[tuple[Any, ...], list[Run]] = {}
        for run in self.runs:
            settings = run | {"point": run.get("label")}
            groups.setdefault(tuple(hashable(settings.get(name)) for name in SETTINGS), []).append(run)
        workloads = [dict(zip(SETTINGS, key, strict=True)) for key in groups]
        swept = self._find_swept(workloads)
        comparisons = [
            Comparison(settings, group_series(self.folder, runs), swept)
            for settings, runs in zip(workloads, groups.values(), strict=True)
        ]
        comparisons.sort(key=self._sort_key)
        for comparison in comparisons:
            comparison.siblings = comparisons
        return comparisons

    def _find_swept(self, workloads: list[dict[str, Any]]) -> str | None:
        """Return the swept setting: by the manifest, or else the first one that takes several values."""
        sweep = self.manifest.get("sweep")
        if isinstance(sweep, dict) and sweep.get("setting") in SETTINGS:
            return str(sweep["setting"])
        varied = [name for name in SETTINGS if len({workload[name] for workload in workloads}) > 1]
        if len(varied) > 2 and "point" in varied:  # points with names, which differ in several settings
            return "point"
        return next((name for name in varied if name != "point"), varied[0] if varied else None)

    def _sort_key(self, comparison: Comparison) -> tuple[Any, ...]:
        """Return the sort key of a comparison: numbers by size, words in the manifest's order."""
        sweep, value = self.manifest.get("sweep"), comparison.value
        values = sweep.get("values") if isinstance(sweep, dict) else self.manifest.get("points")
        if not is_number(value) and isinstance(values, list) and value in values:
            return 0, values.index(value), ""
        rest = str([comparison.settings[name] for name in SETTINGS])
        return (0, value, rest) if is_number(value) else (1, 0, f"{value} {rest}")

    @property
    def swept_setting(self) -> str | None:
        """The swept setting, if several of its points have valid runs; else None."""
        points = [comparison for comparison in self.comparisons if comparison.valid]
        return points[0].swept if len(points) > 1 else None


def group_series(folder: Path, runs: list[Run]) -> list[Series]:
    """Group the runs of one workload into Series."""
    groups: dict[tuple[str, str | None], list[Run]] = {}
    for run in runs:
        groups.setdefault((str(run.get("technique")), run.get("stage") or None), []).append(run)
    return [
        Series(folder, technique, stage, series_title(technique, stage), groups[technique, stage])
        for technique, stage in sorted(groups, key=lambda key: style.sort_key(*key))
    ]


def series_title(technique: str, stage: str | None) -> str:
    """Return the title of a technique at a stage."""
    return " · ".join(part for part in (style.title_and_colour(technique)[0], stage) if part)


def without_bytes(run: Run) -> Run:
    """Return a run whose kernel counted no bytes with None for them; an older version wrote 0."""
    empty = {name: dict.fromkeys(run[name]) for name in COUNTED if isinstance(run.get(name), dict)}
    seconds = run.get("per_client_second")
    if isinstance(seconds, dict):
        empty["per_client_second"] = seconds | dict.fromkeys(seconds.keys() & {"tcp", "ip"})
    return run | empty


def hashable(value: Any) -> Any:
    """Return a value that can be part of a key."""
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value, sort_keys=True)
