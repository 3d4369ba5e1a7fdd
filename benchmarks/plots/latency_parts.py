"""The plot of where the time of a delivery goes: the parts of the mean latency."""

from matplotlib.patches import Patch

from benchmarks.analysis.format import number
from benchmarks.plots.axes import BACKGROUND, legend, narrow
from benchmarks.plots.bars import finish, heading, only_point, write

# Greys and patterns, because the colours are the techniques'.
PARTS = {  # part of a run's latency_parts_ms: (label, colour, pattern)
    "sent": ("late publisher", "#333333", ""),
    "received": ("to the server", "#ffffff", "////"),
    "committed": ("onto the disk", "#8a8f99", ""),
    "announced": ("into the room", "#ffffff", "...."),
    "written": ("until written", "#d5d5d5", ""),
    "arrived": ("to the reader", "#ffffff", "xxxx"),
}
THIN = 0.3  # per cent; of a thinner part only the edge would be seen


def latency_parts(canvas, results):
    """The parts of the mean latency in per cent, a bar for each technique."""
    point = only_point(results)
    rows = [(series, found) for series in (point.valid if point else ()) if (found := parts_of(series))]
    if not rows:
        return None
    canvas.set_figheight(1.8 + 0.62 * len(rows))
    axes = canvas.add_subplot()
    for row, (series, found) in enumerate(rows):
        y, left, total = 2 * row + 0.35, 0.0, sum(found.values())
        heading(axes, 2 * row - 0.35, series)
        for name, milliseconds in found.items():
            _label, colour, hatch = PARTS[name]
            width = 100 * milliseconds / total
            if width > THIN:
                axes.barh(y, width, 0.8, left=left, color=colour, hatch=hatch, edgecolor="#333333", linewidth=0.6)
            left += width
        if narrow(canvas):
            position = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "center", "bbox": BACKGROUND}
            axes.annotate(f"{number(total)} ms", (1, 2 * row - 0.35), fontsize=10, **position)
        else:
            write(axes, 100, y, f"{number(total)} ms")
    finish(axes, 2 * len(rows) - 1.1, [], [], "% of the mean latency", room=1)
    axes.set_xlim(0, 100 if narrow(canvas) else 120)
    axes.set_xticks(range(0, 101, 20))
    patches = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="#333333", linewidth=0.6, label=label)
        for label, colour, hatch in PARTS.values()
    ]
    legend(canvas, patches, 3)
    return (
        "Where the time goes",
        "The mean latency of each technique in parts, by the timestamps of publishers, server and readers: how late "
        "the publisher was; its message on the way to the server; onto the disk; into the room in the server's "
        "memory; until the server wrote it to the reader, which for a poll includes the wait for the next request; "
        "and to the kernel of the reader's machine.",
    )


def parts_of(series):
    """Return {part: its median over the runs in ms}, the parts that took time; empty if they are unknown."""
    medians = {name: series.estimate(f"part_{name}").median for name in PARTS}
    return {name: median for name, median in medians.items() if median is not None and median > 0}
