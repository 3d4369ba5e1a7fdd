"""Helpers for axes: logarithmic scales with plain numbers, legends, and names beside what they name.

Each plot is drawn twice, for a page and for a phone. On the narrow canvas, panes are below each other, and names and
figures are inside the axes.
"""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

SHORTEST = 0.01  # ms, the lowest position on a logarithmic axis
INK = "#333333"
GREY = "#555555"
DASHES = 4, 2.5  # of the model's lines
BACKGROUND = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}  # of a text
GAP = 15  # points between two names
NARROW = 4.6  # inches; on a phone its text is about as large as the page's
# Possible positions of a point's name, in points from the point; the first free one is used.
OFFSETS = [(x, y) for y in (0, 13, -13, 22, -22, 36, -36, 52, -52) for x in (13, -13)]


def narrow(canvas):
    """Return whether the canvas is for a phone."""
    return bool(canvas.get_figwidth() <= NARROW)


def halves(canvas, count, height):
    """Return `count` axes, each `height` inches high, beside each other or, on a phone, below each other."""
    rows = count if narrow(canvas) else 1
    canvas.set_figheight(height * rows)
    return canvas.subplots(rows, count // rows, squeeze=False).ravel()


def legend(canvas, handles, columns, loc="outside upper left", size=11):
    """Add a legend above a plot, with so many columns, or with two on a phone."""
    if narrow(canvas):
        columns, loc, size = min(columns, 2), "outside upper left", min(size, 10)
    spacing = {"columnspacing": 1, "handletextpad": 0.5} if narrow(canvas) else {}
    canvas.legend(handles=handles, loc=loc, ncols=columns, frameon=False, fontsize=size, **spacing)


def panes(canvas, count, height=2.9, columns=None, **options):
    """Return `count` axes on a canvas that grows with them; several axes share their scales."""
    if count == 1:
        return [canvas.add_subplot()]
    columns = 1 if narrow(canvas) else columns or (2 if count in (2, 4) else 3)
    rows = -(-count // columns)
    canvas.set_figheight(0.9 + height * rows)
    grid = canvas.subplots(rows, columns, squeeze=False, **{"sharex": True, "sharey": True} | options).ravel()
    for axes in grid[count:]:
        axes.remove()
    return list(grid[:count])


def keys(canvas, series, model=True):
    """Add a legend for the series, and for measured and modelled lines."""
    handles = [handle(one, one.label) for one in series]
    if model:
        handles.append(Line2D([], [], color=GREY, linewidth=2.4, label="measured"))
        handles.append(Line2D([], [], color=GREY, linewidth=1.3, dashes=DASHES, label="model"))
    columns = min(len(handles), 3 if len(handles) > 4 else 4)
    legend(canvas, handles, columns, "outside upper left" if len(handles) > 2 else "outside upper right")


def handle(series, label):
    """Return the legend handle of a series."""
    style = series.style
    marker = {"marker": style.marker, "markersize": style.size, "markeredgecolor": INK}
    return Line2D([], [], color=style.colour, linewidth=2.4, label=label, **marker)


def logarithmic(axis):
    """Make an axis logarithmic, after everything is drawn, with ticks as plain numbers: 0.1, 1, 10, 1,000."""
    vertical = axis.axis_name == "y"
    (axis.axes.set_yscale if vertical else axis.axes.set_xscale)("log")
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if high / low > 150 else (1, 2, 5), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())
    if high / low <= 150:
        axis.set_minor_locator(NullLocator())


def numbers(axis):
    """Format the ticks of an axis with commas between thousands."""
    axis.set_major_formatter("{x:,.10g}")


def name_lines(axes, ends):
    """Write each series' label beside the end of its line, on a phone inside the axes; `ends` are (x, y, series)."""
    inside = narrow(axes.figure)
    axes.figure.draw_without_rendering()
    height = axes.get_window_extent().height * 72 / axes.figure.dpi
    ends = sorted(ends, key=lambda end: end[1])
    positions = [float(axes.transAxes.inverted().transform(axes.transData.transform(end[:2]))[1]) for end in ends]
    for (x, y, series), position in zip(ends, spread(positions, GAP / height), strict=True):
        axes.annotate(
            series.label,
            (x, y),
            (0.93 if inside else 1.04, position),
            textcoords="axes fraction",
            ha="right" if inside else "left",
            va="center",
            color=series.style.dark,
            fontweight="bold",
            fontsize=10 if inside else 11.5,
            arrowprops=leader(series, 1 if inside else 0),
            bbox=BACKGROUND if inside else None,
        )


def spread(positions, gap):
    """Move sorted positions apart until each two differ by `gap`, within 0 and 1 if there is room."""
    spread_out = list(positions)
    for _ in range(200):
        for low in range(len(spread_out) - 1):
            excess = gap - (spread_out[low + 1] - spread_out[low])
            if excess > 1e-9:
                spread_out[low] -= excess / 2
                spread_out[low + 1] += excess / 2
        spread_out[0], spread_out[-1] = max(spread_out[0], 0.0), min(spread_out[-1], 1.0)
    return spread_out


def name_points(axes, points, size=11.5):
    """Write each series' label beside its point, where it covers nothing; `points` are (x, y, series)."""
    canvas = axes.figure
    canvas.draw_without_rendering()
    scale = canvas.dpi / 72
    markers = [axes.transData.transform(point[:2]) / scale for point in points]
    occupied = [box(x, y, 14, 14) for x, y in markers]
    frame = axes.get_window_extent()
    for x, y, series in points:
        marker, width = axes.transData.transform((x, y)) / scale, 0.68 * size * len(series.label)
        options: list[tuple] = []
        for right, up in OFFSETS:
            center = marker[0] + right + np.sign(right) * width / 2
            area = box(center, marker[1] + up, width, size * 1.25)
            inside = is_inside(area, [edge / scale for edge in frame.extents])
            cost = sum(overlap(area, other) for other in occupied) + 1e4 * (not inside)
            options.append((cost, len(options), area))
        _cost, chosen, area = min(options)
        occupied.append(area)
        right, up = OFFSETS[chosen]
        axes.annotate(
            series.label,
            (x, y),
            (right, up),
            textcoords="offset points",
            ha="left" if right > 0 else "right",
            va="center",
            color=series.style.dark,
            fontweight="bold",
            fontsize=size,
            bbox=BACKGROUND,
            arrowprops=leader(series, 0 if right > 0 else 1) if abs(up) > 15 else None,
        )


def leader(series, side):
    """Return the properties of the line from a name to its point; it starts at the left (0) or right (1) end."""
    line = {"arrowstyle": "-", "color": series.style.colour, "linewidth": 1, "shrinkA": 1, "shrinkB": 4}
    return line | {"relpos": (side, 0.5)}


def box(x, y, width, height):
    """Return (left, bottom, right, top) of a box around a point."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def is_inside(one, frame):
    """Return whether a box is inside a frame."""
    return frame[0] <= one[0] and frame[1] <= one[1] and one[2] <= frame[2] and one[3] <= frame[3]


def overlap(one, other):
    """Return the area of the intersection of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, width) * max(0, height)
