"""The measurements: load, scenarios, figures, report. In a notebook: `from benchmarks import compare, load`."""

import sys
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def compare(scenario="quick", techniques=None, stages=None, out=None, progress=True, bare=True, **settings):
    """Measure, and return the Results; `settings` take the place of the scenario's, a list of values is a sweep.

    `stages`: {technique: its stages, "" being the finished one}; `out`: where the folder of results is made;
    `progress`: tell of each run; `bare`: without calibration and traces. Raises CannotCompare of
    benchmarks.scenarios.settings, in one sentence.
    """
    from benchmarks.analysis.summary import Results
    from benchmarks.campaigns.campaign import Campaign
    from benchmarks.campaigns.terminal_table import line
    from lab.messages.invisible import escaped

    changes = {name: value for name, value in settings.items() if value is not None}
    campaign = Campaign.new(out or RESULTS, scenario, techniques, stages, changes, bare=bare)
    rows = campaign.results["runs"]
    for row in campaign.run():
        if progress:
            left = campaign.left()
            told = line(row, len(rows), len(rows) + len(campaign.missing()))
            sys.stdout.write(f"{escaped(told)} ({left // 60:.0f}:{left % 60:02.0f} left)\n")
    return Results.load(campaign.place)


def load(folder=None):
    """Return the Results in a folder, or the newest there are; raise CannotCompare where there are none."""
    from benchmarks.analysis.summary import Results
    from benchmarks.scenarios.settings import CannotCompare

    if folder is None:
        found = sorted(RESULTS.glob("*/results.json"))
        if not found:
            raise CannotCompare("There are no results yet: make some by `make compare`.")
        folder = found[-1].parent
    return Results.load(folder)
