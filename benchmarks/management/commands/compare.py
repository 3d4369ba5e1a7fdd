"""manage.py compare: measure the techniques against each other."""

from pathlib import Path

import psutil
from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn

from benchmarks import RESULTS, printing
from benchmarks.campaigns import cli_options, results_dir, terminal_table
from benchmarks.campaigns.campaign import Campaign
from benchmarks.console import PlainColumn, PlainConsole
from benchmarks.scenarios.settings import CannotCompare
from lab.net.system import allow_many_connections, interrupt_on_signals

REPORT = 6  # seconds that the report takes, as a rule
INTERRUPTED = 130  # the exit status that shells expect after Ctrl-C


class Command(BaseCommand):
    """Run a scenario, show the table, leave the raw data and a report."""

    help = "Measure the techniques against each other: in about two minutes a table, raw data, and a report."

    def add_arguments(self, parser):
        """Name the options."""
        parser.add_argument("--scenario", help="name in benchmarks/scenarios/, or a TOML file (default: quick)")
        parser.add_argument("--techniques", help="names with commas between them (default: the scenario's, or all)")
        parser.add_argument("--stage", help="stages of their staircases, with commas; `finished` is the finished one")
        parser.add_argument("--repetitions", type=int, help="of every run (default: the scenario's)")
        parser.add_argument("--seed", type=int, help="of order and publishing times (default: the scenario's)")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            help="NAME=VALUE as in the scenario; a list, of one of them, is a sweep",
        )
        parser.add_argument("--processes", type=int, default=1, help="of the load (default: %(default)s)")
        parser.add_argument("--bare", action="store_true", help="leave out the calibration and the traces")
        parser.add_argument("--out", type=Path, default=RESULTS, help="where the folder of results is made")
        parser.add_argument("--resume", type=Path, metavar="FOLDER", help="make what is missing in a folder of results")
        parser.add_argument("--baseline", type=Path, metavar="FOLDER", help="results to compare these with")

    def handle(self, *, resume, baseline, out, **given):
        """Compare; Ctrl-C keeps the runs that are complete."""
        interrupt_on_signals()
        allow_many_connections()
        campaign = None
        try:
            if baseline:
                results_dir.read(baseline, "compare with")
            campaign = cli_options.resumed(resume, given) if resume else Campaign.new(out, **cli_options.chosen(given))
            self.compare(campaign, baseline)
        except CannotCompare as exc:
            tidy(campaign)
            raise CommandError(f"{exc}{kept(campaign)}") from exc
        except KeyboardInterrupt:
            tidy(campaign)
            raise CommandError(
                f"Interrupted.{kept(campaign) or ' No run is complete.'}", returncode=INTERRUPTED
            ) from None

    def compare(self, campaign, baseline):
        """Measure, show the table, write the report."""
        rows = campaign.results["runs"]
        columns = PlainColumn("{task.description}"), BarColumn(None), PlainColumn("{task.fields[left]}")
        with printing.progress(*columns) as progress:
            bar = progress.add_task("", total=1.0, left="")
            begun = campaign.left() + REPORT

            def show(what, elapsed=0.0):
                left = max(REPORT, campaign.left() + REPORT - elapsed)
                told = f"{left // 60:.0f}:{left % 60:02.0f} left"
                progress.update(bar, total=begun, completed=begun - left, description=what, left=told)

            for row in campaign.run(show):
                progress.print(
                    terminal_table.line(row, len(rows), len(rows) + len(campaign.missing())),
                    markup=False,
                    soft_wrap=True,
                )
            show("report")
            ending = write_report(campaign.place, baseline)
            progress.update(bar, completed=begun, description="done", left="")
        console = PlainConsole()
        printing.show(*terminal_table.parts(terminal_table.rows(rows), console.width), *ending, console=console)


def tidy(campaign):
    """Leave no process, and no file of a run that is not complete."""
    for process in psutil.Process().children(recursive=True):
        process.kill()
    if campaign:
        results_dir.tidy(campaign.place, campaign.results)


def kept(campaign):
    """Return in one sentence what there is of a campaign that ended early; nothing where that is nothing."""
    count = len(campaign.results["runs"]) if campaign else 0
    return f" {count} complete runs are kept: go on with --resume {campaign.place}." if count else ""


def write_report(place, baseline):
    """Make plots and reports, return what the terminal shows of them; they take a second to import, so only now."""
    from benchmarks.report import report

    return report.ending(place, baseline)
