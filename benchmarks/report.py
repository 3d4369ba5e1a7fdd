"""One page that says what was measured, to be trusted and printed: report.html, with its plots beside it."""

import base64
import shlex
import sys
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from benchmarks import answer, deviation, model, plots, prediction, tables
from benchmarks.looks import number
from benchmarks.series import dig
from benchmarks.summary import Results

TEMPLATES = Path(__file__).resolve().parent / "templates"
OPTIONS = "scenario", "repetitions", "seed"
WORDS = {
    "clients": ("{:,} reader", "{:,} readers"),
    "rooms": ("one room", "{:,} rooms"),
    "rate": ("one message a second in each room", "{:g} messages a second in each room"),
    "text_bytes": ("texts of one byte", "texts of {:,} bytes"),
}


def write(folder):
    """Make plots/ and report.html from results.json in `folder`; return the report's path."""
    folder = Path(folder)
    results = Results.load(folder)
    drawn = plots.write(results, folder / "plots")
    sections = [
        section(comparison, [plot for plot in drawn if plot.comparison is comparison])
        for comparison in results.comparisons
    ]
    page = (
        environment()
        .get_template("report.html")
        .render(
            results=results,
            manifest=results.manifest,
            losses=answer.losses(results),
            losses_count=any(
                dig(run, name) for run in results.runs if run.get("valid") is True for name in answer.LEDGER
            ),
            refused=[run for run in results.runs if run.get("valid") is not True],
            flagged=[run for run in results.runs if run.get("valid") is True and run.get("flags")],
            sections=sections,
            seconds=sum(dig(run, "duration_s") or 0 for run in results.runs),
            command=command(results.manifest),
            raw=sorted(str(path.relative_to(folder)) for path in folder.glob("runs/*/*.csv")),
        )
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def section(comparison, drawn):
    """Return what the template shows of one Comparison."""
    delay, of = prediction.base(comparison)
    return {
        "comparison": comparison,
        "workload": workload(comparison.workload),
        "sentences": answer.sentences(comparison),
        "missing": [series.title for series in comparison.series if not series.valid],
        "repetitions": sorted({len(series.valid) for series in comparison.valid}),
        "groups": tables.groups(comparison),
        "plots": drawn,
        "rows": deviation.rows(comparison),
        "unknown": [series.title for series in comparison.valid if series.technique not in model.MODELS],
        "base_ms": 1000 * delay,
        "base_of": of,
        "crossings": prediction.crossings(comparison),
    }


def workload(fields):
    """Return in words what all techniques of a comparison had to do."""
    known = {name: fields[name] for name in WORDS if isinstance(fields.get(name), int | float)}
    return ", ".join(WORDS[name][value != 1].format(value) for name, value in known.items())


def command(manifest):
    """Return the command that repeats the measurement."""
    if isinstance(manifest.get("command"), str):
        return manifest["command"]
    options = [f"--{name} {shlex.quote(str(manifest[name]))}" for name in OPTIONS if manifest.get(name) is not None]
    return "python manage.py compare " + " ".join(options)


def environment():
    """Return the templates, with everything escaped that they insert."""
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {
        "number": number,
        "data_uri": data_uri,
        "join_words": answer.join,
        "per_cent": per_cent,
        "groupby_series": by_series,
    }
    return made


def per_cent(value):
    """Write a difference in per cent with its sign."""
    return f"{value:+,.1f} %".replace("-", "−") if abs(value) >= 0.05 else "0.0 %"


def by_series(rows):
    """Return [(series, its rows)]."""
    return [(series, list(of)) for series, of in groupby(rows, key=lambda row: row.series)]


def data_uri(path):
    """Return an SVG as an address that holds all of it: the page needs no other file."""
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()


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
