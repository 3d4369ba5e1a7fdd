"""What both reports say, as fields for their templates."""

import shlex

from benchmarks import answer, baseline, crossing, deviation, model, replication, statistics, tables, trend, workload
from benchmarks.calibrated import checks
from benchmarks.quantities import dig
from benchmarks.sweeps import grid_of

OPTIONS = "scenario", "techniques", "repetitions", "seed"


def of(results, drawn, before=None):
    """Return the fields of the report of some Results with these Plots; `before` are Results to hold them against."""
    sweep = results.swept_setting
    points = [point for point in results.comparisons if point.valid]
    rows = [row for point in points for row in deviation.rows(point)]
    changes = baseline.changes(results, before) if before else []
    return {
        "results": results,
        "manifest": results.manifest,
        "sweep": sweep and workload.SETTINGS[sweep],
        "points": points,
        "tasks": tasks(results),
        "losses": answer.losses(results),
        "losses_count": any(dig(run, name) for run in valid(results) for name in answer.LEDGER),
        "refused": [run for run in results.runs if run.get("valid") is not True],
        "flagged": [run for run in valid(results) if run.get("flags")],
        "sentences": sentences(results, points),
        "missing": missing(results),
        "runs_each": runs_each(points),
        "groups": [(point, tables.groups(point)) for point in points],
        "matrices": tables.matrices(results) if sweep else [],
        "plots": drawn,
        "model": [(point, [row for row in rows if row.comparison is point]) for point in points],
        "apart": [row for row in rows if row.apart],
        "within": deviation.within(rows),
        "unknown": unknown(points),
        "crossings": crossings(points) if sweep else [],
        "break_even": crossing.break_even(points[0]) if len(points) == 1 else [],
        "published": published(results),
        "calibration": checks(results.calibration),
        "changes": baseline.shown(changes),
        "changed": before and baseline.summary(changes, before),
        "seconds": sum(dig(run, "duration_s") or 0 for run in results.runs),
        "command": command(results.manifest),
        "raw": sorted(str(path.relative_to(results.folder)) for path in results.folder.glob("runs/*/*.csv")),
    }


def valid(results):
    """Return the runs that count."""
    return [run for run in results.runs if run.get("valid") is True]


def sentences(results, points):
    """Return the answer, in three sentences at most."""
    if not points:
        return []
    return trend.sentences(results) if results.swept_setting else answer.sentences(points[0])


def tasks(results):
    """Return in words what every technique had to do, and what was swept over which values."""
    points = results.comparisons
    if not points:
        return "", ""
    if len(points) == 1:
        return workload.in_words(points[0].settings), ""
    varied = [name for name in workload.SETTINGS if len({str(point.settings[name]) for point in points}) > 1]
    values = answer.join(workload.short(point.value) for point in points)
    return workload.in_words(
        points[0].settings, without=varied
    ), f"{workload.SETTINGS[points[0].swept].label}: {values}"


def missing(results):
    """Return the titles of those that have runs and no valid one, with the point where there are several."""
    several = len(results.comparisons) > 1
    return [
        f"{series.title} ({workload.name_of(point)})" if several else series.title
        for point in results.comparisons
        for series in point.series
        if not series.valid
    ]


def runs_each(points):
    """Return in one sentence how many runs the figures come from, and what their intervals hold."""
    counts = sorted(len(series.valid) for point in points for series in point.valid)
    if not counts:
        return ""
    few, many = counts[0], counts[-1]
    runs = "One valid run" if many == 1 else f"Medians of {few if few == many else f'{few} to {many}'} valid runs"
    if few < statistics.FEWEST:
        return (
            f"{runs} of each technique: one run or two have no interval, so the order in which they stand is not "
            "claimed."
        )
    held = f"holds the true median in {100 * statistics.held(few):.0f} of 100 cases"
    if few > statistics.RANGE:
        held = "holds the true median in about 9 of 10 cases"
    return (
        f"{runs} of each technique. One is said to be lower than another where the bootstrap intervals of their runs "
        f"do not touch and that of their paired ratios lies below 1; an interval of {few} runs {held}."
    )


def unknown(points):
    """Return the titles for which the model has no formulas."""
    titles = [one.title for point in points for one in point.valid if one.technique not in model.MODELS or one.stage]
    return list(dict.fromkeys(titles))


def crossings(points):
    """Return [(quantity, title, other title, value)] of the model's curves over the sweep."""
    values = sorted({point.value for point in points if workload.is_number(point.value)})
    if len(values) < 2:
        return []
    quantities = [quantity for quantity in deviation.MODELLED if quantity.name in ("p50", "p99", "ip", "ip_second")]
    return [
        (quantity, one, other, value)
        for quantity in quantities
        for one, other, value, _figure in crossing.crossings(quantity, points, grid_of(values))
    ]


def published(results):
    """Return what others published beside what was measured here, as rows; none but for the scenario `literature`."""
    if results.manifest.get("scenario") != "literature":
        return []
    rows = replication.table([run for run in results.runs if "label" in run]).to_dict("records")
    return [{name: None if value != value else value for name, value in row.items()} for row in rows]


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
