"""Reads the raw data of runs: tables of deliveries and publishes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def file_path(folder: str | Path, run: Mapping[str, Any], name: str) -> Path | None:
    """Return the path of a run's file; None if the run has no such file."""
    place = run.get("place")
    root = Path(folder).resolve()
    path = (root / str(place) / name).resolve()
    return path if place and path.is_file() and path.is_relative_to(root) else None


def tables(folder: Path, runs: Iterable[Mapping[str, Any]], name: str, *columns: str) -> list[pd.DataFrame]:
    """Return these columns of each run's file; runs without such a file or rows are left out.

    The rows are in scheduled order if the columns name it.
    """
    paths = [path for run in runs if (path := file_path(folder, run, name))]
    frames = [pd.read_csv(path, usecols=list(columns)).dropna() for path in paths]
    order = [column for column in columns if column == "scheduled_ms"] or list(columns)
    return [frame.sort_values(order, kind="stable") for frame in frames if len(frame)]


def spacing(deliveries: pd.DataFrame) -> float | None:
    """Return the median time, in ms, from one reader's delivery of a message to the next reader's."""
    groups = deliveries.groupby(["room", "id"])["arrived_ms"]
    counts = groups.count()
    spacings = ((groups.max() - groups.min()) / (counts - 1))[counts > 1]
    return float(np.median(spacings)) if len(spacings) else None
