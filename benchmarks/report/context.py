"""What both reports say, as fields for their templates."""

import shlex

from benchmarks.analysis import crossing, workload
from benchmarks.findings import baseline, conclusions, deviation, notes, staircase, tables, trend
from benchmarks.findings.calibration_checks import checks
from benchmarks.literature import replication
from benchmarks.literature.sources import SOURCES
from lab.pages.margin import PER_CENT

OPTIONS = "scenario", "techniques", "repetitions", "seed"


def of(results, drawn, before=None):
    """Return the fields of the report of some Results with these Plots; `before` are Results to hold them against."""
    sweep = results.swept_setting
    points = [point for point in results.comparisons if point.valid]
    rows = [row for point in points for row in deviation.rows(point)]
    others = published(results)
    changes = baseline.changes(results, before) if before else []
    return {
        "results": results,
        "manifest": known(results.manifest),
        "sweep": sweep and workload.SETTINGS[sweep],
        "points": points,
        "tasks": notes.tasks(results),
        "losses": conclusions.losses(results),
        "lossy": any(series.lossy and not series.stage for point in points for series in point.valid),
        "lossy_stages": any(series.lossy and series.stage for point in points for series in point.valid),
        "refused": [run for run in results.runs if run.get("valid") is not True],
        "flagged": [run for run in valid(results) if run.get("flags")],
        "sentences": replication.sentences(others) or sentences(results, points),
        "missing": notes.missing(results),
        "runs_each": notes.runs_each(points),
        "groups": [(point, [(part, tables.groups(part)) for part in tables.parts(point)]) for point in points],
        "matrices": tables.matrices(results) if sweep else [],
        "plots": drawn,
        "model": [(point, [row for row in rows if row.comparison is point]) for point in points],
        "apart": [row for row in rows if row.apart],
        "within": deviation.within(rows),
        "unknown": notes.unknown(points),
        "crossings": crossings(points) if sweep else [],
        "break_even": crossing.break_even(points[0]) if len(points) == 1 else [],
        "published": others,
        "sources": SOURCES,
        "clock": clock(results.runs),
        "regular": all(run.get("arrivals") == "regular" for run in results.runs),
        "calibration": checks(results.calibration),
        "changes": baseline.shown(changes),
        "changed": before and baseline.summary(changes, before),
        "margin": PER_CENT,
        "command": command(results.manifest),
        "raw": sorted(str(path.relative_to(results.folder)) for path in results.folder.glob("runs/*/*.csv")),
    }


def clock(runs):
    """Return {"processes", "machines", "error_ms"} of the run whose clocks were the least sure; None of one process."""
    known = [run["clock"] for run in runs if isinstance(run.get("clock"), dict)]
    widest = max(known, key=lambda one: (one.get("error_ms") or 0, one.get("processes") or 1), default=None)
    return widest if widest and (widest.get("processes") or 1) > 1 else None


def valid(results):
    """Return the runs that count."""
    return [run for run in results.runs if run.get("valid") is True]


def sentences(results, points):
    """Return the answer, in three sentences at most."""
    if not points:
        return []
    if results.swept_setting:
        return trend.sentences(results)
    return staircase.sentences(points[0]) or conclusions.sentences(points[0])


def crossings(points):
    """Return [(quantity, title, other title, value)] of the model's curves over the sweep."""
    values = sorted({point.value for point in points if workload.is_number(point.value)})
    if len(values) < 2:
        return []
    quantities = [quantity for quantity in deviation.MODELLED if quantity.name in ("p50", "p99", "ip", "ip_second")]
    return [
        (quantity, one, other, value)
        for quantity in quantities
        for one, other, value, _figure in crossing.crossings(quantity, points, crossing.grid_of(values))
    ]


def published(results):
    """Return what others published beside what was measured here, as rows; none but for the scenario `literature`."""
    if results.manifest.get("scenario") != "literature":
        return []
    return replication.records([run for run in results.runs if "label" in run])


def known(manifest):
    """Return a manifest that says so if the lab's version is not known, as when it ran from a downloaded archive."""
    if "commit" in manifest and not manifest["commit"]:
        return manifest | {"commit": "unknown", "changed": "unknown"}
    return manifest


def command(manifest):
    """Return the command that repeats the measurement."""
    if isinstance(manifest.get("command"), str):
        return manifest["command"]
    given = {name: manifest[name] for name in OPTIONS if manifest.get(name) is not None}
    if isinstance(given.get("techniques"), list):
        given["techniques"] = ",".join(map(str, given["techniques"]))
    return "python manage.py compare " + " ".join(
        f"--{name} {shlex.quote(str(value))}" for name, value in given.items()
    )
