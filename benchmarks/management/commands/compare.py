"""manage.py compare: compare the techniques."""

import webbrowser
from contextlib import suppress
from pathlib import Path

import psutil
from django.core.management.base import CommandError
from rich.progress import BarColumn

from benchmarks import RESULTS, terminal
from benchmarks.campaigns import cli_options, results_dir, terminal_table
from benchmarks.campaigns.campaign import Campaign
from benchmarks.management.scriptable import ScriptableCommand
from benchmarks.scenarios.settings import ComparisonError, described
from benchmarks.terminal import PlainColumn, PlainConsole
from lab.management.commands.demo import has_display
from lab.net.system import allow_many_connections, interrupt_on_signals

REPORT = 6  # typical seconds of the report
INTERRUPTED = 130  # the exit status that shells expect after Ctrl-C


class Command(ScriptableCommand):
    """Run a scenario, show the table, leave the raw data and a report."""

    help = "Compare the techniques: in about two minutes a table, raw data, and a report."
    essence = "the address of the report"

    def add_arguments(self, parser):
        """Add the options."""
        parser.add_argument(
            "--scenario", help="The name of a scenario in benchmarks/scenarios/, or a TOML file. The default is quick."
        )
        parser.add_argument(
            "--techniques",
            metavar="NAMES",
            help="The techniques, separated by commas. The default is those of the scenario, or all.",
        )
        parser.add_argument(
            "--stage",
            metavar="NAMES",
            help="The stages, separated by commas; `finished` is the finished technique. The default is those of the "
            "scenario, or `finished`.",
        )
        parser.add_argument(
            "--repetitions", type=int, help="The number of equal runs. The default is that of the scenario."
        )
        parser.add_argument(
            "--seed",
            type=int,
            help="The number that decides the order of the runs and the times of publishing. The default is that of "
            "the scenario.",
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="Replace a setting of the scenario; a list, as in clients=[10,100], is a sweep. The option may be "
            f"repeated. The default is what the scenario says. The settings are: {described()}.",
        )
        parser.add_argument(
            "--processes",
            type=int,
            default=1,
            help="The number of processes that make the load. The default is %(default)s.",
        )
        parser.add_argument(
            "--bare", action="store_true", help="Leave out the calibration and the traces, which take 20 seconds."
        )
        parser.add_argument(
            "--out",
            type=Path,
            default=RESULTS,
            metavar="FOLDER",
            help="The folder in which the results folder is created. The default is benchmarks/results/.",
        )
        parser.add_argument(
            "--resume", type=Path, metavar="FOLDER", help="Continue the interrupted comparison in this results folder."
        )
        parser.add_argument(
            "--baseline",
            type=Path,
            metavar="FOLDER",
            help="Show what changed since the comparison in this results folder.",
        )
        parser.add_argument(
            "--open",
            action="store_true",
            help="Open the report at the end, if the output is a terminal and there is a browser.",
        )
        super().add_arguments(parser)

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
            self.compare(campaign, baseline, options)
        except ComparisonError as exc:
            clean_up(campaign)
            raise CommandError(f"{exc}{kept(campaign)}") from exc
        except KeyboardInterrupt:
            clean_up(campaign)
            raise CommandError(
                f"Interrupted.{kept(campaign) or ' No run is complete.'}", returncode=INTERRUPTED
            ) from None

    def compare(self, campaign, baseline, options):
        """Measure, write the report, show the table."""
        rows = campaign.results["runs"]
        columns = PlainColumn("{task.description}"), BarColumn(None), PlainColumn("{task.fields[left]}")
        quiet = options["quiet"] or options["json"]
        with terminal.progress(*columns, no_color=options["no_color"], quiet=quiet) as progress:
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
        summary = terminal_table.summarize(rows)
        parts = [*terminal_table.parts(summary, PlainConsole().width), *report]
        address = report[-1]
        fields = {"folder": str(campaign.folder.resolve()), "report": address, "summary": summary}
        self.show(options, *parts, essence=[address], fields=fields)
        if options["open"] and not quiet and self.stdout.isatty() and has_display():
            with suppress(webbrowser.Error):
                webbrowser.open(address)


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
