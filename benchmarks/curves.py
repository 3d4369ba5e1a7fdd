"""The plot of latency by percentile.

As all plots it draws on an empty canvas and returns (title, caption), or None where there is nothing to draw.
"""

import numpy as np

from benchmarks import model, prediction
from benchmarks.axes import DASHES, INK, SHORTEST, logarithmic, name_lines
from benchmarks.series import dig

SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
TICKS = 0, 0.5, 0.9, 0.99, 0.999, 0.9999
RAREST = 5  # deliveries that must lie above a percentile for it to be drawn
STEPS = 120  # points of a curve
CAPTION = (
    "Read it from the right: of 100 deliveries, 99 were no later than the curve at 99. Solid: measured, the median of "
    "the valid runs, their range as a band. Dashed: the model. The lower and the flatter, the better; a curve that "
    "climbs from the start waits for the next poll, one that turns up at its end has rare stragglers."
)


def nines(share):
    """Return where a percentile stands on the axis: 0 at 0, 1 at 90, 2 at 99."""
    return -np.log10(1 - np.asarray(share, dtype=float))


def percentiles(canvas, comparison):
    """Latency by percentile: measured solid, the range of the runs as a band, the model dashed."""
    curves = [(series, *measured) for series in comparison.valid if (measured := quantiles(series)) is not None]
    if not curves:
        return None
    axes = canvas.add_subplot()
    delay, _titles = prediction.base(comparison)
    ends = []
    for series, shares, median, low, high in curves:
        look, x = series.look, nines(shares)
        axes.fill_between(x, low, high, color=look.colour, alpha=0.25, linewidth=0)
        axes.plot(x, median, color=look.colour, linewidth=2.4)
        marked = [np.abs(shares - share).argmin() for share in TICKS if shares[0] <= share <= shares[-1]]
        axes.plot(x[marked], median[marked], look.marker, color=look.colour, markeredgecolor=INK, markersize=look.size)
        ends.append((x[-1], median[-1], series))
        if series.technique in model.MODELS:
            p = prediction.parameters(comparison, series, delay)
            predicted = np.array([1000 * model.quantile(series.technique, p, share) for share in shares])
            predicted[predicted < low.min() / 2] = np.nan  # on its way to a delay of 0, which this axis cannot show
            axes.plot(x, predicted, color=look.ink, linewidth=1.3, dashes=DASHES)
    end = max(x for x, _y, _series in ends)
    ticks = [share for share in TICKS if nines(share) <= end + 1e-9]
    key = {"color": "#555555"}
    keys = [axes.plot([], [], linewidth=2.4, label="measured", **key)[0]]
    keys += axes.plot([], [], linewidth=1.3, dashes=DASHES, label="model", **key)
    canvas.legend(handles=keys, loc="outside upper right", ncols=2, frameon=False, fontsize=11)
    axes.set_xticks(nines(ticks), [f"{100 * share:g}" for share in ticks])
    axes.set_xlim(-0.03 * end, end)
    axes.set_xlabel("percentile of deliveries")
    axes.set_ylabel("delivery latency, ms")
    logarithmic(axes.yaxis)
    name_lines(axes, ends)
    return "Delivery latency by percentile", CAPTION


def quantiles(series):
    """Return (shares, median, low, high) of a series' runs, in ms; None where nothing was delivered."""
    if series.deliveries:
        last = max(0.5, 1 - RAREST / min(map(len, series.deliveries)))
        even = 1 - 10 ** -np.linspace(0, nines(last), STEPS)
        shares = np.unique([*even, *(share for share in TICKS if share <= last)])
        runs = np.array([np.quantile(frame["latency_ms"], shares) for frame in series.deliveries])
    else:
        shares = np.array(list(SHARES.values()))
        found = [[dig(run, "latency_ms", name) for name in SHARES] for run in series.valid]
        runs = np.array([values for values in found if None not in values], dtype=float)
        if not len(runs):
            return None
    runs = np.maximum(runs, SHORTEST)
    return shares, np.median(runs, axis=0), runs.min(axis=0), runs.max(axis=0)
