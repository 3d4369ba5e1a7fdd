"""The plots of what a delivery costs: bytes on the link, CPU time of the server."""

from matplotlib.patches import Patch

from benchmarks import model, prediction
from benchmarks.axes import INK
from benchmarks.looks import number

LEVELS = {"tcp": "TCP payload", "ip": "IP level"}
HATCH = "////"  # up, so that it differs from down in black and white too
UP = "#f4f4f4"


def bytes_per_message(canvas, comparison):
    """Bytes a delivered message, up and down, as TCP payload and with every segment's headers."""
    shown = [series for series in comparison.valid if prediction.bytes_per_message(series, "ip")]
    if not shown:
        return None
    canvas.set_figheight(1.1 + 0.95 * len(shown))
    axes = canvas.add_subplot()
    delay, _titles = prediction.base(comparison)
    places, levels = [], []
    for place, series in enumerate(shown):
        head(axes, 3 * place - 0.35, series)
        p = prediction.parameters(comparison, series, delay)
        for row, level in enumerate(LEVELS):
            y = 3 * place + 0.4 + row
            predicted = getattr(model, {"tcp": "payload"}.get(level, level))(series.technique, p)
            stacked_bar(axes, y, series, level, predicted and predicted / p.rate)
            places.append(y)
            levels.append(LEVELS[level])
    finish(axes, 3 * len(shown) - 1, places, levels, "bytes a delivered message")
    keys = [Patch(facecolor=UP, hatch=HATCH, edgecolor="#777777", label="up"), Patch(facecolor="#999999", label="down")]
    keys.append(axes.plot([], [], "|", color="black", markersize=14, markeredgewidth=2, label="model")[0])
    canvas.legend(handles=keys, loc="outside upper right", ncols=3, frameon=False, fontsize=11)
    return (
        "Bytes per delivered message",
        "What one client's connection carries, divided by the messages delivered on it: idle polls and keep-alives "
        "are paid by the messages. The upper bar counts TCP payload, the lower one also the 52 bytes of headers on "
        "every segment and acknowledgement. Hatched: from browser to server. The thin line is the range of the runs, "
        "the black stroke the model.",
    )


def stacked_bar(axes, y, series, level, predicted):
    """Draw one bar, up then down, with its sum written at its end."""
    up, down, both = (prediction.bytes_per_message(series, level, *ways) for ways in (["up"], ["down"], []))
    if not both:
        return
    axes.barh(y, up.median, 0.8, color=UP, hatch=HATCH, edgecolor=series.look.colour, linewidth=0.8)
    axes.barh(
        y, down.median, 0.8, left=up.median, color=series.look.colour, edgecolor=series.look.colour, linewidth=0.8
    )
    ranged(axes, y, both)
    if predicted:
        axes.plot([predicted], [y], "|", color="white", markersize=18, markeredgewidth=4.5)
        axes.plot([predicted], [y], "|", color="black", markersize=18, markeredgewidth=2)
    end = max(both.high, predicted or 0)
    text = f"{both.median:,.0f}  ({up.median:,.0f} up, {down.median:,.0f} down)"
    axes.annotate(text, (end, y), (8, 0), textcoords="offset points", va="center", fontsize=11)


def cpu(canvas, comparison):
    """CPU seconds of all server processes per 1,000 deliveries."""
    found = [(series, series.cpu) for series in comparison.valid]
    found = [(series, figure) for series, figure in found if figure]
    if not found:
        return None
    canvas.set_figheight(1.0 + 0.62 * len(found))
    axes = canvas.add_subplot()
    for place, (series, figure) in enumerate(found):
        look, y = series.look, 2 * place + 0.35
        head(axes, 2 * place - 0.35, series)
        axes.barh(y, figure.median, 0.75, color=look.colour)
        ranged(axes, y, figure)
        axes.annotate(number(figure.median), (figure.high, y), (8, 0), textcoords="offset points", va="center")
    finish(axes, 2 * len(found) - 1.1, [], [], "CPU seconds of the server per 1,000 deliveries")
    return (
        "What a delivery costs the server",
        "User and system time of all server processes, divided by the deliveries: accepting and storing the messages "
        "and answering empty polls included. Shorter is better. The thin line is the range of the runs.",
    )


def ranged(axes, y, figure):
    """Draw the range of the runs, where there are several."""
    if figure.low < figure.high:
        axes.plot([figure.low, figure.high], [y, y], color=INK, linewidth=1.2)


def head(axes, y, series):
    """Write a series' title above its bars."""
    axes.annotate(
        series.label,
        (0, y),
        (2, 0),
        textcoords="offset points",
        va="center",
        fontweight="bold",
        color=series.look.ink,
    )


def finish(axes, bottom, places, names, label):
    """Turn the rows downwards to `bottom`, leave room for the figures at the bars' ends, name the axis."""
    axes.set_yticks(places, names)
    axes.set_ylim(bottom, -1)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.set_xlim(0, axes.get_xlim()[1] * 1.35)
    axes.set_xlabel(label)
