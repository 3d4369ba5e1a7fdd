"""Plots of points: latency against bandwidth, and latency during a run."""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.ticker import NullLocator

from benchmarks import model
from benchmarks.analysis import prediction
from benchmarks.analysis.style import Style
from benchmarks.analysis.workload import SETTINGS, is_number, short
from benchmarks.findings.tables import columns_of
from benchmarks.plots import clock_error
from benchmarks.plots.axes import DASHES, INK, SHORTEST, keys, logarithmic, name_points, narrow
from benchmarks.plots.bars import only_point

DOTS_MAX = 1500  # of one run
SEPARATOR = " ", "\n"  # of two parts of a label, on a page and on a phone
NAME_MAX = 10  # characters of a point's name beside a mark
OCTAVES = 3  # by which the polling interval is varied, up and down


@dataclass(frozen=True)
class Spot:
    """A mark with a name of its own in the colour of its technique."""

    label: str
    style: Style


def trade_off(canvas, results):
    """Latency against bandwidth: a point for each technique and setting, and the model for other polling intervals."""
    spots = [spot for point in results.comparisons for series in point.valid if (spot := spot_of(point, series))]
    if not spots:
        return None
    axes, sweep = canvas.add_subplot(), results.swept_setting
    for _point, series, x, y, top in spots:
        style = series.style
        axes.plot([x, x], [y, top], color=style.colour, linewidth=2.2, alpha=0.5 if sweep else 1)
        axes.plot([x], [top], "_", color=style.colour, markersize=9 if sweep else 13, markeredgewidth=2.2)
        marker = {"markeredgecolor": INK, "markersize": 1.3 * style.size, "zorder": 4}
        axes.plot([x], [y], style.marker, color=style.colour, **marker)
    axes.set_xlabel(f"bytes per second and reader,{SEPARATOR[narrow(canvas)]}at IP level, both directions")
    axes.set_ylabel("delivery latency, ms: p50 to p99")
    axes.margins(0.12, 0.12)
    text = "" if sweep else interval_curve(axes, only_point(results))
    logarithmic(axes.xaxis)
    logarithmic(axes.yaxis)
    if sweep:
        text = paths(canvas, axes, results, spots)
    else:
        name_points(axes, [(x, y, series) for _point, series, x, y, _top in spots])
    return (
        "Latency against bandwidth",
        "Lower and further left is better: a lower latency with fewer bytes. Each mark is at a median latency, and its "
        f"line ends at the 99th percentile.{text}",
    )


def spot_of(point, series):
    """Return (point, series, bytes per second, median, p99) in ms; None if one is missing."""
    spent, middle, late = (series.estimate(name) for name in ("ip_second", "p50", "p99"))
    if not (spent and middle and spent.median):
        return None
    y = max(SHORTEST, middle.median)
    return point, series, spent.median, y, max(y, late.median or y)


def paths(canvas, axes, results, spots):
    """Join each technique's marks through the sweep and name its ends; return a sentence for the caption."""
    columns = columns_of([point for point in results.comparisons if point.valid])
    setting = SETTINGS[results.swept_setting].label
    keys(canvas, columns, model=False)
    if not all(is_number(point.value) for point, *_rest in spots):
        names = list(dict.fromkeys(short(point.value) for point, *_rest in spots))
        long = max(map(len, names)) > NAME_MAX
        labels = {name: str(number) if long else name for number, name in enumerate(names, 1)}
        name_points(
            axes, [(x, y, Spot(labels[short(point.value)], one.style)) for point, one, x, y, _top in spots], size=10
        )
        key = f": {', '.join(f'{number} {name}' for name, number in labels.items())}" if long else ""
        return f" The {'number' if long else 'name'} at a mark is its {setting}{key}."
    for series in columns:
        path = [(point, x, y) for point, one, x, y, _top in spots if one.key == series.key]
        axes.plot([spot[1] for spot in path], [spot[2] for spot in path], color=series.style.colour, linewidth=1.2)
        for point, x, y in path[:1] + path[1:][-1:]:
            offset = {"xytext": (0, -17), "textcoords": "offset points", "ha": "center", "fontsize": 10}
            axes.annotate(short(point.value), (x, y), color=series.style.dark, **offset)
    return f" A line joins a technique's marks in the order of the sweep; the figures at its ends are the {setting}."


def interval_curve(axes, point):
    """Draw the model of polling at other intervals; return a sentence for the caption."""
    polled = [series for series in point.finished if prediction.is_polling(series) and not series.stage]
    if not polled:
        return ""
    dark, p = polled[0].style.dark, prediction.parameters(point, polled[0])
    others = [replace(p, interval=p.interval * factor) for factor in 2 ** np.linspace(-OCTAVES, OCTAVES, 49)]
    x, y = [model.ip("polling", q) for q in others], [1000 * model.quantile("polling", q, 0.5) for q in others]
    axes.plot(x, y, color=dark, linewidth=1.3, dashes=DASHES, zorder=1)
    for index, up in ((0, -9), (-1, 9)):
        axes.annotate(
            f"every {others[index].interval:g} s",
            (x[index], y[index]),
            (0, up),
            textcoords="offset points",
            ha="center",
            va="bottom" if up > 0 else "top",
            color=dark,
            fontsize=11,
        )
    return " The dashed line is the model for polling at other intervals."


def through_time(canvas, results):
    """Every delivery of one run of each technique, at its scheduled time."""
    point = only_point(results)
    shown = [series for series in point.finished if series.deliveries] if point else []
    if not shown:
        return None
    canvas.set_figheight(0.9 + 1.15 * len(shown))
    panes, uncertain = canvas.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0], []
    for axes, series in zip(panes, shown, strict=True):
        table, bound = series.deliveries[0], clock_error.bound(series)
        start, count = table["scheduled_ms"].min(), len(table)
        table = table[table["latency_ms"] >= bound] if bound else table
        seconds = (table["scheduled_ms"] - start) / 1000
        if len(table) < count:
            clock_error.mark(axes, bound)
            uncertain.append(series)
        thin = slice(None, None, max(1, -(-len(table) // DOTS_MAX)))
        dots = {"color": series.style.dark, "alpha": 0.5, "markersize": 4, "markeredgewidth": 0, "rasterized": True}
        axes.plot(seconds[thin], table["latency_ms"].clip(lower=SHORTEST)[thin], ".", **dots)
        axes.set_title(series.label, fontsize=11.5, pad=3, color=series.style.dark)
    for axes in panes:
        logarithmic(axes.yaxis)
        axes.yaxis.set_minor_locator(NullLocator())
    panes[-1].set_xlabel("seconds into the run")
    canvas.supylabel("delivery latency, ms", fontsize=11.5)
    return (
        "Latency through a run",
        "One run of each technique, with a dot for each delivery at its scheduled time (at most "
        f"{DOTS_MAX:,} dots). A level band is a steady run, a slope is a growing queue, and a column of dots is a "
        f"moment in which everything waited.{clock_error.caption(uncertain)}",
    )
