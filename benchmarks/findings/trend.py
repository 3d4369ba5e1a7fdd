"""The answer of a sweep: how each figure goes from its first value to its last, who is lowest there, who overtakes."""

from collections import Counter
from itertools import pairwise, permutations

from benchmarks.analysis.metrics import QUANTITIES
from benchmarks.analysis.workload import SETTINGS, is_number, short
from benchmarks.findings.conclusions import headline, join, subjects


def sentences(results):
    """Return three sentences on the points of a sweep that have valid runs."""
    points = [point for point in results.comparisons if point.valid]
    ((names, _count),) = Counter(map(subjects, points)).most_common(1)
    return [said for name in names if (said := trend(points, name))]


def trend(points, name):
    """Return a sentence on one quantity; None where fewer than two points have it."""
    known = [point for point in points if any(series.figure(name) for series in point.finished)]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    if not is_number(first.value):
        return by_name(known, name)
    ways = [way(QUANTITIES[name], *ends) for ends in ends_of(first, last, name)]
    swept, _comma, unit = SETTINGS[first.swept].label.partition(", ")
    across = f"{swept} from {short(first.value)} to {short(last.value)} {unit}".rstrip()
    return (
        "; ".join([f"{headline(name)}, {across}: {join(ways)}", *lowest(known, name), *overtakings(known, name)]) + "."
    )


def by_name(points, name):
    """Return a sentence on points that have names and no order: each technique's figures at all of them."""
    titles = {each.key: each.title for point in points for each in point.finished if each.figure(name)}
    written, parts = QUANTITIES[name].written, []
    for key, title in titles.items():
        figures = {short(point.value): each.figure(name) for point in points for each in point.valid if each.key == key}
        figures = {value: figure for value, figure in figures.items() if figure}
        order = sorted(figures, key=lambda value: figures[value].median)
        told = f", and {order[0]} is below the others" if apart(figures, order) else ""
        parts.append(f"{title} " + join(f"{written(figures[value].median)} ({value})" for value in order) + told)
    return f"{headline(name)}: {'; '.join(parts)}."


def apart(figures, order):
    """Tell whether the lowest figure is below each of the others."""
    return len(order) > 1 and all(figures[order[0]].below(figures[value]) for value in order[1:])


def ends_of(first, last, name):
    """Yield (title, figure at the first point, figure at the last one) of each series that has both."""
    later = {series.key: series.figure(name) for series in last.finished}
    for series in first.finished:
        if series.figure(name) and later.get(series.key):
            yield series.title, series.figure(name), later[series.key]


def way(quantity, title, before, after):
    """Return how a quantity's figure goes; that it grows or falls if the intervals say so, however little."""
    ends = f"{quantity.written(before.median)} to {quantity.written(after.median)}"
    if before.told_from(after):
        return f"{title} grows from {ends}"
    if after.told_from(before):
        return f"{title} falls from {ends}"
    return f"{title} {ends}{' (no difference is told)' if before.interval and after.interval else ''}"


def lowest(points, name):
    """Return who is lowest at the ends, where the intervals tell it."""
    found = [(point, leaders(point, name)) for point in (points[0], points[-1])]
    if any(not titles for _point, titles in found):
        return []
    if found[0][1] == found[1][1]:
        return [f"lowest at both ends: {join(found[0][1])}"]
    return [f"lowest at {short(point.value)}: {join(titles)}" for point, titles in found]


def leaders(point, name):
    """Return the titles of the lowest and of those that tie with it; none if all of them tie."""
    figures = {series.title: series.figure(name) for series in point.finished if series.figure(name)}
    if not figures:
        return []
    best = min(figures.values(), key=lambda figure: figure.median)
    titles = [title for title, figure in figures.items() if not best.below(figure)]
    return titles if len(titles) < len(figures) else []


def overtakings(points, name):
    """Yield who becomes lower than whom between two values, where the intervals say so at both."""
    for point, following in pairwise(points):
        before, after = ({each.key: each for each in one.finished} for one in (point, following))
        for mine, its in permutations([key for key in before if key in after], 2):
            was_above = before[its].figure(name).below(before[mine].figure(name))
            if was_above and after[mine].figure(name).below(after[its].figure(name)):
                between = f"between {short(point.value)} and {short(following.value)}"
                yield f"{before[mine].title} undercuts {before[its].title} {between}"
