"""The plot of latency by percentile.

As all plots it draws on an empty canvas and returns (title, caption), or None where there is nothing to draw.
"""

import numpy as np

from benchmarks.analysis.metrics import dig
from benchmarks.analysis.prediction import base, parameters, quantiles
from benchmarks.analysis.series import Figure
from benchmarks.analysis.style import named
from benchmarks.analysis.workload import name_of, short
from benchmarks.findings.tables import parts
from benchmarks.model import model
from benchmarks.plots import clocks
from benchmarks.plots.axes import DASHES, INK, SHORTEST, handle, keys, logarithmic, name_lines, panes

SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
TICKS = 0, 0.5, 0.9, 0.99, 0.999, 0.9999
RAREST = 5  # deliveries that must lie above a percentile for it to be drawn
STEPS = 100  # points of a curve
LONGEST = 28  # characters of a pane's title
MOST = 6  # panes of a sweep: its points, from the first to the last
CAPTION = (
    "Read it from the right: of 100 deliveries, 99 were no later than the curve at 99. Solid: measured, the median of "
    "the valid runs, its interval as a band. Dashed: the model. The lower and the flatter, the better; a curve that "
    "climbs from the start waits for the next poll, one that turns up at its end has rare stragglers."
)
BOUND = " Dotted: the bound of RFC 6202 §2.2 for long polling, three transits after the server accepted the message."


def percentiles(canvas, results):
    """Latency by percentile; a pane for each point of a sweep, or for each technique that has stages."""
    drawn = [
        (part, lines)
        for point in results.comparisons
        for part in parts(point)
        if (lines := [(one, *found) for one in part.valid if (found := measured(one)) is not None])
    ]
    if not drawn:
        return None
    shown = np.linspace(0, len(drawn) - 1, min(MOST, len(drawn))).round().astype(int)
    drawn = [drawn[place] for place in shown]
    staged = len(drawn) > 1 and not results.swept_setting
    grid, bound, cut = panes(canvas, len(drawn)), False, []
    for axes, (part, lines) in zip(grid, drawn, strict=True):
        ends = [curve(axes, part, *line) for line in lines]
        bound = rfc(axes, part, lines) or bound
        uncertain = [one for one in part.valid if left_out(one)]
        clocks.mark(axes, max(map(clocks.bound, uncertain), default=0))
        cut += uncertain
        finish(axes, max(x for x, _y, _series in ends))
        axes.label_outer()
        if axes in grid[-3:]:  # the row below it may be empty there
            axes.xaxis.set_tick_params(labelbottom=True)
        if len(drawn) == 1:
            name_lines(axes, ends)
        else:
            axes.set_title(named(lines[0][0].technique)[0] if staged else title_of(part), fontsize=10.5, pad=5)
        if staged:
            handles = [handle(one, one.stage or "finished") for one, *_rest in lines]
            axes.legend(handles=handles, fontsize=9, frameon=False, loc="best", ncols=2)
    several = {one.key: one for _part, lines in drawn for one, *_rest in lines} if len(drawn) > 1 and not staged else {}
    keys(canvas, several.values())
    return "Delivery latency by percentile", CAPTION + BOUND * bound + clocks.words(cut)


def title_of(point):
    """Return what tells a point from the others, short enough for a pane."""
    words = name_of(point)
    return words if len(words) <= LONGEST else short(point.value)[:LONGEST]


def nines(share):
    """Return where a percentile stands on the axis: 0 at 0, 1 at 90, 2 at 99."""
    return -np.log10(1 - np.asarray(share, dtype=float))


def curve(axes, point, series, shares, median, low, high):
    """Draw one technique, and its model; return where its line ends and whose it is."""
    look, x = series.look, nines(shares)
    axes.fill_between(x, low, high, color=look.colour, alpha=0.25, linewidth=0)
    axes.plot(x, median, color=look.colour, linewidth=2.4)
    marked = [np.abs(shares - share).argmin() for share in TICKS if shares[0] <= share <= shares[-1]]
    axes.plot(x[marked], median[marked], look.marker, color=look.colour, markeredgecolor=INK, markersize=look.size)
    if series.technique in model.MODELS and not series.stage:
        predicted = 1000 * quantiles(point, series, shares)
        predicted[predicted < low.min() / 2] = np.nan  # on its way to a delay of 0, which this axis cannot show
        axes.plot(x, predicted, color=look.ink, linewidth=1.3, dashes=DASHES)
    return x[-1], median[-1], series


def rfc(axes, point, lines):
    """Draw the bound of long polling's latency; tell whether there was anything to draw it for."""
    for series, shares, *_rest in lines:
        if series.technique == "longpoll" and not series.stage:
            longest = model.maximum("longpoll", parameters(point, series))
            bound = 1000 * (longest + np.quantile(base(series), shares))
            axes.plot(nines(shares), bound, ":", color=series.look.ink, linewidth=1.6)
            return True
    return False


def finish(axes, end):
    """Set the ticks and names of the axes."""
    ticks = [share for share in TICKS if nines(share) <= end + 1e-9]
    axes.set_xticks(nines(ticks), [f"{100 * share:g}" for share in ticks])
    axes.set_xlim(-0.03 * end, end)
    axes.set_xlabel("percentile of deliveries")
    axes.set_ylabel("delivery latency, ms")
    logarithmic(axes.yaxis)


def measured(series):
    """Return (shares, median, low, high) of a series' runs, in ms; None where nothing was delivered.

    Percentiles that lie below the error of the clocks in one of the runs are left out.
    """
    shares, runs = percentiles_of(series)
    known = certain(series, runs)
    if not known.any():
        return None
    figures = [Figure.of(list(column)) for column in np.maximum(runs[:, known], SHORTEST).T]
    return shares[known], *(
        np.array([getattr(figure, name) for figure in figures]) for name in ("median", "low", "high")
    )


def percentiles_of(series):
    """Return (shares, an array of their latencies in ms, a row for each run); NaN is what a run withholds."""
    if series.deliveries:
        last = max(0.5, 1 - RAREST / min(map(len, series.deliveries)))
        even = 1 - 10 ** -np.linspace(0, nines(last), STEPS)
        shares = np.unique([*even, *(share for share in TICKS if share <= last)])
        return shares, np.array([np.quantile(table["latency_ms"], shares) for table in series.deliveries])
    found = [[dig(run, "latency_ms", name) for name in SHARES] for run in series.valid]
    found = [values for values in found if any(value is not None for value in values)]
    return np.array(list(SHARES.values())), np.array(found, dtype=float).reshape(-1, len(SHARES))


def certain(series, runs):
    """Return which percentiles, columns of `runs`, the clocks are good enough for in every run."""
    bound = clocks.bound(series)
    known = runs >= bound if bound else ~np.isnan(runs)
    return known.all(axis=0) & (len(runs) > 0)


def left_out(series):
    """Tell whether percentiles of a series are left out because of the clocks."""
    if not clocks.bound(series):
        return False
    _shares, runs = percentiles_of(series)
    return len(runs) > 0 and not certain(series, runs).all()
