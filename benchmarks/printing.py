"""Tables and progress in a terminal of any width, and in a pipe: every figure stands beside its name."""

from rich.measure import Measurement
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from benchmarks.console import PlainConsole

NAME = 22  # characters that a column of names gets at least, if it needs them
ENDLESS = PlainConsole(width=10_000)  # to measure with


def progress(*columns):
    """Return a Progress on stderr: what is piped holds the result alone, and without a terminal there is no bar."""
    console = PlainConsole(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal)


def show(*parts, console=None):
    """Print tables and sentences; a table that does not fit is printed as a list."""
    console = console or PlainConsole()
    for part in parts:
        whole = isinstance(part, Table) and fits(part, console.width)
        shown = listed(part) if isinstance(part, Table) and not whole else part
        console.print(shown, soft_wrap=isinstance(part, str))


def fits(table, width):
    """Return whether `width` characters hold a table with unbroken figures and readable names; hold it to these."""
    for column in table.columns:
        cells = column.header, *column.cells
        natural = max(Measurement.get(ENDLESS, ENDLESS.options, cell).maximum for cell in cells)
        column.min_width = natural if column.no_wrap else min(natural, NAME)
    return Measurement.get(ENDLESS, ENDLESS.options, table).minimum <= width


def listed(table):
    """Return a table as lines of text: the first cell of a row, and below it each other cell with its column's name."""
    heads, *columns = (list(column.cells) for column in table.columns)
    lines = [text(table.title)] if table.title else []
    for head, *cells in zip(heads, *columns, strict=True):
        named = [(text(column.header), text(cell)) for column, cell in zip(table.columns[1:], cells, strict=True)]
        lines.append(text(head))
        lines += [f"  {name}: {cell}" if name else f"  {cell}" for name, cell in named if cell]
    return "\n".join([*lines, *([text(table.caption)] if table.caption else [])])


def text(cell):
    """Return what a cell says, in one line."""
    renderable = getattr(cell, "renderable", cell)  # of an Align
    plain = renderable.plain if isinstance(renderable, Text) else str(renderable)
    return " ".join(plain.split())
