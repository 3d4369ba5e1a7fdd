"""Python source as HTML: words of the language, texts and comments marked by classes."""

import io
import keyword
import tokenize

from django.utils.html import format_html
from django.utils.safestring import mark_safe

CLASSES = {tokenize.COMMENT: "comment", tokenize.STRING: "text", tokenize.NUMBER: "number"}


def listing(source):
    """Return the source with a <span class> around each token that has a class; everything is escaped."""
    lines = io.StringIO(source).readlines()  # not splitlines(): it splits where Python does not
    parts, (row, column) = [], (1, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = "word" if keyword.iskeyword(token.string) else CLASSES.get(token.type)
        if name is None:
            continue
        parts.append(format_html("{}", _between(lines, (row, column), token.start)))
        parts.append(format_html('<span class="{}">{}</span>', name, token.string))
        row, column = token.end
    parts.append(format_html("{}", _between(lines, (row, column), (len(lines), len(lines[-1])))))
    return mark_safe("".join(parts))  # noqa: S308  (format_html escaped every part)


def _between(lines, start, end):
    """Return the text from (row, column) to (row, column); rows count from 1."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    first, *middle, last = lines[start[0] - 1 : end[0]]
    return "".join([first[start[1] :], *middle, last[: end[1]]])
