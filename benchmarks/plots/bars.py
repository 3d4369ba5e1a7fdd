"""The plots of what a delivery costs at one point: bytes on the link, CPU time and memory of the server."""

from matplotlib.patches import Patch

from benchmarks.analysis import prediction
from benchmarks.analysis.metrics import QUANTITIES, arrived, client_seconds, on_wire, ratio
from benchmarks.analysis.style import number
from benchmarks.plots.axes import INK, PAPER, halves, legend, narrow, numbers

LEVELS = {"tcp": "TCP payload", "ip": "IP level"}
HATCH = "////"  # up, so that it differs from down in black and white too
UP = "#f4f4f4"
FIGURE = "figure"  # the id of a text at a bar's end
HOW_TO_READ = (
    "The upper bar counts TCP payload, the lower one also the 52 bytes of headers on every segment and "
    "acknowledgement. Hatched: from browser to server. The thin line is the interval of the runs, the black stroke "
    "the model."
)


def bytes_per_message(canvas, results):
    """Bytes a delivered message, up and down, as TCP payload and with every segment's headers."""
    return traffic(canvas, results, LEVELS, arrived, "bytes a delivered message", (
        "Bytes per delivered message",
        "What one reader's connection carries, divided by the messages delivered on it: idle polls and keep-alives "
        f"are paid by the messages. {HOW_TO_READ}",
    ))  # fmt: skip


def bytes_of_silence(canvas, results):
    """Bytes a second and reader where nothing is delivered, likewise."""
    if any(series.figure("ip") for point in results.comparisons for series in point.valid):
        return None
    levels = {f"{level}_second": title for level, title in LEVELS.items()}
    return traffic(canvas, results, levels, client_seconds, "bytes a second and reader", (
        "What silence costs on the network",
        "What one reader's connection carries in a second in which nobody says anything: empty polls, the requests "
        f"that are held, heartbeats and pings. {HOW_TO_READ}",
    ))  # fmt: skip


def traffic(canvas, results, levels, shared_by, unit, told):
    """Draw the bytes of each series, `shared_by(run)` units; `levels` are {quantity: its title}. Return `told`."""
    point = only_point(results)
    shown = [series for series in point.valid if any(map(series.figure, levels))] if point else []
    if not shown:
        return None
    canvas.set_figheight(1.1 + 0.95 * len(shown))
    axes = canvas.add_subplot()
    for place, series in enumerate(shown):
        head(axes, 3 * place - 0.35, series)
        for row, name in enumerate(levels):
            predicted = prediction.at(QUANTITIES[name], point, series)
            stacked_bar(axes, 3 * place + 0.4 + row, series, name.partition("_")[0], shared_by, predicted)
    places = [3 * place + 0.4 + row for place in range(len(shown)) for row in range(len(levels))]
    finish(axes, 3 * len(shown) - 1, places, [*levels.values()] * len(shown), unit)
    keys = [Patch(facecolor=UP, hatch=HATCH, edgecolor="#777777", label="up"), Patch(facecolor="#999999", label="down")]
    keys.append(axes.plot([], [], "|", color="black", markersize=14, markeredgewidth=2, label="model")[0])
    legend(canvas, keys, 3, "outside upper right")
    return told


def only_point(results):
    """Return the Comparison of results that sweep nothing; None of others."""
    points = [point for point in results.comparisons if point.valid]
    return points[0] if len(points) == 1 else None


def stacked_bar(axes, y, series, level, shared_by, predicted):
    """Draw one bar, up then down, with its sum written at its end."""
    up, down, both = (
        series.by_run(lambda run: ratio(on_wire(run, level, *ways), shared_by(run)))  # noqa: B023
        for ways in (["up"], ["down"], [])
    )
    if not both:
        return
    colour = series.look.colour
    axes.barh(y, up.median, 0.8, color=UP, hatch=HATCH, edgecolor=colour, linewidth=0.8)
    axes.barh(y, down.median, 0.8, left=up.median, color=colour, edgecolor=colour, linewidth=0.8)
    interval(axes, y, both)
    if predicted:
        axes.plot([predicted], [y], "|", color="white", markersize=18, markeredgewidth=4.5)
        axes.plot([predicted], [y], "|", color="black", markersize=18, markeredgewidth=2)
    ways = f"  ({number(up.median)} up, {number(down.median)} down)"
    text = number(both.median) + ways * (not narrow(axes.figure))
    write(axes, max(both.high, predicted or 0), y, text)


def server(canvas, results):
    """CPU of all server processes for the deliveries, and their memory."""
    point = only_point(results)
    names = [name for name in ("cpu", "memory") if point and any(one.figure(name) for one in point.valid)]
    if not names:
        return None
    panes = halves(canvas, len(names), 1.2 + 0.62 * len(point.valid))
    for axes, name in zip(panes, names, strict=True):
        for place, series in enumerate(point.valid):
            figure, y = series.figure(name), 2 * place + 0.35
            head(axes, 2 * place - 0.35, series)
            if figure:
                axes.barh(y, figure.median, 0.75, color=series.look.colour)
                interval(axes, y, figure)
                write(axes, figure.high, y, number(figure.median))
        unit = {"cpu": "CPU ms per 1,000 deliveries", "memory": "memory, MB"}[name]
        finish(axes, 2 * len(point.valid) - 1.1, [], [], unit, room=1.25)
    return (
        "What it costs the server",
        "First: user and system time of all server processes, divided by the deliveries; accepting and storing the "
        "messages and answering empty polls are in it. Then: the memory that they keep resident at the end of the "
        "window, the program's own included. Shorter is better. The thin line is the interval of the runs.",
    )


def interval(axes, y, figure):
    """Draw the interval of the runs, where there is one."""
    if figure.low < figure.high:
        axes.plot([figure.low, figure.high], [y, y], color=INK, linewidth=1.4)


def write(axes, x, y, text):
    """Write a figure at a bar's end."""
    axes.annotate(text, (x, y), (8, 0), textcoords="offset points", va="center", fontsize=11, gid=FIGURE)


def head(axes, y, series):
    """Write a series' title above its bars."""
    place = {"xytext": (2, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate(series.label, (0, y), fontweight="bold", color=series.look.ink, annotation_clip=False, **place)


def finish(axes, bottom, places, names, label, room=1.42):
    """Turn the rows downwards to `bottom`, leave room for the figures at the bars' ends, name the axis."""
    axes.set_yticks(places, names)
    axes.set_ylim(bottom, -1)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    numbers(axes.xaxis)
    axes.set_xlim(0, axes.get_xlim()[1] * (1 if narrow(axes.figure) else room))
    axes.set_xlabel(label)
    if narrow(axes.figure):
        move_inside(axes)


def move_inside(axes):
    """Move the figures for which the axes have no room beside the bars into these, no further left than their start."""
    axes.figure.draw_without_rendering()
    frame = axes.get_window_extent()
    for text in axes.texts:
        extent = text.get_window_extent()
        if text.get_gid() == FIGURE and extent.x1 > frame.x1:
            left = max(frame.x0 + 4, axes.transData.transform(text.xy)[0] - 8 - extent.width)
            text.xyann = (left - axes.transData.transform(text.xy)[0]) * 72 / axes.figure.dpi, 0
            text.set_bbox(PAPER)
