"""The plots of a sweep: a metric against the swept setting, measured with its intervals, the model as a line."""

import numpy as np

from benchmarks.analysis.crossing import crossings, curve, grid_of
from benchmarks.analysis.format import capital, join
from benchmarks.analysis.format import number as digits
from benchmarks.analysis.metrics import METRICS
from benchmarks.analysis.prediction import measured_rate, predict
from benchmarks.analysis.workload import SETTINGS, is_number, short
from benchmarks.findings.tables import columns_of
from benchmarks.plots.axes import DASHES, INK, keys, logarithmic, numbers, panes

LOGARITHMIC_FROM = 30.0  # largest value over the smallest from which on an axis is logarithmic
NEAR = 0.05  # relative distance within which crossings share a circle
FEW = 4  # named points that fit into half the width
DODGE = 0.13  # distance of two techniques' marks, as a share of that between two names
CAPTION = "Marks: the median of the valid runs, with its interval if there are at least three. "
RANDOM_RATE = "They are at the measured rate, which differs from the setting by chance. "
MODEL = "Dashed: model. "


def sweep_latency(canvas, results):
    """Median and 99th percentile of the latency against the swept setting."""
    return sweep(canvas, results, "p50", "p99", title="Delivery latency")


def sweep_network(canvas, results):
    """Bytes per message and bytes per second against the swept setting."""
    return sweep(canvas, results, "ip", "ip_second", title="Bytes on the network, with all headers")


def sweep_server(canvas, results):
    """CPU for a delivery, and memory, against the swept setting."""
    return sweep(canvas, results, "cpu", "memory", "connection", title="Cost for the server")


def sweep(canvas, results, *names, title):
    """Draw a pane for each metric; return (title, caption)."""
    points = [point for point in results.comparisons if point.valid]
    known = [METRICS[name] for name in names if any(one.estimate(name) for point in points for one in point.valid)]
    if not results.swept_setting or not known:
        return None
    draw = by_number if all(is_number(point.value) for point in points) else by_name
    wide = draw is by_name and len(points) > FEW
    grid = panes(canvas, len(known), sharex=False, sharey=False, height=3.2, columns=1 if wide else None)
    crossed: list[str] = []
    for axes, metric in zip(grid, known, strict=True):
        crossed += draw(axes, metric, points) or []
        axes.set_title(capital(metric.title), fontsize=11.5, pad=6)
        axes.set_xlabel(SETTINGS[results.swept_setting].label, fontsize=10.5)
        axes.set_ylabel(metric.unit, fontsize=10.5)
    modelled = any(metric.predict for metric in known)
    keys(canvas, columns_of(points), model=modelled)
    setting = SETTINGS[results.swept_setting].label
    random_rate = RANDOM_RATE * (results.swept_setting == "rate")
    return f"{title} against {setting.split(',')[0]}", CAPTION + random_rate + MODEL * modelled + " ".join(crossed)


def by_number(axes, metric, points):
    """Draw a metric against a setting of numbers; return sentences on the crossings."""
    values = sorted({point.value for point in points})
    positions = {position_of(point, one) for point in points for one in point.valid}
    fine = grid_of(sorted({*values, *positions}))
    for series in columns_of(points):
        same = [(point, one) for point in points for one in point.valid if one.key == series.key]
        estimates = [(position_of(point, one), one.estimate(metric.name)) for point, one in same]
        predicted = curve(metric, points, series.key, fine) if len(values) > 1 else None
        marks(axes, series, [(value, estimate) for value, estimate in estimates if estimate], joined=predicted is None)
        if predicted is not None:
            axes.plot(fine, predicted, color=series.style.dark, linewidth=1.4, dashes=DASHES, zorder=2)
    sentences = circles(axes, metric, crossings(metric, points, fine))
    scale(axes.xaxis, fine)
    scale(axes.yaxis, axes.dataLim.intervaly)
    return sentences


def position_of(point, series):
    """Return a mark's position: the setting's value, or the rate that was measured."""
    return measured_rate(series) or point.value if point.swept == "rate" else point.value


def circles(axes, metric, crossed):
    """Draw a numbered circle where the model's curves cross, one for crossings close together; return sentences."""
    merged: list[tuple] = []
    for one, other, value, figure in crossed:
        same = next((each for each in merged if abs(np.log(value / each[0])) < NEAR and one == each[2]), None)
        if same:
            same[3].append(other)
        else:
            merged.append((value, figure, one, [other]))
    for number, (value, figure, _one, _others) in enumerate(merged, 1):
        axes.plot([value], [figure], "o", color="none", markeredgecolor="black", markersize=15, markeredgewidth=1.6)
        beside = {"xytext": (10, 10), "textcoords": "offset points"}
        axes.annotate(str(number), (value, figure), fontweight="bold", fontsize=10.5, **beside)
    return [
        f"Circle {number} ({metric.unit}): in the model, {one} crosses {join(others)} at {digits(value, 2)}."
        for number, (value, _figure, one, others) in enumerate(merged, 1)
    ]


def marks(axes, series, estimates, joined=True):
    """Draw medians and their intervals at numbers, joined by a line unless the model has one."""
    if not estimates:
        return
    x, median = [value for value, _estimate in estimates], [estimate.median for _value, estimate in estimates]
    spread = [
        [estimate.median - estimate.low for _value, estimate in estimates],
        [estimate.high - estimate.median for _value, estimate in estimates],
    ]
    style = series.style
    axes.errorbar(x, median, yerr=spread, fmt="none", ecolor=style.dark, elinewidth=1.6, capsize=4, zorder=3)
    whole = {"clip_on": False, "zorder": 4}  # also of a mark on the edge, at 0
    axes.plot(x, median, style.marker, color=style.colour, markeredgecolor=INK, markersize=style.size, **whole)
    if joined:
        axes.plot(x, median, color=style.colour, linewidth=1.8, zorder=2)


def by_name(axes, metric, points):
    """Draw a metric at points that have names: marks beside each other, the model a dash across each."""
    columns = columns_of(points)
    for place, point in enumerate(points):
        for number, series in enumerate(columns):
            for one in (one for one in point.valid if one.key == series.key and one.estimate(metric.name)):
                x = place + DODGE * (number - (len(columns) - 1) / 2)
                if (predicted := predict(metric, point, one)) is not None:
                    axes.plot([x - 0.06, x + 0.06], [predicted] * 2, color=one.style.dark, linewidth=1.6, zorder=5)
                marks(axes, one, [(x, one.estimate(metric.name))], joined=False)
    rotated = {"rotation": 25, "ha": "right", "rotation_mode": "anchor"} if len(points) > 3 else {}
    axes.set_xticks(range(len(points)), [short(point.value) for point in points], **rotated)
    axes.set_xlim(-0.6, len(points) - 0.4)
    axes.grid(axis="x", visible=False)
    scale(axes.yaxis, axes.dataLim.intervaly)


def scale(axis, values):
    """Make an axis logarithmic if its values span decades, or else linear from 0."""
    if len(values) > 1 and min(values) > 0 and max(values) / min(values) >= LOGARITHMIC_FROM:
        axis.axes.margins(0.06, 0.1)
        logarithmic(axis)
        return
    if axis.axis_name == "y":
        axis.axes.set_ylim(0, 1.08 * max(values))
    numbers(axis)
