"""The plots of a sweep: a figure against the swept setting, measured with its intervals, the model as a line."""

import numpy as np

from benchmarks.analysis.crossing import crossings, curve, grid_of
from benchmarks.analysis.metrics import QUANTITIES
from benchmarks.analysis.prediction import at, published
from benchmarks.analysis.style import capital
from benchmarks.analysis.style import number as digits
from benchmarks.analysis.workload import SETTINGS, is_number, short
from benchmarks.findings.conclusions import join
from benchmarks.findings.tables import columns_of
from benchmarks.plots.axes import DASHES, INK, keys, logarithmic, numbers, panes

DECADES = 30.0  # the largest value over the smallest: from there on an axis is logarithmic
NEAR = 0.05  # of a value: crossings that near share a circle
FEW = 4  # points with names that stand beside each other in half the width
DODGE = 0.13  # of the way between two names, from one technique's mark to the next
CAPTION = "Marks: the median of the valid runs, with its interval where there are runs enough for one. "
CHANCE = "They stand at the rate that chance made of the setting. "
MODEL = "Dashed: the model. "


def sweep_latency(canvas, results):
    """Median and 99th percentile of the latency against the swept setting."""
    return sweep(canvas, results, "p50", "p99", title="Delivery latency")


def sweep_network(canvas, results):
    """Bytes a message and bytes a second against the swept setting."""
    return sweep(canvas, results, "ip", "ip_second", title="Bytes on the network, all headers counted")


def sweep_server(canvas, results):
    """CPU for a delivery, and memory, against the swept setting."""
    return sweep(canvas, results, "cpu", "memory", "connection", title="What it costs the server")


def sweep(canvas, results, *names, title):
    """Draw a pane for each quantity; return (title, caption)."""
    points = [point for point in results.comparisons if point.valid]
    known = [QUANTITIES[name] for name in names if any(one.figure(name) for point in points for one in point.valid)]
    if not results.swept_setting or not known:
        return None
    draw = by_number if all(is_number(point.value) for point in points) else by_name
    wide = draw is by_name and len(points) > FEW
    grid = panes(canvas, len(known), sharex=False, sharey=False, height=3.2, columns=1 if wide else None)
    crossed = []
    for axes, quantity in zip(grid, known, strict=True):
        crossed += draw(axes, quantity, points) or []
        axes.set_title(capital(quantity.title), fontsize=11.5, pad=6)
        axes.set_xlabel(SETTINGS[results.swept_setting].label, fontsize=10.5)
        axes.set_ylabel(quantity.unit, fontsize=10.5)
    modelled = any(quantity.predicted for quantity in known)
    keys(canvas, columns_of(points), model=modelled)
    where = SETTINGS[results.swept_setting].label
    chance = CHANCE * (results.swept_setting == "rate")
    return f"{title} against {where.split(',')[0]}", CAPTION + chance + MODEL * modelled + " ".join(crossed)


def by_number(axes, quantity, points):
    """Draw a quantity against a setting of numbers; return the crossings in words."""
    values = sorted({point.value for point in points})
    places = {place_of(point, one) for point in points for one in point.valid}
    fine = grid_of(sorted({*values, *places}))
    for series in columns_of(points):
        same = [(point, one) for point in points for one in point.valid if one.key == series.key]
        mine = [(place_of(point, one), one.figure(quantity.name)) for point, one in same]
        predicted = curve(quantity, points, series.key, fine) if len(values) > 1 else None
        marks(axes, series, [(value, figure) for value, figure in mine if figure], joined=predicted is None)
        if predicted is not None:
            axes.plot(fine, predicted, color=series.look.ink, linewidth=1.4, dashes=DASHES, zorder=2)
    words = circles(axes, quantity, crossings(quantity, points, fine))
    scale(axes.xaxis, fine)
    scale(axes.yaxis, axes.dataLim.intervaly)
    return words


def place_of(point, series):
    """Return where a mark stands: at the setting's value, or at the rate that chance made of it."""
    return published(series) or point.value if point.swept == "rate" else point.value


def circles(axes, quantity, found):
    """Draw a circle with a number where the model's curves cross, one for all that cross there; return the words."""
    places = []
    for one, other, value, figure in found:
        same = next((place for place in places if abs(np.log(value / place[0])) < NEAR and one == place[2]), None)
        if same:
            same[3].append(other)
        else:
            places.append((value, figure, one, [other]))
    for number, (value, figure, _one, _others) in enumerate(places, 1):
        axes.plot([value], [figure], "o", color="none", markeredgecolor="black", markersize=15, markeredgewidth=1.6)
        beside = {"xytext": (10, 10), "textcoords": "offset points"}
        axes.annotate(str(number), (value, figure), fontweight="bold", fontsize=10.5, **beside)
    return [
        f"Circle {number} ({quantity.unit}): the model's {one} crosses {join(others)} at {digits(value, 2)}."
        for number, (value, _figure, one, others) in enumerate(places, 1)
    ]


def marks(axes, series, figures, joined=True):
    """Draw medians and their intervals at numbers, joined by a line where no model leads from one to the next."""
    if not figures:
        return
    x, median = [value for value, _figure in figures], [figure.median for _value, figure in figures]
    spread = [
        [figure.median - figure.low for _v, figure in figures],
        [figure.high - figure.median for _v, figure in figures],
    ]
    look = series.look
    axes.errorbar(x, median, yerr=spread, fmt="none", ecolor=look.ink, elinewidth=1.6, capsize=4, zorder=3)
    axes.plot(x, median, look.marker, color=look.colour, markeredgecolor=INK, markersize=look.size, zorder=4)
    if joined:
        axes.plot(x, median, color=look.colour, linewidth=1.8, zorder=2)


def by_name(axes, quantity, points):
    """Draw a quantity at points that have names: marks side by side, the model a dash across each."""
    columns = columns_of(points)
    for place, point in enumerate(points):
        for number, series in enumerate(columns):
            for one in (one for one in point.valid if one.key == series.key and one.figure(quantity.name)):
                x = place + DODGE * (number - (len(columns) - 1) / 2)
                if (predicted := at(quantity, point, one)) is not None:
                    axes.plot([x - 0.06, x + 0.06], [predicted] * 2, color=one.look.ink, linewidth=1.6, zorder=5)
                marks(axes, one, [(x, one.figure(quantity.name))], joined=False)
    turned = {"rotation": 25, "ha": "right", "rotation_mode": "anchor"} if len(points) > 3 else {}
    axes.set_xticks(range(len(points)), [short(point.value) for point in points], **turned)
    axes.set_xlim(-0.6, len(points) - 0.4)
    axes.grid(axis="x", visible=False)
    scale(axes.yaxis, axes.dataLim.intervaly)


def scale(axis, values):
    """Make an axis logarithmic where its values span decades, linear from 0 on where they do not."""
    if len(values) > 1 and min(values) > 0 and max(values) / min(values) >= DECADES:
        axis.axes.margins(0.06, 0.1)
        logarithmic(axis)
        return
    if axis.axis_name == "y":
        axis.axes.set_ylim(0, 1.08 * max(values))
    numbers(axis)
