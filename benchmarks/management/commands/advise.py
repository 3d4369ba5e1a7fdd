"""manage.py advise: which technique to take."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.advice.advisor import advise
from benchmarks.advice.question import Question, QuestionError
from benchmarks.advice.text import NETWORKS, figures, reasons, verdict
from benchmarks.management.scriptable import ScriptableCommand

FIELDS = {  # option: (field of the Question, help)
    "rate": ("rate", "The messages that are published in each room, per second."),
    "clients": ("clients", "The number of readers in all rooms together."),
    "rooms": ("rooms", "The number of rooms; the readers are spread over them."),
    "latency": ("latency_ms", "The latency that 99 in 100 messages may have, in milliseconds."),
    "text-bytes": ("text_bytes", "The length of a message's text, in bytes."),
}


class Command(ScriptableCommand):
    """Show what each technique would give and cost, and advise one."""

    help = "Advise which technique to take, by the model and the newest measurements on this machine."
    essence = "the verdict"

    def add_arguments(self, parser):
        """Add the options."""
        for name, (field, text) in FIELDS.items():
            default = getattr(Question, field)
            text = f"{text} The default is %(default)s."
            parser.add_argument(f"--{name}", dest=field, type=type(default), default=default, help=text)
        parser.add_argument(
            "--network",
            choices=NETWORKS,
            default="local",
            help="The network between browser and server. The default is %(default)s, which has no delay.",
        )
        super().add_arguments(parser)

    def handle(self, *, network, **options):
        """Print the advice."""
        fields: dict[str, Any] = {field: options[field] for field, _text in FIELDS.values()}
        try:
            advice = advise(Question(**fields, **NETWORKS[network]))
        except QuestionError as exc:
            raise CommandError(str(exc)) from exc
        sentence, *further = map(str, (verdict(advice), *reasons(advice)))
        known = {"question": asdict(advice.question), "options": [asdict(option) for option in advice.options]}
        known |= {"take": [option.technique for option in advice.close], "verdict": sentence, "reasons": further}
        self.show(options, advice_table(advice), sentence, *further, essence=[sentence], fields=known)


def advice_table(advice):
    """Return the options as a table with a column for each technique; a technique that is too slow is dim."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for option in advice.options:
        table.add_column(option.technique, justify="right", no_wrap=True, style="" if option.fits else "dim")
    for what, cells in figures(advice):
        table.add_row(Align.right(str(what)), *map(str, cells))
    return table
