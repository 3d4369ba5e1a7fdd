"""The model's curves over a sweep, and where those of two techniques cross."""

from itertools import combinations

import numpy as np

from benchmarks.analysis.prediction import at, is_push, parameters, polls
from benchmarks.analysis.workload import is_number
from benchmarks.model import model

STEPS = 30  # points of a curve
APART = 1.25  # two curves that never differ by this factor do not cross: they lie on each other


def grid_of(values):
    """Return the values, with steps between them as even as the axis that they ask for."""
    low, high = values[0], values[-1]
    even = np.geomspace(low, high, STEPS) if low > 0 else np.linspace(low, high, STEPS)
    return np.unique([*even, *values])


def curve(quantity, points, key, values):
    """Return the model's figures of the series `key` at these values of the swept setting; None without any.

    What is measured for the model at the points, base and spacing, is interpolated between them.
    """
    known = [(point, series) for point in points for series in point.valid if series.key == key]
    if not known or at(quantity, *known[0]) is None:
        return None
    swept, places = known[0][0].swept, [point.value for point, _series in known]
    figures = [[at(quantity, point, series, **{swept: float(value)}) for value in values] for point, series in known]
    return np.array(
        [np.interp(value, places, column) for value, column in zip(values, zip(*figures, strict=True), strict=True)]
    )


def crossings(quantity, points, values):
    """Return [(title, other title, value, figure)]: where the model's curves of two techniques cross in a sweep."""
    if not all(is_number(point.value) for point in points):
        return []
    known = {series.key: series for point in points for series in point.finished}
    curves = {key: curve(quantity, points, key, values) for key in known}
    curves = {key: drawn for key, drawn in curves.items() if drawn is not None and (drawn > 0).all()}
    return [
        (known[one].title, known[other].title, *crossed)
        for one, other in combinations(curves, 2)
        if parted(quantity, known[one], known[other])
        for crossed in meetings(np.asarray(values, dtype=float), curves[one], curves[other])
    ]


def parted(quantity, one, other):
    """Tell whether two techniques differ in the model by more than what was measured for it, the base above all."""
    if quantity.kind == "latency":
        return polls(one) or polls(other)
    return not (is_push(one.technique) and is_push(other.technique))


def meetings(values, one, other):
    """Return the (value, figure) at which two curves cross, interpolated; none where they lie on each other."""
    gap = np.log(one / other)
    if np.abs(gap).max() < np.log(APART):
        return []
    found = []
    for place in np.nonzero(gap[:-1] * gap[1:] < 0)[0]:
        share = gap[place] / (gap[place] - gap[place + 1])
        value = values[place] + share * (values[place + 1] - values[place])
        found.append((float(value), float(one[place] ** (1 - share) * one[place + 1] ** share)))
    return found


def break_even(comparison):
    """Return [(title of polling, of the other, λ at TCP, λ at IP)]: above λ a room's rate makes polling cheaper."""
    plain = [series for series in comparison.finished if series.technique in model.MODELS and not series.stage]
    polled = [series for series in plain if polls(series)]
    found = []
    for one in polled[:1]:
        p = parameters(comparison, one)
        for other in (series for series in plain if not polls(series)):
            q = parameters(comparison, other)
            rates = [model.crossing("polling", other.technique, p, level, q) for level in (model.payload, model.ip)]
            found.append((one.title, other.title, *rates))
    return found
