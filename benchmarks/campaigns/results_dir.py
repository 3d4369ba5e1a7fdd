"""The results folder of a campaign: create, write, read, clean up."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.scenarios.settings import ComparisonError

FILE = "results.json"
FORMAT = 1  # of that file, see results.schema.json; a file without a number is of an earlier version


def create(parent: Path, name: str) -> Path:
    """Create a results folder named after the time (UTC) and the scenario; raise ComparisonError."""
    folder = parent / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
    try:
        folder.mkdir(parents=True)
    except OSError as exc:
        raise ComparisonError(f"The folder {folder} cannot be created: {exc.strerror}.") from exc
    return folder


def write(folder: Path, results: dict[str, Any]) -> None:
    """Write the results as JSON, see results.schema.json.

    A reader at the same time gets the old file or the new one, never a part.
    """
    path = folder / FILE
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({"format": FORMAT} | results, indent=2) + "\n")
    temporary.replace(path)


def read(folder: Path, purpose: str = "resume") -> dict[str, Any]:
    """Return the results in a folder; raise ComparisonError, which names the purpose, if there are none."""
    try:
        results = json.loads((folder / FILE).read_text())
        if problem := unreadable(results):
            raise ComparisonError(f"The results in {folder} cannot be used: {problem}.")
        return {"calibration": None, "traces": None, **results, "runs": list(results["runs"])}
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise ComparisonError(f"There are no results to {purpose} in {folder}: {exc}.") from exc


def unreadable(document: Any) -> str:
    """Return why results cannot be read by this version of the lab; empty if they can."""
    number = document.get("format", FORMAT) if isinstance(document, dict) else FORMAT
    known = isinstance(number, int) and number <= FORMAT
    return "" if known else f"their format is {number!r}, and this version of the lab reads formats up to {FORMAT}"


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
