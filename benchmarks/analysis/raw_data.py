"""The raw data that a run leaves: tables of its deliveries and publishes."""

from pathlib import Path

import numpy as np
import pandas as pd


def path_of(folder, run, name):
    """Return the path of a run's file; None where it has none of its own."""
    place = run.get("place")
    path = (Path(folder) / str(place) / name).resolve()
    return path if place and path.is_file() and path.is_relative_to(Path(folder).resolve()) else None


def tables(folder, runs, name, *columns):
    """Return these columns of each run's file of that name, where it is there and not empty, by scheduled instant."""
    paths = [path for run in runs if (path := path_of(folder, run, name))]
    found = [pd.read_csv(path, usecols=columns).dropna() for path in paths]
    return [table.sort_values("scheduled_ms", kind="stable") for table in found if len(table)]


def spacing(table):
    """Return the median, over a run's messages, of the time from the first to the last delivery, a further reader."""
    groups = table.groupby(["room", "id"])["arrived_ms"]
    counts = groups.count()
    each = ((groups.max() - groups.min()) / (counts - 1))[counts > 1]
    return float(np.median(each)) if len(each) else None
