"""Pages that need no other file: Markdown and executed lessons as HTML, for a course page and for the printer."""

import html
import re

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table"])
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of a traceback in a terminal
STYLE = """
:root { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
body { max-width: 48rem; margin: 1.5rem auto; padding: 0 1rem; color: #1b2433; background: #fff; }
h1 { font-size: 1.7em; line-height: 1.2; } h2 { font-size: 1.25em; margin-top: 1.4em; } h3 { font-size: 1.05em; }
p, li, td, th { overflow-wrap: anywhere; }
pre, code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
pre { white-space: pre-wrap; padding: 0.6em 0.8em; background: #f6f5f2; border: 1px solid #d9d8d2; }
pre.output { background: #fff; }
img, svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: 0.6em 0; }
td, th { border: 1px solid #868c98; padding: 0.25em 0.6em; text-align: left; vertical-align: top; }
.output { overflow-x: auto; }
@page { margin: 14mm; }
@media print {
  :root { font-size: 10.2pt; }
  body { max-width: none; margin: 0; padding: 0; }
  h1 { margin-top: 0; } h2, h3 { break-after: avoid; } tr, figure, pre { break-inside: avoid; }
  .sheet { break-after: page; } .sheet:last-child { break-after: auto; }
}
"""


def page(title, body, language="en"):
    """Return a whole page as text."""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def markdown(text):
    """Return Markdown as HTML."""
    return MARKDOWN.render(text)


def title_of(text):
    """Return the first heading of a Markdown text."""
    return text.partition("# ")[2].partition("\n")[0]


def lesson_page(lesson):
    """Return an executed lesson, an nbformat notebook, as a page with its plots in it."""
    cells = "\n".join(_cell(cell) for cell in lesson.cells)
    return page(title_of(lesson.cells[0].source), cells)


def _cell(cell):
    if cell.cell_type == "markdown":
        return markdown(cell.source)
    outputs = "\n".join(_output(output) for output in cell.get("outputs", []))
    return f'<pre class="code" tabindex="0"><code>{html.escape(cell.source)}</code></pre>\n{outputs}'


def _output(output):
    """Return an output as HTML: a picture, a table, or text; the richest of what the cell has shown."""
    data = output.get("data", {})
    text = output.get("text") or data.get("text/plain") or "\n".join(output.get("traceback", []))
    if "image/png" in data:
        described = html.escape(text) or "Plot"
        return f'<figure><img alt="{described}" src="data:image/png;base64,{data["image/png"].strip()}"></figure>'
    if "text/html" in data:
        return f'<div class="output" tabindex="0">{data["text/html"]}</div>'
    return f'<pre class="output" tabindex="0">{html.escape(COLOURS.sub("", text))}</pre>' if text else ""
