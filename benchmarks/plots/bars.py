"""Bar plots of the costs at one point: bytes on the link, CPU time and memory of the server."""

from typing import Any

from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from benchmarks.analysis import prediction
from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import METRICS, arrived, bytes_on_wire, ratio, reader_seconds
from benchmarks.plots.axes import BACKGROUND, INK, halves, legend, narrow, numbers

LEVELS = {"tcp": "TCP payload", "ip": "IP level"}
HATCH = "////"  # up, so that it differs from down in black and white too
UP = "#f4f4f4"
EDGE: dict[str, Any] = {"edgecolor": "#333333", "linewidth": 0.6}  # of a part of a bar
TICKS_MAX = 5  # more would touch each other on a pane of half the width
HALO = [withStroke(linewidth=5, foreground="white")]  # around the model's stroke, which is longer than a bar is high
FIGURE = "figure"  # id of the text at a bar's end
HOW_TO_READ = (
    "The upper bar counts TCP payload; the lower one also counts the 52 bytes of headers of each segment and "
    "acknowledgement. Hatched: from browser to server. Thin line: interval of the runs. Black stroke: model."
)


def bytes_per_message(canvas, results):
    """Bytes per delivered message, up and down, as TCP payload and with every segment's headers."""
    return traffic(canvas, results, LEVELS, arrived, "bytes per delivered message", (
        "Bytes per delivered message",
        "The bytes on one reader's connection, divided by the messages delivered on it; so each message also pays for "
        f"empty polls and keep-alives. {HOW_TO_READ}",
    ))  # fmt: skip


def bytes_of_silence(canvas, results):
    """Bytes per second and reader if nothing is delivered, likewise."""
    if any(series.estimate("ip") for point in results.comparisons for series in point.valid):
        return None
    levels = {f"{level}_second": title for level, title in LEVELS.items()}
    return traffic(canvas, results, levels, reader_seconds, "bytes per second and reader", (
        "Network traffic in silence",
        "The bytes on one reader's connection in a second without messages: empty polls, held requests, heartbeats and "
        f"pings. {HOW_TO_READ}",
    ))  # fmt: skip


def traffic(canvas, results, levels, units, unit, texts):
    """Draw the bytes of each series per `units(run)`; `levels` are {metric: its title}. Return `texts`."""
    point = only_point(results)
    shown = [series for series in point.valid if any(map(series.estimate, levels))] if point else []
    if not shown:
        return None
    canvas.set_figheight(1.1 + 0.95 * len(shown))
    axes = canvas.add_subplot()
    for place, series in enumerate(shown):
        heading(axes, 3 * place - 0.35, series)
        for row, name in enumerate(levels):
            predicted = prediction.predict(METRICS[name], point, series)
            stacked_bar(axes, 3 * place + 0.4 + row, series, name.partition("_")[0], units, predicted)
    positions = [3 * place + 0.4 + row for place in range(len(shown)) for row in range(len(levels))]
    finish(axes, 3 * len(shown) - 1, positions, [*levels.values()] * len(shown), unit)
    keys = [Patch(facecolor=UP, hatch=HATCH, edgecolor="#777777", label="up"), Patch(facecolor="#999999", label="down")]
    keys.append(axes.plot([], [], "|", color="black", markersize=14, markeredgewidth=2, label="model")[0])
    legend(canvas, keys, 3, "outside upper right")
    return texts


def only_point(results):
    """Return the Comparison of results without a sweep; None for others."""
    points = [point for point in results.comparisons if point.valid]
    return points[0] if len(points) == 1 else None


def stacked_bar(axes, y, series, level, units, predicted):
    """Draw one bar, up then down, with its sum at its end."""
    up, down, both = (
        series.estimate_of(lambda run: ratio(bytes_on_wire(run, level, *directions), units(run)))  # noqa: B023
        for directions in (["up"], ["down"], [])
    )
    if not both:
        return
    colour = series.style.colour
    if up.median:  # a bar without width would leave its edge
        axes.barh(y, up.median, 0.8, color=UP, hatch=HATCH, edgecolor=colour, linewidth=0.8)
    axes.barh(y, down.median, 0.8, left=up.median, color=colour, edgecolor=colour, linewidth=0.8)
    interval(axes, y, both)
    if predicted:
        axes.plot([predicted] * 2, [y - 0.47, y + 0.47], color="black", linewidth=2.4, path_effects=HALO)
    directions = f"  ({number(up.median)} up, {number(down.median)} down)"
    text = number(both.median) + directions * (not narrow(axes.figure))
    write(axes, max(both.high, predicted or 0), y, text)


def server(canvas, results):
    """CPU time of all server processes for the deliveries, and their memory."""
    point = only_point(results)
    names = [name for name in ("cpu", "memory") if point and any(one.estimate(name) for one in point.valid)]
    if not names:
        return None
    panes = halves(canvas, len(names), 1.2 + 0.62 * len(point.valid))
    for axes, name in zip(panes, names, strict=True):
        for place, series in enumerate(point.valid):
            estimate, y = series.estimate(name), 2 * place + 0.35
            heading(axes, 2 * place - 0.35, series)
            if estimate:
                axes.barh(y, estimate.median, 0.75, color=series.style.colour)
                interval(axes, y, estimate)
                write(axes, estimate.high, y, number(estimate.median))
        unit = {"cpu": "CPU ms per 1,000 deliveries", "memory": "memory, MB"}[name]
        finish(axes, 2 * len(point.valid) - 1.1, [], [], unit, room=1.25)
    return (
        "Cost for the server",
        "First: user and system time of all server processes, divided by the deliveries; it includes accepting and "
        "storing messages, and empty polls. Then: their resident memory at the end of the window, with the program "
        "itself. Shorter is better. Thin line: interval of the runs.",
    )


def interval(axes, y, estimate):
    """Draw the interval of the runs, if there is one."""
    if estimate.low < estimate.high:
        axes.plot([estimate.low, estimate.high], [y, y], color=INK, linewidth=1.4)


def write(axes, x, y, text):
    """Write a figure at a bar's end."""
    axes.annotate(text, (x, y), (8, 0), textcoords="offset points", va="center", fontsize=11, gid=FIGURE)


def draw_parts(axes, row, series, parts, thin=0.0):
    """Draw a series' label, and its bar of parts: (width, (colour, pattern)); return the sum of the widths.

    A part that is not wider than `thin` is left out: only its edge would be seen.
    """
    left = 0.0
    heading(axes, 2 * row - 0.35, series)
    for width, (colour, hatch) in parts:
        if width > thin:
            axes.barh(2 * row + 0.35, width, 0.8, left=left, color=colour, hatch=hatch, **EDGE)
        left += width
    return left


def write_total(axes, row, x, text):
    """Write the total of a bar of parts at its end, or beside the label on a phone."""
    if narrow(axes.figure):
        position = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "center", "bbox": BACKGROUND}
        axes.annotate(text, (1, 2 * row - 0.35), fontsize=10, **position)
    else:
        write(axes, x, 2 * row + 0.35, text)


def heading(axes, y, series):
    """Write a series' label above its bars."""
    offset = {"xytext": (2, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate(series.label, (0, y), fontweight="bold", color=series.style.dark, annotation_clip=False, **offset)


def finish(axes, bottom, positions, names, label, room=1.5):
    """Let the rows run down to `bottom`, leave room for the figures at the bars' ends, and label the axis."""
    axes.set_yticks(positions, names)
    axes.set_ylim(bottom, -1)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(TICKS_MAX))
    numbers(axes.xaxis)
    axes.set_xlim(0, axes.get_xlim()[1] * (1 if narrow(axes.figure) else room))
    axes.set_xlabel(label)
    if narrow(axes.figure):
        move_inside(axes)


def move_inside(axes):
    """Move figures that do not fit beside their bars into them, but not beyond the start of the axis."""
    axes.figure.draw_without_rendering()
    frame = axes.get_window_extent()
    for text in axes.texts:
        extent = text.get_window_extent()
        if text.get_gid() == FIGURE and extent.x1 > frame.x1:
            left = max(frame.x0 + 4, axes.transData.transform(text.xy)[0] - 8 - extent.width)
            text.xyann = (left - axes.transData.transform(text.xy)[0]) * 72 / axes.figure.dpi, 0
            text.set_bbox(BACKGROUND)
