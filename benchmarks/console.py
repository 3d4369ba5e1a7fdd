"""The terminal on which the commands show tables: what others wrote is text there, and nothing else."""

from rich.console import Console
from rich.progress import TextColumn

from lab.messages.invisible import escaped

LINE_ENDS = "\n"


class PlainConsole(Console):
    """A console that shows every string as it is: control characters as escapes, brackets and colons as themselves.

    A string may quote a server's answer, or a folder of results that somebody sent. Styles are given to tables.
    """

    def __init__(self, **options):
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text, **options):
        """Return rich's Text of a string."""
        return super().render_str(LINE_ENDS.join(map(escaped, text.split(LINE_ENDS))), **options)


class PlainColumn(TextColumn):
    """A progress bar's column of plain text."""

    def __init__(self, text):
        super().__init__(text, markup=False)

    def render(self, task):
        """Return rich's Text of the column."""
        task.description = escaped(task.description)
        return super().render(task)
