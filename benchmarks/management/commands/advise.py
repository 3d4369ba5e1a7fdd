"""manage.py advise: which technique to take."""

from django.core.management.base import BaseCommand, CommandError
from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks import printing
from benchmarks.advice.advice import advise
from benchmarks.advice.question import CannotAdvise, Question
from benchmarks.advice.text import NETWORKS, figures, reasons, verdict

FIELDS = {  # option: (field of the Question, help)
    "rate": ("rate", "messages a second in each room"),
    "clients": ("clients", "readers in all rooms together"),
    "rooms": ("rooms", "rooms over which they are spread"),
    "latency": ("latency_ms", "acceptable for 99 in 100 messages, ms"),
    "text-bytes": ("text_bytes", "length of a text"),
}


class Command(BaseCommand):
    """Show what each technique would give and cost, and say which to take."""

    help = "Which technique to take, by the model and by what was measured on this machine."

    def add_arguments(self, parser):
        """Name the options."""
        for name, (field, text) in FIELDS.items():
            default = getattr(Question, field)
            parser.add_argument(f"--{name}", dest=field, type=type(default), default=default, help=text)
        parser.add_argument("--network", choices=NETWORKS, default="local", help="between browser and server")

    def handle(self, *, network, **options):
        """Advise."""
        fields = {field: options[field] for field, _text in FIELDS.values()}
        try:
            advice = advise(Question(**fields, **NETWORKS[network]))
        except CannotAdvise as exc:
            raise CommandError(str(exc)) from exc
        printing.show(table(advice), *map(str, (verdict(advice), *reasons(advice))))


def table(advice):
    """Return the options as a table, techniques as columns; what is too slow is dim."""
    made = Table(box=SIMPLE_HEAD)
    made.add_column("", no_wrap=True)
    for option in advice.options:
        made.add_column(option.technique, justify="right", no_wrap=True, style="" if option.fits else "dim")
    for what, cells in figures(advice):
        made.add_row(Align.right(str(what)), *map(str, cells))
    return made
