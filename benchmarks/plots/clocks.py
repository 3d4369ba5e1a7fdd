"""What the clocks of several machines leave uncertain: a latency below their error may be nothing but that error."""

from benchmarks.analysis.metrics import dig
from benchmarks.analysis.style import number
from benchmarks.plots.axes import GREY


def bound(series):
    """Return the latency in ms below which nothing is known: the widest error of its runs; 0 on one machine."""
    return max((dig(run, "clock", "error_ms") or 0.0 for run in series.valid), default=0.0)


def mark(axes, height):
    """Draw the bound, where one is given, and what is the matter below it."""
    if height:
        axes.axhline(height, color=GREY, linestyle="-.", linewidth=1.2)
        place = {"xytext": (-4, 3), "textcoords": "offset points", "ha": "right", "fontsize": 9, "color": GREY}
        place["bbox"] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
        axes.annotate("below: within the clocks' error", (1, height), xycoords=("axes fraction", "data"), **place)


def words(series):
    """Return the sentence for a caption about the Series of which something is left out; nothing without any."""
    height = number(max(map(bound, series), default=0.0))
    return f" The clocks of this load's machines agree within {height} ms: what lies below is left out." * bool(series)
