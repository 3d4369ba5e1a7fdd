"""manage.py advise: which technique to take."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks import terminal
from benchmarks.advice.advisor import advise
from benchmarks.advice.question import Question, QuestionError
from benchmarks.advice.text import NETWORKS, figures, reasons, verdict

FIELDS = {  # option: (field of the Question, help)
    "rate": ("rate", "messages a second in each room"),
    "clients": ("clients", "readers in all rooms together"),
    "rooms": ("rooms", "rooms; the readers are spread over them"),
    "latency": ("latency_ms", "acceptable latency of 99 in 100 messages, ms"),
    "text-bytes": ("text_bytes", "bytes of a text"),
}


class Command(BaseCommand):
    """Show what each technique would give and cost, and advise one."""

    help = "Advise which technique to take, by the model and the newest measurements on this machine."

    def add_arguments(self, parser):
        """Add the options."""
        for name, (field, text) in FIELDS.items():
            default = getattr(Question, field)
            parser.add_argument(f"--{name}", dest=field, type=type(default), default=default, help=text)
        parser.add_argument("--network", choices=NETWORKS, default="local", help="between browser and server")

    def handle(self, *, network, **options):
        """Print the advice."""
        fields: dict[str, Any] = {field: options[field] for field, _text in FIELDS.values()}
        try:
            advice = advise(Question(**fields, **NETWORKS[network]))
        except QuestionError as exc:
            raise CommandError(str(exc)) from exc
        terminal.show(advice_table(advice), *map(str, (verdict(advice), *reasons(advice))))


def advice_table(advice):
    """Return the options as a table with a column for each technique; a technique that is too slow is dim."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for option in advice.options:
        table.add_column(option.technique, justify="right", no_wrap=True, style="" if option.fits else "dim")
    for what, cells in figures(advice):
        table.add_row(Align.right(str(what)), *map(str, cells))
    return table
