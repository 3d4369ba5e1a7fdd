"""What was measured, on one page to be trusted and printed: report.html, the same as report.md, and the plots."""

import sys
from pathlib import Path

from benchmarks.analysis.summary import Results
from benchmarks.findings import baseline
from benchmarks.plots import drawing
from benchmarks.report import context, templating


def write(folder, before=None):
    """Make plots/, report.html and report.md from results.json in `folder`; return the path of the HTML.

    `before` is the folder of another comparison, of which the report then says what changed since. Raise OSError or
    ValueError where one of them cannot be read.
    """
    folder = Path(folder)
    results = Results.load(folder)
    changed = baseline.load(before) if before else None
    drawn = drawing.write(results, folder / "plots")
    fields = context.of(results, drawn, changed)
    for name in ("report.md", "report.html"):
        (folder / name).write_text(templating.rendered(name, fields), encoding="utf-8")
    return folder / "report.html"


def ending(folder, before=None):
    """Write the reports; return what the terminal shows of them: what changed, and where they are or why they are not.

    Whatever goes wrong here, the measurement stands.
    """
    try:
        path = write(folder, before)
        return [*changes(folder, before), str(path)]
    except Exception as exc:
        return [f"The report fails, the results are complete in {folder}: {type(exc).__name__}: {exc}"]


def changes(folder, before):
    """Return the table of what changed since the comparison in `before`, and its sentence; nothing without one."""
    if not before:
        return []
    then = baseline.load(before)
    found = baseline.changes(Results.load(folder), then)
    return [baseline.table(found), baseline.summary(found, then)] if found else [baseline.summary(found, then)]


def main(folders):
    """Write the report of each folder anew; say where it is."""
    if not folders:
        sys.exit("usage: python -m benchmarks.report FOLDER ...")
    for folder in folders:
        try:
            sys.stdout.write(f"{write(folder)}\n")
        except (OSError, ValueError) as exc:
            sys.exit(f"{folder}: the results cannot be read: {exc}.")
