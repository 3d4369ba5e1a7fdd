"""The costs of publishing and delivering for the server, fitted to the newest measurements on this machine."""

import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks import RESULTS, model
from benchmarks.campaigns.manifest import cpu_name

SPREAD = 2.0  # factor by which deliveries per publish must differ between runs, to separate the two costs
RESAMPLES = 2_000


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the server for one publish, and for one unit: a request, or a delivery for push.

    `low` and `high` are the interval of the cost over the `runs`, as multiples of it.
    """

    publish: float
    unit: float
    runs: int = 1
    low: float = 1.0
    high: float = 1.0

    def cores(self, publishes, units):
        """Return the cores that so many publishes and units per second keep busy."""
        return publishes * self.publish + units * self.unit


@dataclass(frozen=True)
class Measurements:
    """The Cost of each technique, the folders it comes from, and the shortest delivery."""

    folders: tuple = ()
    costs: dict = field(default_factory=dict)
    base: float = 0.0  # seconds
    readers: float = 0.0  # deliveries per publish above which the costs are too high; 0: no such limit

    @property
    def runs(self):
        """The smallest number of runs of a technique."""
        return min((cost.runs for cost in self.costs.values()), default=0)

    def apply_to(self, readers):
        """Return whether the costs apply to rooms of so many readers."""
        return bool(self.costs) and (not self.readers or readers <= SPREAD * self.readers)


def newest(folder=RESULTS):
    """Return the Measurements of the newest results of each scenario in `folder`; empty if there are none."""
    paths = sorted(Path(folder).glob("*/results.json"), reverse=True)
    return read(tuple((path, path.stat().st_mtime_ns) for path in paths if path.exists()))


@lru_cache(maxsize=1)  # so that a second request is fast
def read(paths):
    """Return the Measurements of the newest results of each scenario, given [(results.json, modification time)]."""
    folders: dict[str, list] = {}
    for path, _modified in paths:
        runs = usable_runs(path)
        if runs and runs[0]["scenario"] not in {others[0]["scenario"] for others in folders.values()}:
            folders[path.parent.name] = runs
    return fit_all(tuple(folders), [run for runs in folders.values() for run in runs])


def usable_runs(path):
    """Return the valid runs in a results.json of finished techniques, with the default server and layer.

    Runs of another machine are left out, because a publish costs something else there.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
        machine = results["manifest"]["machine"]
        runs = results["runs"] if (machine["cpu"], machine["cores"]) == (cpu_name(), os.cpu_count()) else []
        return [
            run
            for run in runs
            if run["valid"] is True and run["published"] and run["server_cpu_s"] and run["technique"] in model.MODELS
            if not run["stage"] and run.get("server", "uvicorn") == "uvicorn" and run.get("layer", "memory") == "memory"
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def fit_all(folders, runs):
    """Return the Measurements of these runs; empty if a technique is missing."""
    fits = {name: fit(name, [run for run in runs if run["technique"] == name]) for name in model.MODELS}
    if None in fits.values():
        return Measurements()
    pushed = [
        run["latency_ms"]["p50"] for run in runs if model.MODELS[run["technique"]].push and not run.get("delay_ms")
    ]
    readers = max(run["arrived"] / run["published"] for run in runs)
    all_separated = all(separated for _cost, separated in fits.values())
    costs = {name: cost for name, (cost, _separated) in fits.items()}
    return Measurements(folders, costs, min(pushed, default=0.0) / 1000, 0.0 if all_separated else readers)


def fit(technique, runs):
    """Return (Cost, whether its two parts could be separated) by least squares of relative errors; None without runs.

    If all runs have about as many units per publish, the unit gets the whole cost, which is too much for larger rooms.
    """
    if not runs:
        return None
    units = ("arrived", "heard") if model.MODELS[technique].push else ("requests",)
    counts = np.array([[run["published"], sum(run[unit] for unit in units)] for run in runs], float)
    seconds = np.array([run["server_cpu_s"] for run in runs])
    units_per_publish = counts[:, 1] / counts[:, 0]
    if units_per_publish.max() >= SPREAD * units_per_publish.min():
        publish, unit = np.linalg.lstsq(counts / seconds[:, None], np.ones(len(runs)), rcond=None)[0]
        if publish >= 0 and unit > 0:
            return Cost(float(publish), float(unit), len(runs), *bootstrap(seconds / (counts @ [publish, unit]))), True
    unit = seconds.sum() / counts[:, 1].sum()
    return Cost(0.0, float(unit), len(runs), *bootstrap(seconds / (counts[:, 1] * unit))), False


def bootstrap(ratios):
    """Return the 95 % bootstrap interval of the median of `ratios`, measured over fitted."""
    samples = np.random.default_rng(1).choice(ratios, (RESAMPLES, len(ratios)))
    return tuple(map(float, np.quantile(np.median(samples, axis=1), (0.025, 0.975))))
