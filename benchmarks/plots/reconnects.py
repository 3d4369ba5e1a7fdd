"""The plot of reconnects: how long after the cut the readers were connected again."""

from matplotlib.lines import Line2D

from benchmarks.analysis.format import number
from benchmarks.analysis.style import sort_key
from benchmarks.analysis.workload import short
from benchmarks.plots.axes import BACKGROUND, INK, SHORTEST, legend, logarithmic, narrow


def reconnects(canvas, results):
    """From the cut to the next connection: half of the readers, 99 % of them, the last one."""
    rows = [(point, series) for point in results.comparisons for series in point.valid if series.estimate("back_p50")]
    if not rows:
        return None
    rows.sort(key=lambda row: sort_key(*row[1].key))
    canvas.set_figheight(1.3 + (0.6 if narrow(canvas) else 0.42) * len(rows))
    axes = canvas.add_subplot()
    for y, (_point, series) in enumerate(rows):
        middle, most, last = (series.estimate(name) for name in ("back_p50", "back_p99", "back_max"))
        style, x = series.style, [max(SHORTEST, one.median) for one in (middle, most, last) if one]
        axes.plot([x[0], x[-1]], [y, y], color=style.colour, linewidth=3, zorder=2)
        axes.plot(x[:1], [y], style.marker, color=style.colour, markeredgecolor=INK, markersize=10, zorder=4)
        axes.plot(x[1:2], [y], "|", color=style.dark, markersize=16, markeredgewidth=2.4, zorder=4)
        axes.plot(x[-1:], [y], ">", color=style.dark, markersize=8, zorder=4)
        late = series.estimate("late")
        text = f"  {number(x[-1])} ms" + (f", {late.median:,.0f} late" if late else "")
        axes.annotate(text, (x[-1], y), (6, 0), textcoords="offset points", va="center", fontsize=10.5)
    labels = [f"{series.label} · {short(point.value)}" for point, series in rows]
    axes.set_yticks(range(len(rows)), [] if narrow(canvas) else labels)
    for y, label in enumerate(labels if narrow(canvas) else ()):
        position = {"xycoords": ("axes fraction", "data"), "va": "center"}
        axes.annotate(label, (0.01, y - 0.4), fontsize=10, bbox=BACKGROUND, **position)
    axes.set_ylim(len(rows) - 0.4, -0.7)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("ms from the cut to a reader's next connection")
    logarithmic(axes.xaxis)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high * (high / low) ** 0.6)
    keys = [
        Line2D(
            [], [], marker=marker, color="#555555", linestyle="none", markersize=10, markeredgewidth=width, label=label
        )
        for marker, width, label in (("o", 1, "half of the readers"), ("|", 2.4, "99 % of them"), (">", 1, "the last"))
    ]
    legend(canvas, keys, 3, "outside upper right")
    return (
        "Reconnects after the cut",
        "All readers' connections are cut at once in the middle of the window. A row is a technique, with how its "
        "clients spread their retries. Late messages were published before their reader had reconnected; the ledger "
        "shows losses.",
    )
