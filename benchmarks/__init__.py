"""The measurements. In a notebook: `from benchmarks import compare, load`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.analysis.results import Results

__all__ = ["RESULTS", "Results", "compare", "load"]
RESULTS = Path(__file__).resolve().parent / "results"


def compare(
    scenario: str | Path = "quick",
    techniques: Sequence[str] | None = None,
    stages: Mapping[str, Sequence[str]] | None = None,
    out: str | Path | None = None,
    progress: bool = True,
    bare: bool = True,
    **settings: Any,
) -> Results:
    """Measure a scenario and return its Results.

    `techniques`, `stages` ({technique: its stages, "" is the finished technique}) and `settings` replace what the
    scenario says; a list of values is a sweep. The results folder is created in `out`. `progress`: print a line for
    each run. `bare`: without calibration and traces. Raise ComparisonError of benchmarks.scenarios.settings.
    """
    from benchmarks.analysis.results import Results
    from benchmarks.campaigns.campaign import Campaign
    from benchmarks.campaigns.terminal_table import run_line
    from lab.messages.invisible import escaped

    changes = {name: value for name, value in settings.items() if value is not None}
    campaign = Campaign.new(out or RESULTS, scenario, techniques, stages, changes, bare=bare)
    rows = campaign.results["runs"]
    for row in campaign.run():
        if progress:
            left = campaign.seconds_left()
            line = run_line(row, len(rows), len(rows) + len(campaign.missing()))
            sys.stdout.write(f"{escaped(line)} ({left // 60:.0f}:{left % 60:02.0f} left)\n")
    return Results.load(campaign.folder)


def load(folder: str | Path | None = None) -> Results:
    """Return the Results in a folder, by default the newest ones; raise ComparisonError if there are none."""
    from benchmarks.analysis.results import Results
    from benchmarks.scenarios.settings import ComparisonError

    if folder is None:
        paths = sorted(RESULTS.glob("*/results.json"))
        if not paths:
            raise ComparisonError("There are no results yet: run `make compare`.")
        folder = paths[-1].parent
    return Results.load(folder)


def __getattr__(name: str) -> Any:
    """Import `Results` on first use: the chat imports this package too, and starts without pandas."""
    if name == "Results":
        from benchmarks.analysis.results import Results

        return Results
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
