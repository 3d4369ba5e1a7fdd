"""The plot of what the bytes are for: one reader of each technique for some seconds, every byte of a kind."""

from matplotlib.patches import Patch

from benchmarks.analysis import style
from benchmarks.analysis.series import Series
from benchmarks.analysis.style import number
from benchmarks.plots.axes import legend, narrow
from benchmarks.plots.bars import finish, write

# The greys and patterns of the pages (board.css): the colours are the techniques'.
KINDS = {
    "payload": ("#333333", ""),
    "framing": ("#ffffff", "////"),
    "headers": ("#8a8f99", ""),
    "handshake": ("#d5d5d5", "||||"),
    "idle": ("#ffffff", ""),
    "other": ("#ffffff", "----"),
    "TCP and IP": ("#eeeeee", "...."),
}
A_ROW = 5  # keys that stand side by side


def bytes_by_kind(canvas, results):
    """Bytes a delivered message by what they are for, stacked up to IP level; both ways together."""
    traced = {name: trace for name, trace in traces(results).items() if trace.get("delivered")}
    if not traced:
        return None
    canvas.set_figheight(1.8 + 0.62 * len(traced))
    axes, seen = canvas.add_subplot(), set()
    for row, (name, trace) in enumerate(traced.items()):
        y, left = 2 * row + 0.35, 0.0
        head(axes, 2 * row - 0.35, name)
        each = {kind: count / trace["delivered"] for kind, count in sums(trace).items()}
        for kind, width in (each | segments(results, name)).items():
            if width:
                colour, hatch = KINDS.get(kind, KINDS["other"])
                axes.barh(y, width, 0.8, left=left, color=colour, hatch=hatch, edgecolor="#333333", linewidth=0.6)
                left += width
                seen.add(kind)
        share = f", {100 * (1 - each.get('payload', 0) / left):.0f} % of them no payload" if left else ""
        if narrow(canvas):  # beside the title
            place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "center", "fontsize": 10}
            axes.annotate(f"{number(left)}{share}", (1, 2 * row - 0.35), **place)
        else:
            write(axes, left, y, f"{number(left)}{share}")
    finish(axes, 2 * len(traced) - 1.1, [], [], "bytes a delivered message, both ways", room=1.5)
    patches = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="#333333", linewidth=0.6, label=kind)
        for kind, (colour, hatch) in KINDS.items()
        if kind in seen
    ]
    columns = len(patches) if len(patches) <= A_ROW else -(-len(patches) // 2)
    legend(canvas, patches, columns)
    seconds = number(max(trace.get("seconds") or 0 for trace in traced.values()))
    return (
        "What the bytes are for",
        f"One reader of each technique over the lab's wire for {seconds} seconds, every byte put to its use: the "
        "messages' own JSON, what a technique writes around each, heads of requests and answers, the opening of the "
        "connection, and what passes while there is nothing to say (empty polls whole, heartbeats, pings). Last come "
        "the headers of TCP and IP, 52 bytes a segment, as the runs' own sockets counted them.",
    )


def segments(results, technique):
    """Return {"TCP and IP": bytes a delivered message}, of the first point's runs; {} where none are valid."""
    point = next((one for one in results.comparisons if one.valid), None)
    for series in point.finished if point else ():
        ip, tcp = series.figure("ip"), series.figure("tcp")
        if series.technique == technique and not series.stage and ip and tcp:
            return {"TCP and IP": ip.median - tcp.median}
    return {}


def traces(results):
    """Return {technique: its trace}, in the order of every plot."""
    known = {name: trace for name, trace in (results.traces or {}).items() if isinstance(trace, dict)}
    return {name: known[name] for name in sorted(known, key=style.rank)}


def sums(trace):
    """Return {kind: bytes}, both ways together."""
    return {kind: (ways.get("up") or 0) + (ways.get("down") or 0) for kind, ways in (trace.get("kinds") or {}).items()}


def head(axes, y, technique):
    """Write a technique's title above its bar."""
    series = Series(None, technique, None, style.named(technique)[0])
    place = {"xytext": (2, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate(series.label, (0, y), fontweight="bold", color=series.look.ink, annotation_clip=False, **place)
