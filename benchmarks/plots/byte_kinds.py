"""The plot of the kinds of bytes: one reader of each technique for some seconds."""

from pathlib import Path

from matplotlib.patches import Patch

from benchmarks.analysis.format import join, number
from benchmarks.analysis.series import Series
from benchmarks.analysis.style import rank, title_and_colour
from benchmarks.plots.axes import legend
from benchmarks.plots.bars import EDGE, draw_parts, finish, write_total

# The greys and patterns of the pages (board.css), because the colours are the techniques'.
KINDS = {
    "payload": ("#333333", ""),
    "framing": ("#ffffff", "////"),
    "headers": ("#8a8f99", ""),
    "handshake": ("#d5d5d5", "||||"),
    "idle": ("#ffffff", ""),
    "other": ("#ffffff", "----"),
    "TCP and IP": ("#eeeeee", "...."),
}
ROW_MAX = 5  # keys beside each other


def bytes_by_kind(canvas, results):
    """Bytes per delivered message by kind, stacked up to IP level; both directions together."""
    traced = {name: trace for name, trace in traces(results).items() if trace.get("delivered")}
    if not traced:
        return None
    canvas.set_figheight(1.8 + 0.62 * len(traced))
    axes = canvas.add_subplot()
    seen: set[str] = set()
    for row, (name, trace) in enumerate(traced.items()):
        per_message = {kind: count / trace["delivered"] for kind, count in sums(trace).items()}
        widths = {kind: width for kind, width in (per_message | segments(results, name)).items() if width}
        seen |= widths.keys()
        styled = [(width, KINDS.get(kind, KINDS["other"])) for kind, width in widths.items()]
        total = draw_parts(axes, row, series_of(name), styled)
        share = f", {100 * (1 - per_message.get('payload', 0) / total):.0f} % overhead" if total else ""
        write_total(axes, row, total, f"{number(total)}{share}")
    finish(axes, 2 * len(traced) - 1.1, [], [], "bytes per delivered message, both directions", room=1.5)
    patches = [
        Patch(facecolor=colour, hatch=hatch, **EDGE, label=kind)
        for kind, (colour, hatch) in KINDS.items()
        if kind in seen
    ]
    columns = len(patches) if len(patches) <= ROW_MAX else -(-len(patches) // 2)
    legend(canvas, patches, columns)
    seconds = number(max(trace.get("seconds") or 0 for trace in traced.values()))
    return (
        "The kinds of bytes",
        f"One reader of each technique on a wire for {seconds} seconds, with all bytes by kind: the JSON of the "
        "messages, the framing around each message, headers of requests and responses, the opening of the connection, "
        f"and idle traffic without messages (empty polls, heartbeats, pings).{headers_caption(results, traced)}",
    )


def segments(results, technique):
    """Return {"TCP and IP": bytes per delivered message} of the first point's runs; {} if none is valid."""
    point = next((one for one in results.comparisons if one.valid), None)
    for series in point.finished if point else ():
        ip, tcp = series.estimate("ip"), series.estimate("tcp")
        if series.technique == technique and not series.stage and ip and tcp:
            return {"TCP and IP": ip.median - tcp.median}
    return {}


def headers_caption(results, traced):
    """Return the sentences about the headers of TCP and IP, which some or all of the traced techniques lack."""
    unknown = [title_and_colour(name)[0] for name in traced if not segments(results, name)]
    if len(unknown) == len(traced):
        return " The headers of TCP and IP were not measured."
    known = " Last are the headers of TCP and IP, 52 bytes per segment, as the sockets of the runs counted them."
    return f"{known} They were not measured for {join(unknown)}." if unknown else known


def traces(results):
    """Return {technique: its trace}, in the order of every plot."""
    known = {name: trace for name, trace in (results.traces or {}).items() if isinstance(trace, dict)}
    return {name: known[name] for name in sorted(known, key=rank)}


def sums(trace):
    """Return {kind: bytes}, both directions together."""
    kinds = trace.get("kinds") or {}
    return {kind: (counts.get("up") or 0) + (counts.get("down") or 0) for kind, counts in kinds.items()}


def series_of(technique):
    """Return a Series without runs, for its label and style."""
    return Series(Path(), technique, None, title_and_colour(technique)[0])
