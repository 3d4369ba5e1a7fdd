"""Syntax highlighting: source code as HTML, with classes for keywords, texts, numbers and comments."""

import io
import keyword
import re
import tokenize
from itertools import accumulate

from django.utils.html import format_html
from django.utils.safestring import mark_safe

PYTHON = {tokenize.COMMENT: "comment", tokenize.STRING: "text", tokenize.NUMBER: "number"}
BLAME = '<span class="comment"># To blame: '  # as `listing` writes the begin of such a comment
JAVASCRIPT = re.compile(
    r"(?P<comment>/\*.*?\*/|//[^\n]*)"
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"|(?P<number>\b\d[\w.]*)"
    r"|(?P<word>\b(?:async|await|class|const|else|export|extends|for|from|function|if|import|let|new|null|of|return"
    r"|super|this|throw|try|catch|while)\b)",
    re.DOTALL,
)


def listing(source, language):
    """Return source code as HTML, with a <span class> around each highlighted token.

    `language`: "py" or "js".
    """
    parts, here = [], 0
    for start, end, name in LANGUAGES[language](source):
        parts.append(format_html("{}", source[here:start]))
        parts.append(format_html('<span class="{}">{}</span>', name, source[start:end]))
        here = end
    parts.append(format_html("{}", source[here:]))
    return mark_safe(_marked("".join(parts)))  # noqa: S308  (format_html escaped every part)


def _marked(html):
    """Mark each comment that says what is to blame, and the line after it."""
    lines, marked = html.split("\n"), 0
    for number, line in enumerate(lines):
        if BLAME in line:
            marked = 2
        if marked:
            lines[number] = f"<mark>{line}</mark>"
            marked -= 1
    return "\n".join(lines)


def _python(source):
    lines = io.StringIO(source).readlines()  # not splitlines(), which splits at more characters than Python
    begins = list(accumulate(map(len, lines), initial=0))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = "word" if keyword.iskeyword(token.string) else PYTHON.get(token.type)
        if name:
            start, end = (begins[row - 1] + column for row, column in (token.start, token.end))
            yield start, end, name


def _javascript(source):
    for match in JAVASCRIPT.finditer(source):
        yield *match.span(), match.lastgroup


LANGUAGES = {"py": _python, "js": _javascript}
