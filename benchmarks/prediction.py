"""What the model is told of a workload: its settings, and what only this machine can give.

That is the base, how long the server takes to accept a message; the spacing, how long after one reader the next one of
the room has it; and the turnaround, what the server computes for a request. Each is measured apart from the latency.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np

from benchmarks import model, sizes
from benchmarks.quantities import client_seconds, dig, ratio
from benchmarks.series import Figure
from benchmarks.workload import is_number

COOKIE = len("Cookie: \r\n")  # bytes around a cookie
APART = 1.25  # two curves that never differ by this factor do not cross: they lie on each other
SELDOM = 1e-9  # messages a second: the model divides by the rate, and silence has none


def is_push(technique):
    """Tell whether the model knows the technique as one whose messages wait for nothing."""
    return technique in model.MODELS and model.MODELS[technique].push


def polls(series):
    """Tell whether a message waits for the next poll; others in the room do not delay it."""
    return series.technique == "polling"


def base(series, share=None):
    """Return in seconds how long a message takes to be accepted: at a percentile, or in the mean; 0 if unrecorded."""
    if share is None or polls(series):
        figure = Figure.of([float(times.mean()) for times in series.accepting])
    else:
        figure = Figure.of([float(np.quantile(times, share)) for times in series.accepting])
    return (figure.median or 0.0) / 1000


def spacing(series):
    """Return c in seconds, 0 where nothing tells it."""
    return 0.0 if polls(series) else (series.spacing.median or 0.0) / 1000


def published(series):
    """Return λ, the messages a second that chance made of the rate, for one reader; None where nothing was expected."""
    return series.by_run(lambda run: ratio(dig(run, "expected"), client_seconds(run))).median


def turnaround(series):
    """Return the server's CPU seconds for a request; 0 where nothing is asked."""
    return series.by_run(lambda run: ratio(dig(run, "server_cpu_s"), dig(run, "requests"))).median or 0.0


def parameters(comparison, series, share=None, **changed):
    """Return the model's Parameters for a series, with the base at a percentile; `changed` replaces settings."""
    settings, name = comparison.settings | changed, series.technique
    cookie = dig(settings, "cookie_bytes") or 0
    readers = (dig(settings, "clients") or 1) / (dig(settings, "rooms") or 1)
    return model.Parameters(
        rate=max(SELDOM, changed.get("rate") or published(series) or dig(settings, "rate") or 0.0),
        delay=(dig(settings, "delay_ms") or 0) / 1000,
        interval=dig(settings, "interval") or 1.0,
        pause=settings.get("pacing") == "pause",
        hold=dig(settings, "hold") or 25.0,
        turnaround=0.0 if is_push(name) else turnaround(series),
        headers=sizes.headers(name) + (cookie + COOKIE if cookie else 0),
        message=sizes.message(name, dig(settings, "text_bytes") or 100),
        empty=sizes.empty(name),
        fan_out=readers * spacing(series),
        base=base(series, share),
    )


def at_interval(p, interval):
    """Return the same Parameters at another polling interval, seconds."""
    return replace(p, interval=interval)


def at(quantity, comparison, series, **changed):
    """Return what the model says of a quantity; None where it says nothing, as of stages."""
    if not quantity.predicted or series.technique not in model.MODELS or series.stage:
        return None
    return quantity.predicted(series.technique, parameters(comparison, series, quantity.share, **changed))


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
