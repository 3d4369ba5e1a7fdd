"""What changed since another comparison, and whether it is more than noise.

The runs of two comparisons were made at different times, so they are not paired: a figure changed if the intervals of
its runs do not touch (statistics.differs). With fewer than three runs on one side, no change is claimed.
"""

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.analysis import statistics
from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import METRICS, Metric
from benchmarks.analysis.results import Comparison, Results
from benchmarks.analysis.series import Estimate, Series
from benchmarks.analysis.statistics import RANGE, RUNS_MIN
from benchmarks.analysis.workload import point_name

COMPARED = "p50", "p99", "ip", "ip_second", "cpu", "memory", "back_p50", "back_max"
SHOWN = "p50", "ip", "cpu"  # also if they did not change


@dataclass(frozen=True)
class Change:
    """One figure before and after."""

    comparison: Comparison
    series: Series
    metric: Metric
    before: Estimate
    after: Estimate

    @property
    def title(self):
        """The technique, and the point of a sweep."""
        return f"{self.series.title}, {point_name(self.comparison)}" if self.comparison.swept else self.series.title

    @property
    def known(self):
        """Whether both sides have an interval."""
        return bool(self.before.interval and self.after.interval)

    @property
    def real(self):
        """Whether the change is more than noise."""
        return statistics.differs(self.before.values.values(), self.after.values.values())

    @property
    def per_cent(self):
        """The change in per cent; None if the figure was 0."""
        return 100 * (self.after.median / self.before.median - 1) if self.before.median else None

    @property
    def verdict(self):
        """The change in words."""
        if not self.known:
            return f"fewer than {RUNS_MIN} runs"
        if not self.real:
            return "no more than noise"
        return "higher, more than noise" if self.after.median > self.before.median else "lower, more than noise"

    @property
    def false_change(self):
        """The probability that this counts as a change though nothing changed: exact for few runs, else a bound."""
        counts = (min(RANGE, len(estimate.values)) for estimate in (self.before, self.after))
        return statistics.false_difference(*counts) if self.known else 0.0


def changes(results, before):
    """Return the Changes of all figures that both Results have, for the same technique with the same settings."""
    rows = []
    for comparison in results.comparisons:
        for earlier in before.comparisons:
            if same_workload(comparison.settings, earlier.settings):
                rows += compare(comparison, earlier)
                break
    return rows


def same_workload(settings, others):
    """Return whether two workloads have the same settings; settings that one of them did not record are ignored."""
    known = [name for name in settings if name != "point" and None not in (settings[name], others[name])]
    return all(settings[name] == others[name] for name in known)


def compare(comparison, earlier):
    """Return the Changes between two comparisons of the same workload."""
    before = {series.key: series for series in earlier.valid}
    rows = [
        Change(comparison, series, METRICS[name], before[series.key].estimate(name), series.estimate(name))
        for series in comparison.valid
        if series.key in before
        for name in COMPARED
    ]
    return [change for change in rows if change.before and change.after]


def shown(rows):
    """Return the Changes to show: what changed, then the main figures."""
    worth = [change for change in rows if change.real or change.metric.name in SHOWN]
    return sorted(worth, key=lambda change: not change.real)


def summary(rows, before):
    """Return a sentence: how many figures changed, and how many would by chance alone."""
    name = before.folder.name
    if not rows:
        return f"There is nothing to compare with {name}: no technique has valid runs with the same settings in both."
    known = [change for change in rows if change.known]
    if not known:
        return (
            f"Compared with {name}: all {len(rows)} figures have fewer than {RUNS_MIN} runs on one side, so no change "
            "is claimed."
        )
    real, by_chance = sum(change.real for change in known), sum(change.false_change for change in known)
    return (
        f"Compared with {name}: {real} of {len(known)} figures changed by more than noise; "
        f"with so few runs, about {number(by_chance, 2)} would do so by chance alone."
    )


def load(folder):
    """Return the Results of the baseline; raise ValueError, with one sentence, if they cannot be read."""
    try:
        return Results.load(folder)
    except (OSError, ValueError) as exc:
        raise ValueError(f"The baseline {folder} cannot be read: {exc}.") from exc


def table(rows):
    """Return a table for the terminal with the Changes to show."""
    columns = Table("", "", box=SIMPLE_HEAD)
    for heading in ("before", "now", "change"):
        columns.add_column(heading, justify="right", no_wrap=True)
    columns.add_column("")
    for change in shown(rows):
        per_cent = "" if change.per_cent is None else f"{change.per_cent:+.1f} %"
        medians = number(change.before.median), number(change.after.median)
        columns.add_row(change.title, change.metric.title, *medians, per_cent, change.verdict)
    return columns
