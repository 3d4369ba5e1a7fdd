"""The report's templates, and filters that write figures and text from others."""

import base64
import re
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from benchmarks.analysis.format import capital, join, number
from benchmarks.analysis.workload import point_name, short

TEMPLATES = Path(__file__).resolve().parent / "templates"
# Characters with a meaning in Markdown, or in HTML within it: anywhere, in an address, at the beginning of a line.
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|:(?=//)|(?<=\bwww)\.)", re.IGNORECASE)
FIRST = re.compile(r"^(\d*)([-+=.)])(?=[\s=-]|$)")


def render(name, fields):
    """Return a template filled with `fields`; HTML escapes all of them, Markdown only with the filter `md`."""
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
        "point_name": point_name,
        "data_uri": data_uri,
        "join_words": join,
        "per_cent": per_cent,
        "by_series": by_series,
        "md": markdown,
    }
    return environment.get_template(name).render(fields)


def plain(value):
    """Return what Markdown shows for a value."""
    return "–" if value is None else value


def markdown(value):
    """Return text from others in one line, with all characters escaped that have a meaning in Markdown."""
    if value is None:
        return "–"
    return FIRST.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", " ".join(str(value).split())))


def per_cent(value):
    """Return a difference in per cent with its sign."""
    if value is None:
        return "–"
    return f"{value:+,.1f} %".replace("-", "−") if abs(value) >= 0.05 else "0.0 %"


def by_series(rows):
    """Return [(series, its rows)]."""
    return [(series, list(group)) for series, group in groupby(rows, key=lambda row: row.series)]


def data_uri(path):
    """Return an SVG as a data URI, so that the page needs no other file."""
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()
