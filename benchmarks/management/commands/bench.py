"""manage.py bench: what a delivery, a poll, a publish and an idle connection cost the server."""

import statistics

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks import terminal
from benchmarks.bench import measurements, wire_cost
from lab.net.system import allow_many_connections, interrupt_on_signals


class Command(BaseCommand):
    """Measure the lab's server beside its yardsticks."""

    help = "Measure the lab's server against its yardsticks; prints medians and ratios."

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument("--repetitions", type=int, default=5, help="default: %(default)s, about five minutes")

    def handle(self, *, repetitions, **options):
        """Measure, then print."""
        if repetitions < 1:
            raise CommandError("--repetitions: at least 1.")
        interrupt_on_signals()
        allow_many_connections()
        columns = (TextColumn("Measuring"), BarColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        try:
            with terminal.progress(*columns) as progress:
                task = progress.add_task("bench", total=None)
                figures = measurements.measure(
                    repetitions, lambda done, total: progress.update(task, completed=done, total=total)
                )
        except AssertionError as exc:
            raise CommandError(f"The bench is not valid: {exc}.") from exc
        except KeyboardInterrupt:
            raise CommandError("Stopped; no process is left running.", returncode=130) from None
        wire_figures = figures.pop("wire")
        terminal.show(cost_table(figures), ratio_table(figures), wire_table(wire_figures))


def cost_table(figures):
    """Return the table of the medians, with the lowest and the highest figure of the repetitions."""
    title = f"Medians of {len(figures['polls'])} repetitions"
    table = create_table(title, ("median", "lowest", "highest"), ("unit",))
    for key, values in figures.items():
        unit, name, _measure = measurements.MEASUREMENTS[key]
        cells = (f"{value:,.1f}" for value in (statistics.median(values), min(values), max(values)))
        table.add_row(name, *cells, unit)
    return table


def ratio_table(figures):
    """Return the table of the ratios and their targets."""
    table = create_table("Ratios of figures from the same repetition", ("ratio",), ("target", "result"))
    for over, under, bound, target in measurements.RATIOS:
        ratio = measurements.ratio(figures, over, under)
        reached = ratio >= target if bound == "at least" else ratio <= target
        name = f"{measurements.MEASUREMENTS[over][1]} ÷ {measurements.MEASUREMENTS[under][1]}"
        table.add_row(name, f"{ratio:.2f}", f"{bound} {target}", "reached" if reached else "missed")
    return table


def wire_table(figures):
    """Return the table of what a wire costs beside no wire."""
    table = create_table("A wire between client and server", ("median",), ("target", "result"))
    added, rate = (statistics.median(each[name] for each in figures) for name in ("added_ms", "deliveries"))
    most, least = wire_cost.TARGETS["added_ms"], wire_cost.TARGETS["deliveries"]
    for name, figure, target, reached in (
        ("ms added to a round trip", f"{added:.3f}", f"at most {most}", added <= most),
        ("deliveries per core-second", f"{rate:,.0f}", f"at least {least:,}", rate >= least),
    ):
        table.add_row(name, figure, target, "reached" if reached else "missed")
    return table


def create_table(title, figures, texts):
    """Return an empty table with a column of names, of figures, and of texts."""
    table = Table("", title=title)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in texts:
        table.add_column(heading)
    return table
