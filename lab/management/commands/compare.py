"""manage.py compare: measure the techniques against each other."""

import signal
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from benchmarks import plan, reading, runner, scenario, table
from benchmarks.settings import CannotCompare

RESULTS = settings.BASE_DIR / "benchmarks" / "results"
REPORT = 6  # seconds that the report takes, as a rule
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # all of them mean Ctrl-C
INTERRUPTED = 130  # the exit status that shells expect after Ctrl-C


class Command(BaseCommand):
    """Run a scenario, show the table, leave the raw data and a report."""

    help = "Measure the techniques against each other: in about two minutes a table, raw data, and a report."

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--scenario", default="quick", help="name in benchmarks/scenarios/, or a TOML file")
        parser.add_argument("--techniques", help="names with commas between them (default: all)")
        parser.add_argument("--repetitions", type=int, help="runs of each technique (default: the scenario's)")
        parser.add_argument("--seed", type=int, help="of order and publishing times (default: the scenario's)")
        parser.add_argument("--out", type=Path, default=RESULTS, help="where the folder of results is made")

    def handle(self, *, techniques, repetitions, seed, out, **options):
        """Compare; Ctrl-C keeps the runs that are complete."""
        for number in SIGNALS:
            signal.signal(number, interrupt)
        runs, folder = [], None
        try:
            given = {"repetitions": repetitions, "seed": seed}
            given = {name: value for name, value in given.items() if value is not None}
            chosen = scenario.changed(scenario.load(options["scenario"]), given, "--{}")
            if techniques is not None:
                techniques = reading.techniques("--techniques", [name.strip() for name in techniques.split(",")])
            folder = runner.new_folder(out, chosen)
            self.compare(folder, chosen, plan.runs(chosen, techniques), runs)
        except CannotCompare as exc:
            self.tidy(folder, runs)
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt:
            self.tidy(folder, runs)
            kept = f"{len(runs)} complete, in {folder / 'results.json'}" if runs else "none complete"
            raise CommandError(f"Interrupted; runs: {kept}.", returncode=INTERRUPTED) from None

    def tidy(self, folder, runs):
        """Clean up, where there is something."""
        if folder:
            runner.tidy(folder, runs)

    def compare(self, folder, chosen, planned, runs):
        """Measure, append each complete run to `runs`, show the table, write the report."""
        lasts = [plan.seconds(chosen, run) for run in planned]
        total = sum(lasts) + REPORT
        with Progress(TextColumn("{task.description}"), BarColumn(None), TextColumn("{task.fields[left]}")) as progress:
            bar = progress.add_task("", total=total, left="")

            def show(what, elapsed=0.0):
                done = sum(lasts[: len(runs)]) + min(elapsed, *lasts[len(runs) : len(runs) + 1], total)
                left = total - done
                progress.update(bar, completed=done, description=what, left=f"{left // 60:.0f}:{left % 60:02.0f} left")

            for run in runner.compare(folder, chosen, planned, lambda run, elapsed: show(run.technique, elapsed)):
                runs.append(run)
                show(run["technique"])
                progress.print(table.line(run, len(runs), len(planned)))
            show("report")
            write_report(folder)
            progress.update(bar, completed=total, description="done", left="")
        figures = table.rows(runs)
        console = Console()
        console.print(table.table(figures))
        for sentence in (*table.refusals(figures), table.conclusion(figures)):
            console.print(sentence, highlight=False)
        self.stdout.write(str(folder / "report.html"))


def interrupt(_number, _frame):
    """Stop, once: what cleans up must not be stopped too."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def write_report(folder):
    """Make plots and report; they need a second to import, which nobody waits for at the start."""
    from benchmarks import report

    report.write(folder)
