"""The results folder of a campaign: create, write, read, clean up."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.scenarios.settings import ComparisonError

FILE = "results.json"


def create(parent: Path, name: str) -> Path:
    """Create a results folder named after the time (UTC) and the scenario; raise ComparisonError."""
    folder = parent / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
    try:
        folder.mkdir(parents=True)
    except OSError as exc:
        raise ComparisonError(f"The folder {folder} cannot be created: {exc.strerror}.") from exc
    return folder


def write(folder: Path, results: dict[str, Any]) -> None:
    """Write the results as JSON; a reader at the same time gets the old file or the new one, never a part."""
    path = folder / FILE
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(results, indent=2) + "\n")
    temporary.replace(path)


def read(folder: Path, purpose: str = "resume") -> dict[str, Any]:
    """Return the results in a folder; raise ComparisonError, which names the purpose, if there are none."""
    try:
        results = json.loads((folder / FILE).read_text())
        return {"calibration": None, "traces": None, **results, "runs": list(results["runs"])}
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise ComparisonError(f"There are no results to {purpose} in {folder}: {exc}.") from exc


def delete_incomplete(folder: Path, results: dict[str, Any]) -> None:
    """Delete the files of incomplete runs, and the folder if no run is complete."""
    complete = {run["place"] for run in results["runs"]}
    for run_folder in folder.glob("runs/*"):
        if str(run_folder.relative_to(folder)) not in complete:
            shutil.rmtree(run_folder)
    for part, subfolder in (("calibration", "calibration"), ("traces", "trace")):
        if results[part] is None:
            shutil.rmtree(folder / subfolder, ignore_errors=True)
    if not complete:
        shutil.rmtree(folder)


def now() -> str:
    """Return the time (UTC) as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")
