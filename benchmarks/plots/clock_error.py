"""Marks the latencies that the clocks of several machines leave uncertain, because they are below their error."""

from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import number_at
from benchmarks.plots.axes import GREY


def bound(series):
    """Return the latency in ms below which nothing is known: the largest error of its runs; 0 on one machine."""
    return max((number_at(run, "clock", "error_ms") or 0.0 for run in series.valid), default=0.0)


def mark(axes, height):
    """Draw the bound, if there is one."""
    if height:
        axes.axhline(height, color=GREY, linestyle="-.", linewidth=1.2)
        offset = {"xytext": (-4, 3), "textcoords": "offset points", "ha": "right", "fontsize": 10, "color": GREY}
        offset["bbox"] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
        axes.annotate("below: within the clocks' error", (1, height), xycoords=("axes fraction", "data"), **offset)


def caption(series):
    """Return a sentence for the caption that says what the plot leaves out of the Series; empty for nothing."""
    height = number(max(map(bound, series), default=0.0))
    return f" The clocks of the load's machines agree within {height} ms; lower latencies are not shown." * bool(series)
