"""Texts with markup and control characters for terminals, browsers, Markdown and spreadsheets."""

# Names have no control characters; an author has at most 40 characters.
AUTHOR = "=1<img src=x onerror=own()>`c`**b**%s{0}"
NAME = "=1+1 <img src=x onerror=own()>|`c`|**b**[l](javascript:own())%s{0}"
TEXT = (
    "=HYPERLINK(1)\x1b]0;owned\x07\x1b[2J\x1b[31m\r\x9b2J\x7f\u2028[red]r[/red] [/] :smile: "
    "<script>own()</script><img src=x onerror=own()><!-- ]]> &amp; \\| `c` **b** [l](javascript:own()) "
    "![i](https://evil.example/i.png) https://evil.example www.evil.example %s %(x)s {0} {{ 7*7 }} "
    "${7*7} $\\frac{1}{0}$\n"
    "# heading\n- item\n| cell |\n@SUM(1)"
)
CONTROLS = [chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029)]


def controls(text):
    """Return a text's characters that end a line or move a terminal's cursor, except line feeds and tabs."""
    return sorted({character for character in text if character in CONTROLS})
