"""The base of the benchmarks' commands: options for scripts, and output without colours."""

import json
import os

from django.core.management.base import BaseCommand

from benchmarks import terminal


class ScriptableCommand(BaseCommand):
    """A command whose result is tables for a person, the essence with --quiet, or JSON with --json."""

    essence: str  # what --quiet shows, to complete a sentence

    def add_arguments(self, parser):
        """Add --json and --quiet; Django adds --no-color."""
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print the result as one JSON object instead of tables, and show no progress.",
        )
        parser.add_argument(
            "--quiet", action="store_true", help=f"Show no progress, and of the result only {self.essence}."
        )

    def execute(self, *args, **options):
        """Run the command; the environment variable NO_COLOR is the same as --no-color."""
        if os.environ.get("NO_COLOR") and not options.get("force_color"):
            options["no_color"] = True
        return super().execute(*args, **options)

    def show(self, options, *parts, essence, fields):
        """Print the `parts`, tables and sentences; with --quiet the sentences `essence`, with --json the `fields`."""
        if options["json"]:
            self.stdout.write(json.dumps(fields, indent=2))
            return
        console = terminal.PlainConsole(no_color=options["no_color"])
        terminal.show(*(essence if options["quiet"] else parts), console=console)
