"""The plot of the exchanges: ten seconds of each technique on the wire."""

import numpy as np
from matplotlib.lines import Line2D

from benchmarks.analysis.style import style_of, title_and_colour
from benchmarks.plots.axes import legend, narrow
from benchmarks.plots.byte_kinds import traces

# Greys, and the marks at a stroke's end, because the colours are the techniques'.
STROKES = {
    "message": ("#222222", "o", "#222222"),
    "request": ("#777777", "", ""),
    "empty": ("#777777", "o", "white"),
    "opening": ("#222222", "s", "white"),
    "alive": ("#999999", "x", "#999999"),
    "other": ("#bbbbbb", "", ""),
}
ROW_MAX = 3  # keys beside each other
HELD_GREY = "#dddddd"
GROUPS = {  # {kind of an exchange: its group in this plot}
    "answer": "message", "event": "message", "frame": "message",
    "request": "request", "empty": "empty",
    "connect": "opening", "handshake": "opening", "stream": "opening",
    "ping": "alive", "pong": "alive", "comment": "alive", "heartbeat": "alive",
}  # fmt: skip
LABELS = {
    "message": "messages", "request": "requests", "empty": "empty responses", "opening": "opening",
    "alive": "keep-alive", "other": "other",
}  # fmt: skip
SILENT = "connect", "disconnect"  # kinds without payload
SECONDS = 10.0  # shown
TALLEST = 4.0  # decades of bytes: 10,000
HELD = 0.03  # seconds from which on a request is shown as held


def waterfall(canvas, results):
    """Every exchange of one reader of each technique: up above the line, down below it, held requests as a bar."""
    traced = {name: trace for name, trace in traces(results).items() if trace.get("exchanges")}
    if not traced:
        return None
    canvas.set_figheight(0.9 + 1.25 * len(traced))
    panes = canvas.subplots(len(traced), 1, sharex=True, squeeze=False)[:, 0]
    seen = set()
    for axes, (name, trace) in zip(panes, traced.items(), strict=True):
        seen |= lane(axes, trace)
        count = sum(one.get("kind") not in SILENT for one in trace["exchanges"]) + (trace.get("left_out") or 0)
        axes.set_title(
            f"{title_and_colour(name)[0]}: {count:,} exchanges, {trace.get('delivered') or 0:,} messages",
            fontsize=9 if narrow(canvas) else 11.5,
            pad=3,
            color=style_of(name).dark,
        )
    panes[-1].set_xlabel("seconds")
    panes[-1].set_xlim(-0.1, SECONDS + 0.1)
    handles = [
        Line2D([], [], color=colour, linewidth=1.7, **tip(marker, fill), label=LABELS[group])
        for group, (colour, marker, fill) in STROKES.items()
        if group in seen
    ]
    legend(canvas, handles, ROW_MAX, size=10.5)
    return (
        "Ten seconds on the wire",
        "One reader of each technique; a stroke is one exchange on the wire: a request, a response, an event, a frame. "
        "Upwards: from browser to server; downwards: from server to browser. The length of a stroke shows its size: "
        "10, 100 or 1,000 bytes at the marks. A band along the line is a request that the server holds.",
    )


def tip(marker, fill):
    """Return the marker at a line's end."""
    return {"marker": marker, "markersize": 4, "markerfacecolor": fill or "none"}


def lane(axes, trace):
    """Draw the exchanges of one technique; return the groups that it shows."""
    seen = set()
    axes.axhline(0, color="#bbbbbb", linewidth=1)
    for one in trace["exchanges"]:
        group = GROUPS.get(one.get("kind"), "other")
        at, up = one.get("at"), one.get("direction") == "up"
        if at is None or at > SECONDS or one.get("kind") == "disconnect":
            continue
        height = min(TALLEST, np.log10(max(1, one.get("bytes") or 1))) * (1 if up else -1)
        ends = one.get("ends")
        if one.get("kind") == "request" and (ends or SECONDS) - at > HELD:
            axes.barh(0, (ends or SECONDS) - at, 0.9, left=at, color=HELD_GREY, linewidth=0)
        if height:
            colour, marker, fill = STROKES[group]
            axes.vlines(at, 0, height, color=colour, linewidth=1.7)
            axes.plot([at], [height], color=colour, clip_on=False, **tip(marker, fill))
            seen.add(group)
    axes.set_ylim(-TALLEST, TALLEST)
    axes.set_yticks([-3, -2, -1, 1, 2, 3], ["1,000", "", "10", "10", "", "1,000"], fontsize=10)
    left = -0.13 if narrow(axes.figure) else -0.075
    axes.text(left, 0.75, "up", transform=axes.transAxes, ha="right", va="center", fontsize=10)
    axes.text(left, 0.25, "down", transform=axes.transAxes, ha="right", va="center", fontsize=10)
    axes.grid(axis="y", linewidth=0.4)
    return seen
