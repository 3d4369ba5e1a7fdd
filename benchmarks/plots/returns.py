"""The plot of a reconnect: how long after the cut the readers were back."""

from matplotlib.lines import Line2D

from benchmarks.analysis import style
from benchmarks.analysis.style import number
from benchmarks.analysis.workload import short
from benchmarks.plots.axes import INK, PAPER, SHORTEST, legend, logarithmic, narrow


def back(canvas, results):
    """From the cut to the first answer on a new connection: half of the readers, 99 in 100, the last one."""
    rows = [(point, series) for point in results.comparisons for series in point.valid if series.figure("back_p50")]
    if not rows:
        return None
    rows.sort(key=lambda row: style.place(*row[1].key))
    canvas.set_figheight(1.3 + (0.6 if narrow(canvas) else 0.42) * len(rows))
    axes = canvas.add_subplot()
    for y, (_point, series) in enumerate(rows):
        middle, most, last = (series.figure(name) for name in ("back_p50", "back_p99", "back_max"))
        look, x = series.look, [max(SHORTEST, one.median) for one in (middle, most, last) if one]
        axes.plot([x[0], x[-1]], [y, y], color=look.colour, linewidth=3, zorder=2)
        axes.plot(x[:1], [y], look.marker, color=look.colour, markeredgecolor=INK, markersize=10, zorder=4)
        axes.plot(x[1:2], [y], "|", color=look.ink, markersize=16, markeredgewidth=2.4, zorder=4)
        axes.plot(x[-1:], [y], ">", color=look.ink, markersize=8, zorder=4)
        late = series.figure("late")
        text = f"  {number(x[-1])} ms" + (f", {late.median:,.0f} late" if late else "")
        axes.annotate(text, (x[-1], y), (6, 0), textcoords="offset points", va="center", fontsize=10.5)
    labels = [f"{series.label} · {short(point.value)}" for point, series in rows]
    axes.set_yticks(range(len(rows)), [] if narrow(canvas) else labels)
    for y, label in enumerate(labels if narrow(canvas) else ()):
        axes.annotate(label, (0.01, y - 0.4), xycoords=("axes fraction", "data"), va="center", fontsize=10, bbox=PAPER)
    axes.set_ylim(len(rows) - 0.4, -0.7)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("ms from the cut until a reader was back")
    logarithmic(axes.xaxis)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high * (high / low) ** 0.6)
    keys = [
        Line2D(
            [], [], marker=marker, color="#555555", linestyle="none", markersize=10, markeredgewidth=width, label=label
        )
        for marker, width, label in (("o", 1, "half of them"), ("|", 2.4, "99 in 100"), (">", 1, "the last"))
    ]
    legend(canvas, keys, 3, "outside upper right")
    return (
        "Back after the cut",
        "Every reader's connection is cut at one instant in the middle of the window. A row is a technique, and how "
        "its clients wait before they try again. The messages that came late were published meanwhile; "
        "whoever lost any is in the ledger.",
    )
