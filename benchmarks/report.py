"""One page that says what was measured, to be trusted and printed: report.html, with its plots beside it."""

import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.summary import Results

TEMPLATES = Path(__file__).resolve().parent / "templates"


def write(folder):
    """Make plots/ and report.html from results.json in `folder`; return the report's path."""
    folder = Path(folder)
    results = Results.load(folder)
    page = environment().get_template("report.html").render(results=results)
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def environment():
    """Return the templates, with everything escaped that they insert."""
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sys.stdout.write(f"{write(name)}\n")
