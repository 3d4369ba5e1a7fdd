"""The model's predictions for a workload, from its settings and a few measurements of this machine.

These are: the acceptance times, from the schedule of a message until it is on disk and its room has it, by the server's
timestamps, or without them until its acknowledgement; the spacing, from one reader's delivery to the next one's in the
room; and the turnaround, the server's computing for a request. Each is measured apart from the latency.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from benchmarks import model
from benchmarks.analysis.metrics import number_at, ratio, reader_seconds
from benchmarks.model import sizes

COOKIE_HEADER = len("Cookie: \r\n")  # bytes besides the cookie
WAITS = (np.arange(100) + 0.5) / 100  # shares at which the model's distribution is evaluated
GRID = (np.arange(500) + 0.5) / 500  # and the measured acceptance times, whose tail is longer
TAIL = 0.99  # above this share, a percentile is predicted only if the technique's own wait decides it
SILENCE = 1e-9  # messages a second; the model divides by the rate, which must not be 0


def is_push(technique):
    """Return whether the model has the technique as push: its messages wait for no request."""
    return technique in model.MODELS and model.MODELS[technique].push


def is_polling(series):
    """Return whether messages wait for the next poll, so that the other readers of the room do not delay them."""
    return series.technique == "polling"


@lru_cache(maxsize=256)
def acceptance(series):
    """Return the quantiles at GRID of the time until a message is accepted, in seconds; zeros if it is unknown.

    A message is accepted when its room has it, by the server's timestamps. Without them, it is when the publisher has
    the acknowledgement, minus the lag of the generator's loop, by which the publisher's own timestamp is late if those
    of the readers' kernel are not.
    """
    if series.announce_times:
        return np.median([np.quantile(times, GRID) for times in series.announce_times], axis=0) / 1000
    if not series.acceptance_times:
        return np.zeros(len(GRID))
    stamped = all(run.get("kernel_stamps", True) for run in series.valid)
    lag = series.estimate_of(lambda run: number_at(run, "loop_lag_ms", "mean")).median or 0.0 if stamped else 0.0
    runs = [np.quantile(times, GRID) for times in series.acceptance_times]
    return np.maximum(0.0, np.median(runs, axis=0) - lag) / 1000


def spacing(series):
    """Return c in seconds; 0 if it is unknown."""
    return 0.0 if is_polling(series) else (series.spacing.median or 0.0) / 1000


def measured_rate(series):
    """Return λ, the messages per second that one reader really got; None if no message was published.

    Messages come at random, so it differs from the setting.
    """
    return series.estimate_of(lambda run: ratio(number_at(run, "expected"), reader_seconds(run))).median


def turnaround(series):
    """Return the server's CPU seconds for a request; 0 without requests."""
    per_request = series.estimate_of(lambda run: ratio(number_at(run, "server_cpu_s"), number_at(run, "requests")))
    return per_request.median or 0.0


def parameters(comparison, series, **changed):
    """Return the model's Parameters for a series, without the base; `changed` replaces settings."""
    settings, name = comparison.settings | changed, series.technique
    cookie = number_at(settings, "cookie_bytes") or 0
    cookie += COOKIE_HEADER if cookie else 0
    readers = (number_at(settings, "clients") or 1) / (number_at(settings, "rooms") or 1)
    return model.Parameters(
        rate=max(SILENCE, changed.get("rate") or measured_rate(series) or number_at(settings, "rate") or 0.0),
        regular=settings.get("arrivals") == "regular" and (number_at(settings, "publishers") or 1) == 1,
        delay=(number_at(settings, "delay_ms") or 0) / 1000,
        interval=number_at(settings, "interval") or 1.0,
        pause=settings.get("pacing") == "pause",
        hold=number_at(settings, "hold") or 25.0,
        turnaround=0.0 if is_push(name) else turnaround(series),
        headers=sizes.headers(name) + cookie,
        request=sizes.request(name) + cookie,
        message=sizes.message(name, number_at(settings, "text_bytes") or 100),
        empty=sizes.empty(name),
        fan_out=readers * spacing(series),
    )


def quantiles(comparison, series, shares, **changed):
    """Return the latencies in seconds that these shares of the deliveries do not exceed.

    The time until a message is accepted and its wait for the technique are independent of each other.
    """
    p = parameters(comparison, series, **changed)
    waits = [model.quantile(series.technique, p, share) for share in WAITS]
    return np.quantile(np.add.outer(acceptance(series), waits), shares)


def wait_range(series, p):
    """Return by how many seconds the technique's own wait varies from its earliest to its latest delivery."""
    return model.maximum(series.technique, p) - model.quantile(series.technique, p, 0.0)


def predict(metric, comparison, series, **changed):
    """Return the model's prediction for a metric; None if there is none, as for stages."""
    if not metric.predict or series.technique not in model.MODELS or series.stage:
        return None
    p = parameters(comparison, series, **changed)
    if metric.share is not None:
        if metric.share > TAIL and wait_range(series, p) < acceptance(series).max():
            return None  # here the tail is the machine's slowest moment, not the technique's wait
        if metric.share == 1:
            return 1000 * float(acceptance(series).max() + model.maximum(series.technique, p))
        return 1000 * float(quantiles(comparison, series, metric.share, **changed))
    if metric.kind == "latency":
        p = replace(p, base=float(acceptance(series).mean()))
    return metric.predict(series.technique, p)
