"""The plots of points: latency against bandwidth, and latency through a run."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import NullLocator

from benchmarks.analysis import prediction
from benchmarks.analysis.style import Look
from benchmarks.analysis.workload import SETTINGS, is_number, short
from benchmarks.findings.tables import columns_of
from benchmarks.model import model
from benchmarks.plots import clocks
from benchmarks.plots.axes import DASHES, INK, SHORTEST, keys, logarithmic, name_points, narrow
from benchmarks.plots.bars import only_point

DOTS = 1500  # at most, of one run through time
SPACE = " ", "\n"  # between two parts of a label; on a phone it is a line end
NAME = 10  # characters of a point's name that have room at a mark
OCTAVES = 3  # how far polling's interval is varied, up and down


@dataclass(frozen=True)
class Spot:
    """A mark that bears a name of its own in the colour of its technique."""

    label: str
    look: Look


def trade_off(canvas, results):
    """Latency against bandwidth, one point for each technique and setting, and what polling's interval could trade."""
    spots = [spot for point in results.comparisons for series in point.valid if (spot := spot_of(point, series))]
    if not spots:
        return None
    axes, sweep = canvas.add_subplot(), results.swept_setting
    for _point, series, x, y, top in spots:
        look = series.look
        axes.plot([x, x], [y, top], color=look.colour, linewidth=2.2, alpha=0.5 if sweep else 1)
        axes.plot([x], [top], "_", color=look.colour, markersize=9 if sweep else 13, markeredgewidth=2.2)
        axes.plot([x], [y], look.marker, color=look.colour, markeredgecolor=INK, markersize=1.3 * look.size, zorder=4)
    axes.set_xlabel(f"bytes a second and reader,{SPACE[narrow(canvas)]}at IP level, both ways")
    axes.set_ylabel("delivery latency, ms: p50 to p99")
    axes.margins(0.12, 0.12)
    words = "" if sweep else interval_curve(axes, only_point(results))
    logarithmic(axes.xaxis)
    logarithmic(axes.yaxis)
    if sweep:
        words = paths(canvas, axes, results, spots)
    else:
        name_points(axes, [(x, y, series) for _point, series, x, y, _top in spots])
    return (
        "Latency against bandwidth",
        "Down and to the left is better: sooner, for fewer bytes. Each mark stands at a median latency, its whisker "
        f"ends at the 99th percentile.{words}",
    )


def spot_of(point, series):
    """Return (point, series, bytes a second, median, p99) in ms; None where one is missing."""
    spent, middle, late = (series.figure(name) for name in ("ip_second", "p50", "p99"))
    if not (spent and middle and spent.median):
        return None
    y = max(SHORTEST, middle.median)
    return point, series, spent.median, y, max(y, late.median or y)


def paths(canvas, axes, results, spots):
    """Join each technique's marks through the sweep and name its ends; return the words for the caption."""
    columns = columns_of([point for point in results.comparisons if point.valid])
    where = SETTINGS[results.swept_setting].label
    keys(canvas, columns, model=False)
    if not all(is_number(point.value) for point, *_rest in spots):
        names = list(dict.fromkeys(short(point.value) for point, *_rest in spots))
        long = max(map(len, names)) > NAME
        told = {name: str(number) if long else name for number, name in enumerate(names, 1)}
        name_points(
            axes, [(x, y, Spot(told[short(point.value)], one.look)) for point, one, x, y, _top in spots], size=9
        )
        key = f": {', '.join(f'{number} {name}' for name, number in told.items())}" if long else ""
        return f" The {'number' if long else 'name'} at a mark is its {where}{key}."
    for series in columns:
        mine = [(point, x, y) for point, one, x, y, _top in spots if one.key == series.key]
        axes.plot([spot[1] for spot in mine], [spot[2] for spot in mine], color=series.look.colour, linewidth=1.2)
        for point, x, y in mine[:1] + mine[1:][-1:]:
            place = {"xytext": (0, -17), "textcoords": "offset points", "ha": "center", "fontsize": 10}
            axes.annotate(short(point.value), (x, y), color=series.look.ink, **place)
    return f" A line joins a technique's marks in the order of the sweep; the figures at its ends: {where}."


def interval_curve(axes, point):
    """Draw what the model says of polling at other intervals; return the words for the caption."""
    polled = [series for series in point.finished if prediction.polls(series) and not series.stage]
    if not polled:
        return ""
    ink, p = polled[0].look.ink, prediction.parameters(point, polled[0])
    others = [prediction.at_interval(p, p.interval * factor) for factor in 2 ** np.linspace(-OCTAVES, OCTAVES, 49)]
    x, y = [model.ip("polling", q) for q in others], [1000 * model.quantile("polling", q, 0.5) for q in others]
    axes.plot(x, y, color=ink, linewidth=1.3, dashes=DASHES, zorder=1)
    for place, up in ((0, -9), (-1, 9)):
        axes.annotate(
            f"every {others[place].interval:g} s",
            (x[place], y[place]),
            (0, up),
            textcoords="offset points",
            ha="center",
            va="bottom" if up > 0 else "top",
            color=ink,
            fontsize=11,
        )
    return " The dashed line is the model's: where polling would stand at other intervals."


def through_time(canvas, results):
    """Every delivery of one run of each technique, at the time at which it was scheduled."""
    point = only_point(results)
    shown = [series for series in point.finished if series.deliveries] if point else []
    if not shown:
        return None
    canvas.set_figheight(0.9 + 1.15 * len(shown))
    panes, cut = canvas.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0], []
    for axes, series in zip(panes, shown, strict=True):
        table, bound = series.deliveries[0], clocks.bound(series)
        begun, every = table["scheduled_ms"].min(), len(table)
        table = table[table["latency_ms"] >= bound] if bound else table
        seconds = (table["scheduled_ms"] - begun) / 1000
        if len(table) < every:
            clocks.mark(axes, bound)
            cut.append(series)
        thin = slice(None, None, max(1, -(-len(table) // DOTS)))
        dots = {"color": series.look.ink, "alpha": 0.5, "markersize": 4, "markeredgewidth": 0, "rasterized": True}
        axes.plot(seconds[thin], table["latency_ms"].clip(lower=SHORTEST)[thin], ".", **dots)
        axes.set_title(series.label, fontsize=11.5, pad=3, color=series.look.ink)
    for axes in panes:
        logarithmic(axes.yaxis)
        axes.yaxis.set_minor_locator(NullLocator())
    panes[-1].set_xlabel("seconds into the run")
    canvas.supylabel("delivery latency, ms", fontsize=11.5)
    return (
        "Latency through a run",
        "One run of each technique, a dot for a delivery at the time at which it was scheduled (at most "
        f"{DOTS:,} dots). An even band is a steady run, a slope a queue that grows, a tower a moment at which "
        f"everything waited.{clocks.words(cut)}",
    )
