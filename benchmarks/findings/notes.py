"""Notes around the figures: the workload, what is missing, the number of runs, techniques without a model."""

from benchmarks import model
from benchmarks.analysis import statistics, workload
from benchmarks.analysis.format import join
from lab.pages.margin import PER_CENT


def tasks(results):
    """Return (the workload of all techniques in words, the swept setting with its values)."""
    points = results.comparisons
    if not points:
        return "", ""
    if len(points) == 1:
        return workload.describe(points[0].settings), ""
    varied = [name for name in workload.SETTINGS if len({str(point.settings[name]) for point in points}) > 1]
    values = join(workload.short(point.value) for point in points)
    label = workload.SETTINGS[points[0].swept].label
    return workload.describe(points[0].settings, without=varied), f"{label}: {values}"


def missing(results):
    """Return the titles of series that have runs but no valid one, with their point if there are several."""
    several = len(results.comparisons) > 1
    return [
        f"{series.title} ({workload.point_name(point)})" if several else series.title
        for point in results.comparisons
        for series in point.series
        if not series.valid
    ]


def run_counts(points):
    """Return a sentence or two: how many runs the figures come from, and what their intervals mean."""
    counts = sorted(len(series.valid) for point in points for series in point.valid)
    if not counts:
        return ""
    most = counts[-1]
    number = most if counts[0] == most else f"{counts[0]} to {most}"
    runs = "One valid run" if most == 1 else f"Medians of {number} valid runs"
    if most < statistics.RUNS_MIN:
        return f"{runs} of each technique: one or two runs have no interval, so no order is claimed."
    fewest = next(count for count in counts if count >= statistics.RUNS_MIN)
    coverage = f"contains the true median in {100 * statistics.coverage(fewest):.0f} of 100 cases"
    if fewest > statistics.RANGE:
        coverage = "contains the true median in about 9 of 10 cases"
    return (
        f"{runs} of each technique. {unranked(points)}One is called lower than another if the bootstrap intervals of "
        f"their runs do not touch, the interval of their paired ratios is below 1, and the medians differ by more than "
        f"{PER_CENT}; an interval of {fewest} runs {coverage}."
    )


def unranked(points):
    """Return a sentence that names the series with fewer runs than an interval needs; empty if there are none."""
    few = [series for point in points for series in point.valid if len(series.valid) < statistics.RUNS_MIN]
    if not few:
        return ""
    titles = join(dict.fromkeys(series.title for series in few))
    where = " at some points" if len(points) > 1 else ""
    return f"One or two runs have no interval, so no order is claimed for {titles}{where}. "


def without_model(points):
    """Return the titles of series that have no formulas in the model."""
    titles = [
        series.title
        for point in points
        for series in point.valid
        if series.technique not in model.MODELS or series.stage
    ]
    return list(dict.fromkeys(titles))
