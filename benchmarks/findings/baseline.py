"""What changed since another comparison, and whether it is more than noise.

The runs of two comparisons are of different hours and make no pairs: a figure changed where the intervals of its runs
do not touch (statistics.differs), and of fewer than three runs on a side nothing is said.
"""

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.analysis import statistics
from benchmarks.analysis.metrics import QUANTITIES, Quantity
from benchmarks.analysis.series import Figure, Series
from benchmarks.analysis.statistics import FEWEST, RANGE
from benchmarks.analysis.style import number
from benchmarks.analysis.summary import Comparison, Results
from benchmarks.analysis.workload import name_of

COMPARED = "p50", "p99", "ip", "ip_second", "cpu", "memory", "back_p50", "back_max"
SHOWN = "p50", "ip", "cpu"  # changed or not


@dataclass(frozen=True)
class Change:
    """One figure then and now."""

    comparison: Comparison
    series: Series
    quantity: Quantity
    before: Figure
    after: Figure

    @property
    def title(self):
        """Whose figure, and at which point of a sweep."""
        return f"{self.series.title}, {name_of(self.comparison)}" if self.comparison.swept else self.series.title

    @property
    def known(self):
        """Tell whether both sides have runs enough for an interval."""
        return bool(self.before.interval and self.after.interval)

    @property
    def real(self):
        """Tell whether the change is more than noise."""
        return statistics.differs(self.before.values.values(), self.after.values.values())

    @property
    def per_cent(self):
        """By how many per cent the figure is larger now; None where it was 0."""
        return 100 * (self.after.median / self.before.median - 1) if self.before.median else None

    @property
    def verdict(self):
        """The change in words."""
        if not self.known:
            return f"fewer than {FEWEST} runs"
        if not self.real:
            return "no more than noise"
        return "higher, more than noise" if self.after.median > self.before.median else "lower, more than noise"

    @property
    def chance(self):
        """The chance that this is called a change though nothing changed; exact for few runs, at most that for more."""
        counts = (min(RANGE, len(figure.values)) for figure in (self.before, self.after))
        return statistics.chance(*counts) if self.known else 0.0


def changes(results, before):
    """Return the Changes of all figures that both Results have, of the same technique under the same settings."""
    found = []
    for comparison in results.comparisons:
        for then in before.comparisons:
            if same(comparison.settings, then.settings):
                found += pairs(comparison, then)
                break
    return found


def same(settings, others):
    """Tell whether two workloads are one; what one of them did not record does not count."""
    known = [name for name in settings if name != "point" and None not in (settings[name], others[name])]
    return all(settings[name] == others[name] for name in known)


def pairs(comparison, then):
    """Return the Changes between two comparisons of the same workload."""
    earlier = {series.key: series for series in then.valid}
    found = [
        Change(comparison, series, QUANTITIES[name], earlier[series.key].figure(name), series.figure(name))
        for series in comparison.valid
        if series.key in earlier
        for name in COMPARED
    ]
    return [change for change in found if change.before and change.after]


def shown(found):
    """Return the Changes that are worth a line: the figures of most interest, and whatever changed, that first."""
    worth = [change for change in found if change.real or change.quantity.name in SHOWN]
    return sorted(worth, key=lambda change: not change.real)


def summary(found, before):
    """Return in one sentence how many figures changed, and how many would by chance alone."""
    where = before.folder.name
    if not found:
        return f"Nothing here can be held against {where}: no technique has valid runs under the same settings in both."
    known = [change for change in found if change.known]
    if not known:
        return (
            f"Against {where}: fewer than {FEWEST} runs on a side of all {len(found)} figures, so no change is claimed."
        )
    real, chance = sum(change.real for change in known), sum(change.chance for change in known)
    return (
        f"Against {where}: {real} of {len(known)} figures changed by more than noise; "
        f"with so few runs about {number(chance, 2)} would be called so by chance alone."
    )


def load(folder):
    """Return the Results of the other comparison; raise ValueError, in one sentence, where there are none."""
    try:
        return Results.load(folder)
    except (OSError, ValueError) as exc:
        raise ValueError(f"The baseline {folder} cannot be read: {exc}.") from exc


def table(found):
    """Return a short table for the terminal: the figures of most interest, and whatever changed."""
    made = Table("", "", box=SIMPLE_HEAD)
    for heading in ("before", "now", "change"):
        made.add_column(heading, justify="right", no_wrap=True)
    made.add_column("")
    for change in shown(found):
        per_cent = "" if change.per_cent is None else f"{change.per_cent:+.1f} %"
        figures = number(change.before.median), number(change.after.median)
        made.add_row(change.title, change.quantity.title, *figures, per_cent, change.verdict)
    return made
