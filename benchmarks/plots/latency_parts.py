"""The plot of the parts of the mean latency: where the time of a delivery goes."""

from matplotlib.patches import Patch

from benchmarks.analysis.format import number
from benchmarks.generator.latency_parts import PARTS
from benchmarks.plots.axes import legend, narrow
from benchmarks.plots.bars import EDGE, draw_parts, finish, only_point, write_total

# Greys and patterns, because the colours are the techniques'.
STYLES = {
    "sent": ("#333333", ""),
    "received": ("#ffffff", "////"),
    "committed": ("#8a8f99", ""),
    "announced": ("#ffffff", "...."),
    "written": ("#d5d5d5", ""),
    "arrived": ("#ffffff", "xxxx"),
}
THIN = 0.3  # per cent; of a thinner part only the edge would be seen


def latency_parts(canvas, results):
    """The parts of the mean latency in per cent, a bar for each technique."""
    point = only_point(results)
    rows = [(series, parts) for series in (point.valid if point else ()) if (parts := parts_of(series))]
    if not rows:
        return None
    canvas.set_figheight(1.8 + 0.62 * len(rows))
    axes = canvas.add_subplot()
    for row, (series, parts) in enumerate(rows):
        total = sum(parts.values())
        widths = [(100 * milliseconds / total, STYLES[name]) for name, milliseconds in parts.items()]
        draw_parts(axes, row, series, widths, THIN)
        write_total(axes, row, 100, f"{number(total)} ms")
    finish(axes, 2 * len(rows) - 1.1, [], [], "% of the mean latency", room=1)
    axes.set_xlim(0, 100 if narrow(canvas) else 120)
    axes.set_xticks(range(0, 101, 20))
    patches = [
        Patch(facecolor=colour, hatch=hatch, **EDGE, label=PARTS[name]) for name, (colour, hatch) in STYLES.items()
    ]
    legend(canvas, patches, 3)
    return (
        "Where the time goes",
        "The mean latency of each technique in parts, by the timestamps of publishers, server and readers: until the "
        "publisher sent the message, until the server received it, until it was on disk, until the room in the "
        "server's memory had it, until the server wrote it to the reader (for a poll, this includes the wait for the "
        "next request), and until it reached the kernel of the reader's machine.",
    )


def parts_of(series):
    """Return {part: its median over the runs in ms}, the parts that took time; empty if they are unknown."""
    medians = {name: series.estimate(f"part_{name}").median for name in PARTS}
    return {name: median for name, median in medians.items() if median is not None and median > 0}
