"""The plot of latency by percentile.

Like all plots, it draws on an empty canvas and returns (title, caption), or None if there is nothing to draw.
"""

import numpy as np

from benchmarks import model
from benchmarks.analysis.metrics import number_at
from benchmarks.analysis.prediction import acceptance, parameters, quantiles
from benchmarks.analysis.series import Estimate
from benchmarks.analysis.style import title_and_colour
from benchmarks.analysis.workload import point_name, short
from benchmarks.findings.tables import parts
from benchmarks.plots import clock_error
from benchmarks.plots.axes import DASHES, INK, SHORTEST, handle, keys, logarithmic, name_lines, panes

SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
TICKS = 0, 0.5, 0.9, 0.99, 0.999, 0.9999
ABOVE_MIN = 5  # deliveries above a percentile, for it to be drawn
STEPS = 100  # points of a curve
TITLE_MAX = 28  # characters of a pane's title
PANES_MAX = 6  # of a sweep, from its first point to its last
CAPTION = (
    "Of 100 deliveries, 99 had at most the latency at which the curve passes 99. Solid: measured, the median of the "
    "valid runs, with its interval as a band. Dashed: model. Lower and flatter is better: a curve that rises from the "
    "start waits for the next poll, a curve that rises at its end has a few late deliveries."
)
BOUND = " Dotted: bound of RFC 6202 §2.2 for long polling, three transits after the server accepted the message."


def percentiles(canvas, results):
    """Latency by percentile; a pane for each point of a sweep, or for each technique that has stages."""
    drawn = [
        (point, part, lines)
        for point in results.comparisons
        for part in parts(point)
        if (lines := [(one, *curve) for one in part.valid if (curve := measured(one)) is not None])
    ]
    if not drawn:
        return None
    shown = np.linspace(0, len(drawn) - 1, min(PANES_MAX, len(drawn))).round().astype(int)
    drawn = [drawn[index] for index in shown]
    staged = len(drawn) > 1 and not results.swept_setting
    grid, bound, uncertain = panes(canvas, len(drawn)), False, []
    for axes, (point, part, lines) in zip(grid, drawn, strict=True):
        ends = [draw_curve(axes, part, *line) for line in lines]
        bound = draw_bound(axes, part, lines) or bound
        incomplete = [one for one in part.valid if is_incomplete(one)]
        clock_error.mark(axes, max(map(clock_error.bound, incomplete), default=0))
        uncertain += incomplete
        finish(axes, max(x for x, _y, _series in ends))
        axes.label_outer()
        if axes in grid[-3:]:  # the row below may be shorter
            axes.xaxis.set_tick_params(labelbottom=True)
        if len(drawn) == 1:
            name_lines(axes, ends)
        else:
            of_one = [title_and_colour(lines[0][0].technique)[0]] if part is not point else []
            names = [*of_one, pane_title(part)] if results.swept_setting else of_one
            axes.set_title("\n".join(names), fontsize=10.5, pad=5)
        if staged:
            handles = [handle(one, one.stage or "finished") for one, *_rest in lines]
            axes.legend(handles=handles, fontsize=10, frameon=False, loc="best", ncols=2)
    several = (
        {one.key: one for _point, _part, lines in drawn for one, *_rest in lines}
        if len(drawn) > 1 and not staged
        else {}
    )
    keys(canvas, several.values())
    return "Delivery latency by percentile", CAPTION + BOUND * bound + clock_error.caption(uncertain)


def pane_title(point):
    """Return the name of a point, short enough for a pane."""
    title = point_name(point)
    return title if len(title) <= TITLE_MAX else short(point.value)[:TITLE_MAX]


def nines(share):
    """Return the position of a percentile on the axis: 0 for 0, 1 for 90, 2 for 99."""
    return -np.log10(1 - np.asarray(share, dtype=float))


def draw_curve(axes, point, series, shares, median, low, high):
    """Draw one technique and its model; return the end of its line and the series."""
    style, x = series.style, nines(shares)
    axes.fill_between(x, low, high, color=style.colour, alpha=0.25, linewidth=0)
    axes.plot(x, median, color=style.colour, linewidth=2.4)
    marked = [np.abs(shares - share).argmin() for share in TICKS if shares[0] <= share <= shares[-1]]
    axes.plot(x[marked], median[marked], style.marker, color=style.colour, markeredgecolor=INK, markersize=style.size)
    if series.technique in model.MODELS and not series.stage:
        predicted = 1000 * quantiles(point, series, shares)
        predicted[predicted < low.min() / 2] = np.nan  # towards a delay of 0, which a logarithmic axis cannot show
        axes.plot(x, predicted, color=style.dark, linewidth=1.3, dashes=DASHES)
    return x[-1], median[-1], series


def draw_bound(axes, point, lines):
    """Draw the bound of long polling's latency; return whether long polling is there."""
    for series, shares, *_rest in lines:
        if series.technique == "longpoll" and not series.stage:
            longest = model.maximum("longpoll", parameters(point, series))
            bound = 1000 * (longest + np.quantile(acceptance(series), shares))
            axes.plot(nines(shares), bound, ":", color=series.style.dark, linewidth=1.6)
            return True
    return False


def finish(axes, end):
    """Set the ticks and labels of the axes."""
    ticks = [share for share in TICKS if nines(share) <= end + 1e-9]
    axes.set_xticks(nines(ticks), [f"{100 * share:g}" for share in ticks])
    axes.set_xlim(-0.03 * end, end)
    axes.set_xlabel("percentile of deliveries")
    axes.set_ylabel("delivery latency, ms")
    logarithmic(axes.yaxis)


def measured(series):
    """Return (shares, median, low, high) of a series' runs, in ms; None if nothing was delivered.

    Percentiles that are below the error of the clocks in one of the runs are left out.
    """
    shares, runs = percentiles_of(series)
    known = certain(series, runs)
    if not known.any():
        return None
    estimates = [Estimate.of(list(column)) for column in np.maximum(runs[:, known], SHORTEST).T]
    return shares[known], *(
        np.array([getattr(estimate, name) for estimate in estimates]) for name in ("median", "low", "high")
    )


def percentiles_of(series):
    """Return (shares, an array of their latencies in ms, a row for each run); NaN is a withheld value."""
    if series.deliveries:
        last = max(0.5, 1 - ABOVE_MIN / min(map(len, series.deliveries)))
        steps = 1 - 10 ** -np.linspace(0, nines(last), STEPS)
        shares = np.unique([*steps, *(share for share in TICKS if share <= last)])
        return shares, np.array([np.quantile(table["latency_ms"], shares) for table in series.deliveries])
    rows = [[number_at(run, "latency_ms", name) for name in SHARES] for run in series.valid]
    rows = [row for row in rows if any(value is not None for value in row)]
    return np.array(list(SHARES.values())), np.array(rows, dtype=float).reshape(-1, len(SHARES))


def certain(series, runs):
    """Return which percentiles, columns of `runs`, are above the error of the clocks in every run."""
    bound = clock_error.bound(series)
    known = runs >= bound if bound else ~np.isnan(runs)
    return known.all(axis=0) & (len(runs) > 0)


def is_incomplete(series):
    """Return whether percentiles of a series are left out because of the clocks."""
    if not clock_error.bound(series):
        return False
    _shares, runs = percentiles_of(series)
    return len(runs) > 0 and not certain(series, runs).all()
