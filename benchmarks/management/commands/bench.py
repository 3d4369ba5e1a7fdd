"""manage.py bench: what a delivery, a poll, a publish and an idle connection cost the server."""

import statistics

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks import printing
from benchmarks.bench import bench_wire, measures
from lab.net.system import allow_many_connections, interrupt_on_signals


class Command(BaseCommand):
    """Measure the lab's server against its yardsticks."""

    help = "Measure the lab's server against its yardsticks; prints medians and ratios."

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--repetitions", type=int, default=5, help="default: %(default)s, about five minutes")

    def handle(self, *, repetitions, **options):
        """Measure, then print."""
        if repetitions < 1:
            raise CommandError("--repetitions: at least 1.")
        interrupt_on_signals()
        allow_many_connections()
        columns = (TextColumn("Measuring"), BarColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        try:
            with printing.progress(*columns) as progress:
                task = progress.add_task("bench", total=None)
                figures = measures.measure(
                    repetitions, lambda done, of: progress.update(task, completed=done, total=of)
                )
        except AssertionError as exc:
            raise CommandError(f"The bench cannot be believed: {exc}.") from exc
        except KeyboardInterrupt:
            raise CommandError("Stopped; nothing is left running.", returncode=130) from None
        laid = figures.pop("wire")
        printing.show(costs(figures), ratios(figures), wires(laid))


def costs(figures):
    """Return the table of the medians, with the least and the greatest figure of the repetitions."""
    table = Table(title=f"Medians of {len(figures['polls'])} repetitions")
    for column, justify in (("what", "left"), ("median", "right"), ("least", "right"), ("most", "right"), ("", "left")):
        table.add_column(column, justify=justify, no_wrap=justify == "right")
    for name, values in figures.items():
        unit, what, _measure = measures.MEASURES[name]
        cells = (f"{value:,.1f}" for value in (statistics.median(values), min(values), max(values)))
        table.add_row(what, *cells, unit)
    return table


def ratios(figures):
    """Return the table of the ratios and of what they aim at."""
    table = Table(title="Ratios, each of figures taken in the same repetition")
    for column, justify in (("what", "left"), ("ratio", "right"), ("aim", "left"), ("", "left")):
        table.add_column(column, justify=justify, no_wrap=justify == "right")
    for over, under, bound, aim in measures.RATIOS:
        ratio = measures.ratio(figures, over, under)
        reached = ratio >= aim if bound == "at least" else ratio <= aim
        what = f"{measures.MEASURES[over][1]} ÷ {measures.MEASURES[under][1]}"
        table.add_row(what, f"{ratio:.2f}", f"{bound} {aim}", "reached" if reached else "missed")
    return table


def wires(figures):
    """Return the table of what a wire costs, against no wire."""
    table = Table(title="A wire between client and server")
    for column, justify in (("what", "left"), ("median", "right"), ("aim", "left"), ("", "left")):
        table.add_column(column, justify=justify, no_wrap=justify == "right")
    added, rate = (statistics.median(each[name] for each in figures) for name in ("added_ms", "deliveries"))
    most, least = bench_wire.AIMS["added_ms"], bench_wire.AIMS["deliveries"]
    for what, figure, aim, reached in (
        ("ms added to a round trip", f"{added:.3f}", f"at most {most}", added <= most),
        ("deliveries a core-second", f"{rate:,.0f}", f"at least {least:,}", rate >= least),
    ):
        table.add_row(what, figure, aim, "reached" if reached else "missed")
    return table
