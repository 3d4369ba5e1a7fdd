"""Tables and progress in a terminal of any width or in a pipe; each figure stays beside its name.

Strings from others, as in a server's response or a results folder, are shown as text: they cannot move the cursor or
set a colour.
"""

import os

from rich.console import Console
from rich.measure import Measurement
from rich.progress import Progress, TextColumn
from rich.table import Table
from rich.text import Text

from lab.messages.invisible import escaped

NAME_WIDTH = 22  # characters that a column of names gets at least, if it needs them


class PlainConsole(Console):
    """A console that shows each string as it is, with control characters escaped; only tables may set styles.

    With `no_color`, or the environment variable NO_COLOR, it writes no colours and no other styles.
    """

    def __init__(self, no_color=False, **options):
        plain = no_color or os.environ.get("NO_COLOR")
        options |= {"color_system": None if plain else "auto"}
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text, **options):
        """Return rich's Text of a string."""
        return super().render_str("\n".join(map(escaped, text.split("\n"))), **options)


class PlainColumn(TextColumn):
    """A column of plain text in a progress bar."""

    def __init__(self, text):
        super().__init__(text, markup=False)

    def render(self, task):
        """Return rich's Text of the column."""
        task.description = escaped(task.description)
        return super().render(task)


UNLIMITED = PlainConsole(width=10_000)  # to measure natural widths


def progress(*columns, no_color=False, quiet=False):
    """Return a Progress on stderr, so that a pipe gets only the result; without a terminal there is no bar.

    With `quiet`, neither the bar nor a line beside it is shown.
    """
    console = PlainConsole(no_color=no_color, stderr=True, quiet=quiet)
    return Progress(*columns, console=console, disable=quiet or not console.is_terminal)


def show(*parts, console=None):
    """Print tables and sentences; a table that is too wide is printed as a list."""
    console = console or PlainConsole()
    for part in parts:
        too_wide = isinstance(part, Table) and not fits(part, console.width)
        console.print(as_list(part) if too_wide else part, soft_wrap=isinstance(part, str))


def fits(table, width):
    """Return whether a table fits into `width` characters with unbroken figures and names, and set its minimum so."""
    for column in table.columns:
        cells = column.header, *column.cells
        natural = max(Measurement.get(UNLIMITED, UNLIMITED.options, cell).maximum for cell in cells)
        column.min_width = natural if column.no_wrap else min(natural, NAME_WIDTH)
    return Measurement.get(UNLIMITED, UNLIMITED.options, table).minimum <= width


def as_list(table):
    """Return a table as lines of text: each row's first cell, and below it each other cell with its column's name."""
    heads, *columns = (list(column.cells) for column in table.columns)
    lines = [text(table.title)] if table.title else []
    for head, *cells in zip(heads, *columns, strict=True):
        named = [(text(column.header), text(cell)) for column, cell in zip(table.columns[1:], cells, strict=True)]
        lines.append(text(head))
        lines += [f"  {name}: {cell}" if name else f"  {cell}" for name, cell in named if cell]
    return "\n".join([*lines, *([text(table.caption)] if table.caption else [])])


def text(cell):
    """Return the text of a cell in one line."""
    renderable = getattr(cell, "renderable", cell)  # of an Align
    plain = renderable.plain if isinstance(renderable, Text) else str(renderable)
    return " ".join(plain.split())
