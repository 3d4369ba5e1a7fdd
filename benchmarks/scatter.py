"""The plots of points: latency against bandwidth, and latency through a run."""

import numpy as np
from matplotlib.ticker import NullLocator

from benchmarks import model, prediction
from benchmarks.axes import DASHES, INK, SHORTEST, logarithmic, name_points

DOTS = 1500  # at most, of one run through time
OCTAVES = 3  # how far polling's interval is varied, up and down


def trade_off(canvas, comparison):
    """Latency against bandwidth, one point for each technique, and what polling's interval could trade."""
    found = [
        (
            series,
            prediction.bytes_per_second(series, "ip"),
            series.figure("latency_ms", "p50"),
            series.figure("latency_ms", "p99"),
        )
        for series in comparison.valid
    ]
    found = [
        (series, spent.median, middle.median, late.median) for series, spent, middle, late in found if spent and middle
    ]
    if not found:
        return None
    axes = canvas.add_subplot()
    points = []
    for series, x, middle, late in found:
        look, y = series.look, max(SHORTEST, middle)
        top = max(y, late or y)
        axes.plot([x, x], [y, top], color=look.colour, linewidth=2.2)
        axes.plot([x], [top], "_", color=look.colour, markersize=13, markeredgewidth=2.2)
        axes.plot([x], [y], look.marker, color=look.colour, markeredgecolor=INK, markersize=1.3 * look.size)
        points.append((x, y, series))
    words = interval_curve(axes, comparison)
    axes.set_xlabel("bytes a second and client, at IP level, both ways")
    axes.set_ylabel("delivery latency, ms: p50 to p99")
    axes.margins(0.12, 0.12)
    logarithmic(axes.xaxis)
    logarithmic(axes.yaxis)
    name_points(axes, points)
    return (
        "Latency against bandwidth",
        "Down and to the left is better: sooner, for fewer bytes. Each mark stands at a technique's median latency, "
        f"its whisker ends at the 99th percentile.{words}",
    )


def interval_curve(axes, comparison):
    """Draw what the model says of polling at other intervals; return the words for the caption."""
    polled = [series for series in comparison.valid if series.technique == "polling"]
    if not polled:
        return ""
    ink, (delay, _titles) = polled[0].look.ink, prediction.base(comparison)
    p = prediction.parameters(comparison, polled[0], delay)
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


def through_time(canvas, comparison):
    """Every delivery of one run of each technique, at the time at which it was scheduled."""
    shown = [series for series in comparison.valid if series.deliveries]
    if not shown:
        return None
    canvas.set_figheight(0.9 + 1.15 * len(shown))
    panes = canvas.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, series in zip(panes, shown, strict=True):
        frame = series.deliveries[0]
        seconds = (frame["scheduled_ms"] - frame["scheduled_ms"].min()) / 1000
        thin = slice(None, None, -(-len(frame) // DOTS))
        dots = {"color": series.look.ink, "alpha": 0.5, "markersize": 4, "markeredgewidth": 0, "rasterized": True}
        axes.plot(seconds[thin], frame["latency_ms"].clip(lower=SHORTEST)[thin], ".", **dots)
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
        "everything waited.",
    )
