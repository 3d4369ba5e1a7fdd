"""The folder of a campaign's results: made, written, read again, and tidied."""

import json
import shutil
from datetime import UTC, datetime

from benchmarks.scenarios.settings import CannotCompare

RESULTS = "results.json"


def new(parent, name):
    """Make the folder of the results, named by the time (UTC); raise CannotCompare where that cannot be."""
    folder = parent / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
    try:
        folder.mkdir(parents=True)
    except OSError as exc:
        raise CannotCompare(f"The folder {folder} cannot be made: {exc.strerror}.") from exc
    return folder


def write(folder, results):
    """Write the results as JSON; whoever reads meanwhile finds the old file or the new one."""
    path = folder / RESULTS
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(results, indent=2) + "\n")
    fresh.replace(path)


def read(folder, use="go on with"):
    """Return the results that lie in a folder; raise CannotCompare, which says what for, where none can be read."""
    try:
        results = json.loads((folder / RESULTS).read_text())
        return {"calibration": None, "traces": None, **results, "runs": list(results["runs"])}
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise CannotCompare(f"In {folder} lie no results to {use}: {exc}.") from exc


def tidy(folder, results):
    """Leave nothing of a campaign that ended early but what is complete; no folder at all where nothing is."""
    complete = {run["place"] for run in results["runs"]}
    for place in folder.glob("runs/*"):
        if str(place.relative_to(folder)) not in complete:
            shutil.rmtree(place)
    for part, its in (("calibration", "calibration"), ("traces", "trace")):
        if results[part] is None:
            shutil.rmtree(folder / its, ignore_errors=True)
    if not complete:
        shutil.rmtree(folder)


def now():
    """Return the time (UTC) as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")
