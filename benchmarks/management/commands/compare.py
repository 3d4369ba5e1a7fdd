"""manage.py compare: compare the techniques."""

from pathlib import Path

import psutil
from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn

from benchmarks import RESULTS, terminal
from benchmarks.campaigns import cli_options, results_dir, terminal_table
from benchmarks.campaigns.campaign import Campaign
from benchmarks.scenarios.settings import ComparisonError
from benchmarks.terminal import PlainColumn, PlainConsole
from lab.net.system import allow_many_connections, interrupt_on_signals

REPORT = 6  # typical seconds of the report
INTERRUPTED = 130  # the exit status that shells expect after Ctrl-C


class Command(BaseCommand):
    """Run a scenario, show the table, leave the raw data and a report."""

    help = "Compare the techniques: in about two minutes a table, raw data, and a report."

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument("--scenario", help="name in benchmarks/scenarios/, or a TOML file (default: quick)")
        parser.add_argument("--techniques", help="names, separated by commas (default: the scenario's, or all)")
        parser.add_argument("--stage", help="stages, separated by commas, or `finished` for the finished technique")
        parser.add_argument("--repetitions", type=int, help="repetitions of every run (default: the scenario's)")
        parser.add_argument("--seed", type=int, help="seed of order and publishing times (default: the scenario's)")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            help="NAME=VALUE as in the scenario; one value may be a list, which is a sweep",
        )
        parser.add_argument("--processes", type=int, default=1, help="processes of the load (default: %(default)s)")
        parser.add_argument("--bare", action="store_true", help="without calibration and traces")
        parser.add_argument("--out", type=Path, default=RESULTS, help="folder in which the results folder is created")
        parser.add_argument("--resume", type=Path, metavar="FOLDER", help="continue an interrupted comparison")
        parser.add_argument("--baseline", type=Path, metavar="FOLDER", help="show what changed since these results")

    def handle(self, *, resume, baseline, out, **options):
        """Compare; Ctrl-C keeps the complete runs."""
        interrupt_on_signals()
        allow_many_connections()
        campaign = None
        try:
            if baseline:
                results_dir.read(baseline, "compare with")
            if resume:
                campaign = cli_options.resume(resume, options)
            else:
                campaign = Campaign.new(out, **cli_options.campaign_options(options))
            self.compare(campaign, baseline)
        except ComparisonError as exc:
            clean_up(campaign)
            raise CommandError(f"{exc}{kept(campaign)}") from exc
        except KeyboardInterrupt:
            clean_up(campaign)
            raise CommandError(
                f"Interrupted.{kept(campaign) or ' No run is complete.'}", returncode=INTERRUPTED
            ) from None

    def compare(self, campaign, baseline):
        """Measure, write the report, show the table."""
        rows = campaign.results["runs"]
        columns = PlainColumn("{task.description}"), BarColumn(None), PlainColumn("{task.fields[left]}")
        with terminal.progress(*columns) as progress:
            bar = progress.add_task("", total=1.0, left="")
            total = campaign.seconds_left() + REPORT

            def update(task, elapsed=0.0):
                left = max(REPORT, campaign.seconds_left() + REPORT - elapsed)
                text = f"{left // 60:.0f}:{left % 60:02.0f} left"
                progress.update(bar, total=total, completed=total - left, description=task, left=text)

            for row in campaign.run(update):
                line = terminal_table.run_line(row, len(rows), len(rows) + len(campaign.missing()))
                progress.print(line, markup=False, soft_wrap=True)
            update("report")
            report = write_report(campaign.folder, baseline)
            progress.update(bar, completed=total, description="done", left="")
        console = PlainConsole()
        table = terminal_table.parts(terminal_table.summarize(rows), console.width)
        terminal.show(*table, *report, console=console)


def clean_up(campaign):
    """End all child processes and delete the files of incomplete runs."""
    for process in psutil.Process().children(recursive=True):
        process.kill()
    if campaign:
        results_dir.delete_incomplete(campaign.folder, campaign.results)


def kept(campaign):
    """Return a sentence about what remains of a campaign that ended early; empty if nothing does."""
    count = len(campaign.results["runs"]) if campaign else 0
    return f" {count} complete runs are kept; continue with --resume {campaign.folder}." if count else ""


def write_report(folder, baseline):
    """Write plots and reports; return what the terminal shows of them. Imported only now, because it takes a second."""
    from benchmarks import report

    return report.write_and_summarize(folder, baseline)
