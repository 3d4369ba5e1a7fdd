"""The report's templates, and how they write figures, differences and the strings of others."""

import base64
import re
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from benchmarks.analysis.style import capital, number
from benchmarks.analysis.workload import name_of, short
from benchmarks.findings.conclusions import join

TEMPLATES = Path(__file__).resolve().parent / "templates"
# What Markdown, or HTML within it, would read as its own: anywhere, as an address, and at the beginning of a line.
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|:(?=//)|(?<=\bwww)\.)", re.IGNORECASE)
FIRST = re.compile(r"^(\d*)([-+=.)])(?=[\s=-]|$)")


def rendered(name, fields):
    """Return the template of that name filled with `fields`; HTML escapes all of them, Markdown those it is told to."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=name.endswith(".html"),
        finalize=None if name.endswith(".html") else plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": number,
        "capital": capital,
        "short": short,
        "name_of": name_of,
        "data_uri": data_uri,
        "join_words": join,
        "per_cent": per_cent,
        "groupby_series": by_series,
        "md": markdown,
    }
    return environment.get_template(name).render(fields)


def plain(value):
    """Return what Markdown shows of a value."""
    return "–" if value is None else value


def markdown(value):
    """Return a string of others on one line, with nothing in it that Markdown would take for its own."""
    if value is None:
        return "–"
    return FIRST.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", " ".join(str(value).split())))


def per_cent(value):
    """Write a difference in per cent with its sign."""
    if value is None:
        return "–"
    return f"{value:+,.1f} %".replace("-", "−") if abs(value) >= 0.05 else "0.0 %"


def by_series(rows):
    """Return [(series, its rows)]."""
    return [(series, list(of)) for series, of in groupby(rows, key=lambda row: row.series)]


def data_uri(path):
    """Return an SVG as an address that holds all of it: the page needs no other file."""
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()
