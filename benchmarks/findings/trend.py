"""The answer for a sweep: how each figure changes from the first value to the last, and which techniques are lowest."""

from collections import Counter
from itertools import pairwise, permutations

from benchmarks.analysis.format import join
from benchmarks.analysis.metrics import METRICS
from benchmarks.analysis.workload import SETTINGS, is_number, short
from benchmarks.findings.conclusions import headline, subjects


def sentences(results):
    """Return three sentences on the points of a sweep that have valid runs."""
    points = [point for point in results.comparisons if point.valid]
    ((names, _count),) = Counter(map(subjects, points)).most_common(1)
    return [sentence for name in names if (sentence := trend(points, name))]


def trend(points, name):
    """Return a sentence on one metric; None if fewer than two points have it."""
    known = [point for point in points if any(series.estimate(name) for series in point.finished)]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    if not is_number(first.value):
        return by_name(known, name)
    changes = join(change(METRICS[name], *ends) for ends in ends_of(first, last, name))
    swept, _comma, unit = SETTINGS[first.swept].label.partition(", ")
    across = f"{swept} from {short(first.value)} to {short(last.value)} {unit}".rstrip()
    parts = [f"{headline(name)}, {across}: {changes}", *lowest(known, name), *overtakings(known, name)]
    return "; ".join(parts) + "."


def by_name(points, name):
    """Return a sentence on points that have names and no order: each technique's figures at all of them."""
    titles = {each.key: each.title for point in points for each in point.finished if each.estimate(name)}
    text, parts = METRICS[name].format, []
    for key, title in titles.items():
        estimates = {
            short(point.value): each.estimate(name) for point in points for each in point.valid if each.key == key
        }
        estimates = {value: estimate for value, estimate in estimates.items() if estimate}
        order = sorted(estimates, key=lambda value: estimates[value].median)
        figures = join(f"{text(estimates[value].median)} ({value})" for value in order)
        winner = f", {order[0]} is lower than the others" if lowest_of_all(estimates, order) else ""
        parts.append(f"{title} {figures}{winner}")
    return f"{headline(name)}: {'; '.join(parts)}."


def lowest_of_all(estimates, order):
    """Return whether the first of the sorted estimates is notably lower than each of the others."""
    return len(order) > 1 and all(estimates[order[0]].is_notably_lower(estimates[value]) for value in order[1:])


def ends_of(first, last, name):
    """Yield (title, estimate at the first point, estimate at the last one) of each series that has both."""
    later = {series.key: series.estimate(name) for series in last.finished}
    for series in first.finished:
        if series.estimate(name) and later.get(series.key):
            yield series.title, series.estimate(name), later[series.key]


def change(metric, title, before, after):
    """Return how a metric changes; “grows” or “falls” if the intervals show it, however small the change."""
    ends = f"{metric.format(before.median)} to {metric.format(after.median)}"
    if before.is_lower(after):
        return f"{title} grows from {ends}"
    if after.is_lower(before):
        return f"{title} falls from {ends}"
    return f"{title} {ends}{' (no clear difference)' if before.interval and after.interval else ''}"


def lowest(points, name):
    """Return phrases on which techniques are lowest at both ends, if the intervals show it."""
    ends = [(point, leaders(point, name)) for point in (points[0], points[-1])]
    if any(not titles for _point, titles in ends):
        return []
    if ends[0][1] == ends[1][1]:
        return [f"lowest at both ends: {join(ends[0][1])}"]
    return [f"lowest at {short(point.value)}: {join(titles)}" for point, titles in ends]


def leaders(point, name):
    """Return the titles of the lowest technique and its ties; none if all are tied."""
    estimates = {series.title: series.estimate(name) for series in point.finished if series.estimate(name).interval}
    if not estimates:
        return []
    best = min(estimates.values(), key=lambda estimate: estimate.median)
    titles = [title for title, estimate in estimates.items() if not best.is_notably_lower(estimate)]
    return titles if len(titles) < len(estimates) else []


def overtakings(points, name):
    """Yield a phrase on each technique that becomes lower than another between two values, by the intervals at both."""
    for point, following in pairwise(points):
        before, after = ({each.key: each for each in one.finished} for one in (point, following))
        for key, other in permutations([key for key in before if key in after], 2):
            was_higher = before[other].estimate(name).is_notably_lower(before[key].estimate(name))
            if was_higher and after[key].estimate(name).is_notably_lower(after[other].estimate(name)):
                between = f"between {short(point.value)} and {short(following.value)}"
                yield f"{before[key].title} falls below {before[other].title} {between}"
