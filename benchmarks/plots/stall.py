"""The plot of the calibration: a stall of the server, as measured by two kinds of load."""

from benchmarks.plots.axes import INK, legend, logarithmic, narrow

SHOWN = {"p50": "50", "p90": "90", "p99": "99", "p999": "99.9", "max": "longest"}
OPEN, CLOSED = INK, "#aaaaaa"  # no colours, because they are the techniques'


def stall(canvas, results):
    """Latency percentiles of a server that stalls once: from the schedule, and by a client that waits for responses."""
    known = ((results.calibration or {}).get("servers") or {}).get("stall") or {}
    by_schedule, naive = known.get("latency_ms") or {}, known.get("naive_ms") or {}
    names = [name for name in SHOWN if by_schedule.get(name) and naive.get(name)]
    if not names:
        return None
    canvas.set_figheight(3.6)
    axes = canvas.add_subplot()
    for figures, colour, marker, label in (
        (by_schedule, OPEN, "o", "from the scheduled instant"),
        (naive, CLOSED, "s", "by a client that waits for responses"),
    ):
        y = [figures[name] for name in names]
        axes.plot(range(len(names)), y, color=colour, marker=marker, markersize=9, markeredgecolor=INK, label=label)
    if known.get("stall_ms"):
        axes.axhline(known["stall_ms"], color=INK, linestyle=":", linewidth=1.6)
        axes.annotate(
            f"the stall: {known['stall_ms']:,.0f} ms", (0, known["stall_ms"]), (0, 5), textcoords="offset points"
        )
    axes.set_xticks(range(len(names)), [SHOWN[name] for name in names])
    axes.set_xlabel("percentile of requests")
    axes.set_ylabel("latency, ms")
    logarithmic(axes.yaxis)
    axes.margins(y=0.15)
    legend(canvas, axes.get_lines()[:2], 1 if narrow(canvas) else 2)
    return (
        "Calibration: a server that stalls",
        "A server of known behaviour stalls once. A load that measures from the scheduled instant sees all who had to "
        "wait. A client that waits for each response sends a single request during the stall, and its percentiles hide "
        "the stall (coordinated omission).",
    )
