"""What was measured, on one page to be trusted and printed: report.html, the same as report.md, and the plots."""

import sys
from pathlib import Path

from benchmarks import baseline, contents, plots, writing
from benchmarks.summary import Results


def write(folder, before=None):
    """Make plots/, report.html and report.md from results.json in `folder`; return the path of the HTML.

    `before` is the folder of another comparison, of which the report then says what changed since. Raise OSError or
    ValueError where one of them cannot be read.
    """
    folder = Path(folder)
    results = Results.load(folder)
    changed = baseline.load(before) if before else None
    drawn = plots.write(results, folder / "plots")
    fields = contents.of(results, drawn, changed)
    for name in ("report.md", "report.html"):
        (folder / name).write_text(writing.rendered(name, fields), encoding="utf-8")
    return folder / "report.html"


def main(folders):
    """Write the report of each folder anew; say where it is."""
    if not folders:
        sys.exit("usage: python -m benchmarks.report FOLDER ...")
    for folder in folders:
        try:
            sys.stdout.write(f"{write(folder)}\n")
        except (OSError, ValueError) as exc:
            sys.exit(f"{folder}: the results cannot be read: {exc}.")


if __name__ == "__main__":
    main(sys.argv[1:])
