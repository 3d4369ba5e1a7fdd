"""What the model is told of a workload: its settings, and what only this machine can give.

That is the base, how long the server takes to accept a message; the spacing, how long after one reader the next one of
the room has it; and the turnaround, what the server computes for a request. Each is measured apart from the latency.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from benchmarks.analysis.metrics import client_seconds, dig, ratio
from benchmarks.model import model, sizes

COOKIE = len("Cookie: \r\n")  # bytes around a cookie
WAITS = (np.arange(100) + 0.5) / 100  # shares at which the model's distribution is taken
GRID = (np.arange(500) + 0.5) / 500  # and the measured one, which has a tail
TAIL = 0.99  # from this share on a percentile is predicted where the technique's own wait is what makes it
SELDOM = 1e-9  # messages a second: the model divides by the rate, and silence has none


def is_push(technique):
    """Tell whether the model knows the technique as one whose messages wait for nothing."""
    return technique in model.MODELS and model.MODELS[technique].push


def polls(series):
    """Tell whether a message waits for the next poll; others in the room do not delay it."""
    return series.technique == "polling"


@lru_cache(maxsize=256)
def base(series):
    """Return how long a message takes to be accepted, in seconds: its quantiles at GRID; zeros if that is unrecorded.

    A publisher reads its answer by its own clock, as late as the generator's loop is; a reader's kernel is not.
    """
    if not series.accepting:
        return np.zeros(len(GRID))
    late = series.by_run(lambda run: dig(run, "loop_lag_ms", "mean")).median or 0.0
    runs = [np.quantile(times, GRID) for times in series.accepting]
    return np.maximum(0.0, np.median(runs, axis=0) - late) / 1000


def spacing(series):
    """Return c in seconds, 0 where nothing tells it."""
    return 0.0 if polls(series) else (series.spacing.median or 0.0) / 1000


def published(series):
    """Return λ, the messages a second that chance made of the rate, for one reader; None where nothing was expected."""
    return series.by_run(lambda run: ratio(dig(run, "expected"), client_seconds(run))).median


def turnaround(series):
    """Return the server's CPU seconds for a request; 0 where nothing is asked."""
    return series.by_run(lambda run: ratio(dig(run, "server_cpu_s"), dig(run, "requests"))).median or 0.0


def parameters(comparison, series, **changed):
    """Return the model's Parameters for a series, the base apart; `changed` replaces settings."""
    settings, name = comparison.settings | changed, series.technique
    cookie = dig(settings, "cookie_bytes") or 0
    cookie += COOKIE if cookie else 0
    readers = (dig(settings, "clients") or 1) / (dig(settings, "rooms") or 1)
    return model.Parameters(
        rate=max(SELDOM, changed.get("rate") or published(series) or dig(settings, "rate") or 0.0),
        regular=settings.get("arrivals") == "regular" and (dig(settings, "publishers") or 1) == 1,
        delay=(dig(settings, "delay_ms") or 0) / 1000,
        interval=dig(settings, "interval") or 1.0,
        pause=settings.get("pacing") == "pause",
        hold=dig(settings, "hold") or 25.0,
        turnaround=0.0 if is_push(name) else turnaround(series),
        headers=sizes.headers(name) + cookie,
        request=sizes.request(name) + cookie,
        message=sizes.message(name, dig(settings, "text_bytes") or 100),
        empty=sizes.empty(name),
        fan_out=readers * spacing(series),
    )


def at_interval(p, interval):
    """Return the same Parameters at another polling interval, seconds."""
    return replace(p, interval=interval)


def quantiles(comparison, series, shares, **changed):
    """Return the latencies in seconds that these shares of the deliveries do not pass.

    What the server takes to accept a message and what the message waits for then are independent of each other.
    """
    p = parameters(comparison, series, **changed)
    waits = [model.quantile(series.technique, p, share) for share in WAITS]
    return np.quantile(np.add.outer(base(series), waits), shares)


def waiting(series, p):
    """Return by how many seconds the technique's own wait differs between its soonest and its latest delivery."""
    return model.maximum(series.technique, p) - model.quantile(series.technique, p, 0.0)


def at(quantity, comparison, series, **changed):
    """Return what the model says of a quantity; None where it says nothing, as of stages."""
    if not quantity.predicted or series.technique not in model.MODELS or series.stage:
        return None
    p = parameters(comparison, series, **changed)
    if quantity.share is not None:
        if quantity.share > TAIL and waiting(series, p) < base(series).max():
            return None  # the worst of a run's deliveries, and of what the machine did, not of the technique's
        if quantity.share == 1:
            return 1000 * float(base(series).max() + model.maximum(series.technique, p))
        return 1000 * float(quantiles(comparison, series, quantity.share, **changed))
    if quantity.kind == "latency":
        p = replace(p, base=float(base(series).mean()))
    return quantity.predicted(series.technique, p)
