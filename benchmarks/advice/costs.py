"""What publishing and delivering cost the server, fitted to the newest measurements on this machine."""

import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks import RESULTS
from benchmarks.campaigns.manifest import cpu
from benchmarks.model import model

SPREAD = 2.0  # times by which deliveries a publish must differ among the runs, for the two costs to be told apart
RESAMPLES = 2_000


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the server: for one publish, and for one request, or for one delivery where it is pushed.

    `low` and `high` are the multiples of these between which the `runs` say that the cost lies.
    """

    publish: float
    unit: float
    runs: int = 1
    low: float = 1.0
    high: float = 1.0

    def cores(self, publishes, units):
        """Return the cores that so many publishes and units a second keep busy."""
        return publishes * self.publish + units * self.unit


@dataclass(frozen=True)
class Measured:
    """What was found: a Cost for each technique, the folders it comes from, and what a delivery takes at least."""

    folders: tuple = ()
    costs: dict = field(default_factory=dict)
    base: float = 0.0  # seconds
    readers: float = 0.0  # deliveries a publish, of all runs, past which the costs are too high; 0: nowhere

    @property
    def runs(self):
        """How many runs there are of each technique, at least."""
        return min((cost.runs for cost in self.costs.values()), default=0)

    def holds(self, readers):
        """Tell whether the costs hold in rooms of so many readers."""
        return bool(self.costs) and (not self.readers or readers <= SPREAD * self.readers)


def newest(folder=RESULTS):
    """Return the Measured of the newest results of each scenario in `folder`; an empty one without any."""
    paths = sorted(Path(folder).glob("*/results.json"), reverse=True)
    return read(tuple((path, path.stat().st_mtime_ns) for path in paths if path.exists()))


@lru_cache(maxsize=1)  # whoever asks for advice does not wait for all of them to be read again
def read(paths):
    """Return the Measured of the newest results of each scenario, given [(results.json, when it was written)]."""
    found = {}
    for path, _written in paths:
        runs = usable(path)
        if runs and runs[0]["scenario"] not in {one[0]["scenario"] for one in found.values()}:
            found[path.parent.name] = runs
    return fitted(tuple(found), [run for runs in found.values() for run in runs])


def usable(path):
    """Return the valid runs in a results.json that ran the finished techniques on the server's and layer's defaults.

    What another machine has measured is none of them: there a publish costs something else.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
        machine = results["manifest"]["machine"]
        runs = results["runs"] if (machine["cpu"], machine["cores"]) == (cpu(), os.cpu_count()) else []
        return [
            run
            for run in runs
            if run["valid"] is True and run["published"] and run["server_cpu_s"] and run["technique"] in model.MODELS
            if not run["stage"] and run.get("server", "uvicorn") == "uvicorn" and run.get("layer", "memory") == "memory"
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def fitted(folders, runs):
    """Return the Measured of these runs; without every technique, an empty one."""
    fits = {name: fit(name, [run for run in runs if run["technique"] == name]) for name in model.MODELS}
    if None in fits.values():
        return Measured()
    pushed = [
        run["latency_ms"]["p50"] for run in runs if model.MODELS[run["technique"]].push and not run.get("delay_ms")
    ]
    each = max(run["arrived"] / run["published"] for run in runs)
    told_apart = all(apart for _cost, apart in fits.values())
    found = {name: cost for name, (cost, _apart) in fits.items()}
    return Measured(folders, found, min(pushed, default=0.0) / 1000, 0.0 if told_apart else each)


def fit(technique, runs):
    """Return (Cost, whether its two parts could be told apart) by least squares of relative errors; None without runs.

    Where all runs have about as many units a publish, the unit bears all of it, which is too much for larger rooms.
    """
    if not runs:
        return None
    units = ("arrived", "heard") if model.MODELS[technique].push else ("requests",)
    counts = np.array([[run["published"], sum(run[unit] for unit in units)] for run in runs], float)
    seconds = np.array([run["server_cpu_s"] for run in runs])
    each = counts[:, 1] / counts[:, 0]
    if each.max() >= SPREAD * each.min():
        publish, unit = np.linalg.lstsq(counts / seconds[:, None], np.ones(len(runs)), rcond=None)[0]
        if publish >= 0 and unit > 0:
            return Cost(float(publish), float(unit), len(runs), *spread(seconds / (counts @ [publish, unit]))), True
    unit = seconds.sum() / counts[:, 1].sum()
    return Cost(0.0, float(unit), len(runs), *spread(seconds / (counts[:, 1] * unit))), False


def spread(ratios):
    """Return (low, high) around the median of what runs took, as multiples of what the fit says: a bootstrap's 95 %."""
    drawn = np.random.default_rng(1).choice(ratios, (RESAMPLES, len(ratios)))
    return tuple(map(float, np.quantile(np.median(drawn, axis=1), (0.025, 0.975))))
