"""The context of both report templates."""

import shlex

from benchmarks.analysis import crossing, workload
from benchmarks.findings import baseline, conclusions, deviation, notes, staircase, tables, trend
from benchmarks.findings.calibration_checks import checks
from benchmarks.literature import replication
from benchmarks.literature.sources import SOURCES
from lab.pages.margin import PER_CENT

OPTIONS = "scenario", "techniques", "repetitions", "seed"


def create(results, plots, before=None):
    """Return the context of a report on Results with these Plots; `before`: the Results of a baseline, or None."""
    sweep = results.swept_setting
    points = [point for point in results.comparisons if point.valid]
    rows = [row for point in points for row in deviation.deviations(point)]
    literature = published(results)
    changes = baseline.changes(results, before) if before else []
    return {
        "results": results,
        "manifest": complete(results.manifest),
        "sweep": sweep and workload.SETTINGS[sweep],
        "points": points,
        "tasks": notes.tasks(results),
        "losses": conclusions.losses(results),
        "lossy": any(series.lossy and not series.stage for point in points for series in point.valid),
        "lossy_stages": any(series.lossy and series.stage for point in points for series in point.valid),
        "refused": [run for run in results.runs if run.get("valid") is not True],
        "flagged": [run for run in valid(results) if run.get("flags")],
        "sentences": replication.sentences(literature) or sentences(results, points),
        "missing": notes.missing(results),
        "run_counts": notes.run_counts(points),
        "groups": [(point, [(part, tables.groups(part)) for part in tables.parts(point)]) for point in points],
        "matrices": tables.matrices(results) if sweep else [],
        "plots": plots,
        "model": [(point, [row for row in rows if row.comparison is point]) for point in points],
        "far": [row for row in rows if row.far],
        "deviations": deviation.summary(rows),
        "without_model": notes.without_model(points),
        "crossings": crossings(points) if sweep else [],
        "break_even": crossing.break_even(points[0]) if len(points) == 1 else [],
        "published": literature,
        "sources": SOURCES,
        "clock": clock_of(results.runs),
        "regular": all(run.get("arrivals") == "regular" for run in results.runs),
        "calibration": checks(results.calibration),
        "changes": baseline.shown(changes),
        "changes_summary": before and baseline.summary(changes, before),
        "margin": PER_CENT,
        "command": command(results.manifest),
        "raw_files": sorted(str(path.relative_to(results.folder)) for path in results.folder.glob("runs/*/*.csv")),
    }


def clock_of(runs):
    """Return {"processes", "machines", "error_ms"} of the run with the largest clock error; None for one process."""
    clocks = [run["clock"] for run in runs if isinstance(run.get("clock"), dict)]
    widest = max(clocks, key=lambda one: (one.get("error_ms") or 0, one.get("processes") or 1), default=None)
    return widest if widest and (widest.get("processes") or 1) > 1 else None


def valid(results):
    """Return the valid runs."""
    return [run for run in results.runs if run.get("valid") is True]


def sentences(results, points):
    """Return the answer in at most three sentences."""
    if not points:
        return []
    if results.swept_setting:
        return trend.sentences(results)
    return staircase.sentences(points[0]) or conclusions.sentences(points[0])


def crossings(points):
    """Return [(metric, title, other title, value)] where the model's curves cross in a sweep."""
    values = sorted({point.value for point in points if workload.is_number(point.value)})
    if len(values) < 2:
        return []
    metrics = [metric for metric in deviation.MODELLED if metric.name in ("p50", "p99", "ip", "ip_second")]
    return [
        (metric, one, other, value)
        for metric in metrics
        for one, other, value, _figure in crossing.crossings(metric, points, crossing.grid_of(values))
    ]


def published(results):
    """Return published figures beside the measured ones, as rows; only for the scenario `literature`."""
    if results.manifest.get("scenario") != "literature":
        return []
    return replication.records([run for run in results.runs if "label" in run])


def complete(manifest):
    """Return a manifest that says “unknown” if there was no repository, as in a downloaded archive."""
    if "commit" in manifest and not manifest["commit"]:
        return manifest | {"commit": "unknown", "changed": "unknown"}
    return manifest


def command(manifest):
    """Return the command that repeats the comparison."""
    if isinstance(manifest.get("command"), str):
        return manifest["command"]
    options = {name: manifest[name] for name in OPTIONS if manifest.get(name) is not None}
    if isinstance(options.get("techniques"), list):
        options["techniques"] = ",".join(map(str, options["techniques"]))
    return "python manage.py compare " + " ".join(
        f"--{name} {shlex.quote(str(value))}" for name, value in options.items()
    )
