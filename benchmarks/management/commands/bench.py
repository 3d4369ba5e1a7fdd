"""manage.py bench: what a delivery, a poll, a publish and an idle connection cost the server."""

import statistics

from django.core.management.base import CommandError
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks import terminal
from benchmarks.bench import measurements, wire_cost
from benchmarks.management.scriptable import ScriptableCommand
from lab.net.system import allow_many_connections, interrupt_on_signals

RESULT = {True: "reached", False: "missed"}


class Command(ScriptableCommand):
    """Measure the lab's server beside its yardsticks."""

    help = "Measure the server's cost beside that of its yardsticks, and print medians and ratios."
    essence = "a line for each target that is missed"

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument(
            "--repetitions",
            type=int,
            default=5,
            help="The number of times that everything is measured, each about a minute. The default is %(default)s.",
        )
        super().add_arguments(parser)

    def handle(self, *, repetitions, **options):
        """Measure, then print."""
        if repetitions < 1:
            raise CommandError("--repetitions: at least 1.")
        interrupt_on_signals()
        allow_many_connections()
        columns = (TextColumn("Measuring"), BarColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        try:
            quiet = options["quiet"] or options["json"]
            with terminal.progress(*columns, no_color=options["no_color"], quiet=quiet) as progress:
                task = progress.add_task("bench", total=None)
                figures = measurements.measure(
                    repetitions, lambda done, total: progress.update(task, completed=done, total=total)
                )
        except AssertionError as exc:
            raise CommandError(f"The bench is not valid: {exc}.") from exc
        except KeyboardInterrupt:
            raise CommandError("Stopped; no process is left running.", returncode=130) from None
        wire_figures = figures.pop("wire")
        tables = cost_table(figures), ratio_table(figures), wire_table(wire_figures)
        self.show(
            options, *tables, essence=missed(figures, wire_figures), fields=as_json(repetitions, figures, wire_figures)
        )


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
    for name, ratio, bound, target, reached in ratios(figures):
        table.add_row(name, f"{ratio:.2f}", f"{bound} {target}", RESULT[reached])
    return table


def ratios(figures):
    """Return [(name, ratio, "at least" or "at most", target, whether it is reached)]."""
    rows = []
    for over, under, bound, target in measurements.RATIOS:
        ratio = measurements.ratio(figures, over, under)
        name = f"{measurements.MEASUREMENTS[over][1]} ÷ {measurements.MEASUREMENTS[under][1]}"
        rows.append((name, ratio, bound, target, ratio >= target if bound == "at least" else ratio <= target))
    return rows


def wire_table(figures):
    """Return the table of what a wire costs beside no wire."""
    table = create_table("A wire between client and server", ("median",), ("target", "result"))
    for name, figure, bound, target, reached in wire_rows(figures):
        table.add_row(
            name, f"{figure:,.3f}" if figure < 10 else f"{figure:,.0f}", f"{bound} {target:,}", RESULT[reached]
        )
    return table


def wire_rows(figures):
    """Return the medians of a wire's figures, as rows like those of `ratios`."""
    added, rate = (statistics.median(each[name] for each in figures) for name in ("added_ms", "deliveries"))
    most, least = wire_cost.TARGETS["added_ms"], wire_cost.TARGETS["deliveries"]
    return [
        ("ms added to a round trip", added, "at most", most, added <= most),
        ("deliveries per core-second", rate, "at least", least, rate >= least),
    ]


def missed(figures, wire_figures):
    """Return a line for each target that is missed."""
    rows = [*ratios(figures), *wire_rows(wire_figures)]
    return [
        f"missed: {name}: {figure:,.3g}, {bound} {target:,}"
        for name, figure, bound, target, reached in rows
        if not reached
    ]


def as_json(repetitions, figures, wire_figures):
    """Return everything as plain values."""
    names = ("name", "figure", "bound", "target", "reached")
    targets = [dict(zip(names, row, strict=True)) for row in (*ratios(figures), *wire_rows(wire_figures))]
    measured = {
        key: {"name": measurements.MEASUREMENTS[key][1], "unit": measurements.MEASUREMENTS[key][0], "values": values}
        for key, values in figures.items()
    }
    return {"repetitions": repetitions, "measured": measured, "targets": targets}


def create_table(title, figures, texts):
    """Return an empty table with a column of names, of figures, and of texts."""
    table = Table("", title=title)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in texts:
        table.add_column(heading)
    return table
