"""What stands around the figures: what was to be done, who is missing, how many runs there are, what has no model."""

from benchmarks.analysis import statistics, workload
from benchmarks.findings import conclusions
from benchmarks.model import model
from lab.pages.margin import PER_CENT


def tasks(results):
    """Return in words what every technique had to do, and what was swept over which values."""
    points = results.comparisons
    if not points:
        return "", ""
    if len(points) == 1:
        return workload.in_words(points[0].settings), ""
    varied = [name for name in workload.SETTINGS if len({str(point.settings[name]) for point in points}) > 1]
    values = conclusions.join(workload.short(point.value) for point in points)
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
        f"do not touch, that of their paired ratios lies below 1, and more than {PER_CENT} lies between the medians; "
        f"an interval of {few} runs {held}."
    )


def unknown(points):
    """Return the titles for which the model has no formulas."""
    titles = [one.title for point in points for one in point.valid if one.technique not in model.MODELS or one.stage]
    return list(dict.fromkeys(titles))
