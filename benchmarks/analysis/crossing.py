"""The model's curves over a sweep, and where those of two techniques cross."""

from itertools import combinations

import numpy as np

from benchmarks import model
from benchmarks.analysis.prediction import is_polling, is_push, parameters, predict
from benchmarks.analysis.workload import is_number

STEPS = 30  # points of a curve
DISTINCT = 1.25  # two curves that never differ by this factor lie on each other, and do not cross


def grid_of(values):
    """Return the sorted values with steps between them: even on a logarithmic axis if all are positive."""
    low, high = values[0], values[-1]
    steps = np.geomspace(low, high, STEPS) if low > 0 else np.linspace(low, high, STEPS)
    return np.unique([*steps, *values])


def curve(metric, points, key, values):
    """Return the model's predictions for the series `key` at these values of the swept setting; None without a model.

    The measurements that the model needs are those of the points, interpolated between them.
    """
    known = [(point, series) for point in points for series in point.valid if series.key == key]
    if not known or predict(metric, *known[0]) is None:
        return None
    swept, places = known[0][0].swept, [point.value for point, _series in known]
    curves = [[predict(metric, point, series, **{swept: float(value)}) for value in values] for point, series in known]
    return np.array(
        [np.interp(value, places, column) for value, column in zip(values, zip(*curves, strict=True), strict=True)]
    )


def crossings(metric, points, values):
    """Return [(title, other title, value, figure)]: where the model's curves of two techniques cross in a sweep."""
    if not all(is_number(point.value) for point in points):
        return []
    known = {series.key: series for point in points for series in point.finished}
    curves = {key: curve(metric, points, key, values) for key in known}
    curves = {key: figures for key, figures in curves.items() if figures is not None and (figures > 0).all()}
    return [
        (known[one].title, known[other].title, *crossing)
        for one, other in combinations(curves, 2)
        if comparable(metric, known[one], known[other])
        for crossing in intersections(np.asarray(values, dtype=float), curves[one], curves[other])
    ]


def comparable(metric, one, other):
    """Return whether two techniques differ by their formulas, and not only by what was measured for the model."""
    if metric.kind == "latency":
        return is_polling(one) or is_polling(other)
    return not (is_push(one.technique) and is_push(other.technique))


def intersections(values, one, other):
    """Return the (value, figure) at which two curves cross, interpolated; none if they lie on each other."""
    gap = np.log(one / other)
    if np.abs(gap).max() < np.log(DISTINCT):
        return []
    points = []
    for index in np.nonzero(gap[:-1] * gap[1:] < 0)[0]:
        share = gap[index] / (gap[index] - gap[index + 1])
        value = values[index] + share * (values[index + 1] - values[index])
        points.append((float(value), float(one[index] ** (1 - share) * one[index + 1] ** share)))
    return points


def break_even(comparison):
    """Return [(title of polling, other title, λ by TCP payload, λ at IP level)]: above λ polling costs fewer bytes."""
    modelled = [series for series in comparison.finished if series.technique in model.MODELS and not series.stage]
    polling = next(filter(is_polling, modelled), None)
    if polling is None:
        return []
    p, rows = parameters(comparison, polling), []
    for other in modelled:
        if not is_polling(other):
            q = parameters(comparison, other)
            rates = [model.crossing("polling", other.technique, p, level, q) for level in (model.payload, model.ip)]
            rows.append((polling.title, other.title, *rates))
    return rows
