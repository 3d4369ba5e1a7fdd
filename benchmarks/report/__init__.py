"""The report: findings and plots on one page, as report.html and report.md."""

import sys
from pathlib import Path

from lab import packages

with packages.needed():  # `python -m benchmarks.report` begins here
    from benchmarks.analysis.results import Results
    from benchmarks.findings import baseline
    from benchmarks.plots import drawing
    from benchmarks.report import context, templating


def write(folder, before=None):
    """Write plots/, report.html and report.md from results.json in `folder`; return the path of the HTML.

    With the folder of another comparison in `before`, the report also says what changed since. Raise OSError or
    ValueError if one of them cannot be read.
    """
    folder = Path(folder)
    results = Results.load(folder)
    earlier = baseline.load(before) if before else None
    plots = drawing.write(results, folder / "plots")
    fields = context.create(results, plots, earlier)
    for name in ("report.md", "report.html"):
        (folder / name).write_text(templating.render(name, fields), encoding="utf-8")
    return folder / "report.html"


def write_and_summarize(folder, before=None):
    """Write the reports; return what the terminal shows: the changes, and last the file:// address or the error.

    An error here must not hide that the measurement is complete.
    """
    try:
        path = write(folder, before)
        return [*changes(folder, before), path.resolve().as_uri()]
    except Exception as exc:
        return [f"The report fails, but the results are complete in {folder}: {type(exc).__name__}: {exc}"]


def changes(folder, before):
    """Return the table of the changes since the comparison in `before`, and their summary; empty without one."""
    if not before:
        return []
    earlier = baseline.load(before)
    rows = baseline.changes(Results.load(folder), earlier)
    return [baseline.table(rows), baseline.summary(rows, earlier)] if rows else [baseline.summary(rows, earlier)]


def main(folders):
    """Write the report of each folder again and print its path."""
    if not folders:
        sys.exit("usage: python -m benchmarks.report FOLDER ...")
    for folder in folders:
        try:
            sys.stdout.write(f"{write(folder)}\n")
        except (OSError, ValueError) as exc:
            sys.exit(f"{folder}: the results cannot be read: {exc}.")
