"""What the plots' axes share: logarithms in plain numbers, and names that stand beside what they name.

Every plot is drawn twice, for a page and for a phone. On the narrow canvas panes stand below each other, and names and
figures inside the axes.
"""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

SHORTEST = 0.01  # ms: what lies under it is drawn there, on a logarithmic axis
INK = "#333333"
GREY = "#555555"
DASHES = 4, 2.5  # the model's lines
PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}  # under a text
GAP = 15  # points between two names
NARROW = 4.6  # inches: shown on a phone, its text is about as large as the page's
# Where a point's name may stand, in points from the point; the first that is free is taken.
PLACES = [(x, y) for y in (0, 13, -13, 22, -22, 36, -36, 52, -52) for x in (13, -13)]


def narrow(canvas):
    """Return whether the canvas is a phone's."""
    return bool(canvas.get_figwidth() <= NARROW)


def halves(canvas, count, height):
    """Return `count` axes, of `height` inches each, beside each other or on a phone below each other."""
    rows = count if narrow(canvas) else 1
    canvas.set_figheight(height * rows)
    return canvas.subplots(rows, count // rows, squeeze=False).ravel()


def legend(canvas, handles, columns, loc="outside upper left", size=11):
    """Write what the signs of a plot mean above it, in so many columns or in the two of a phone."""
    if narrow(canvas):
        columns, loc, size = min(columns, 2), "outside upper left", min(size, 10)
    room = {"columnspacing": 1, "handletextpad": 0.5} if narrow(canvas) else {}
    canvas.legend(handles=handles, loc=loc, ncols=columns, frameon=False, fontsize=size, **room)


def panes(canvas, count, height=2.9, columns=None, **options):
    """Return `count` axes on a canvas that grows with them; they share their scales where there are several."""
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
    """Write above the plot which colour and marker is whose, and what is measured and what the model's."""
    handles = [handle(one, one.label) for one in series]
    if model:
        handles.append(Line2D([], [], color=GREY, linewidth=2.4, label="measured"))
        handles.append(Line2D([], [], color=GREY, linewidth=1.3, dashes=DASHES, label="model"))
    columns = min(len(handles), 3 if len(handles) > 4 else 4)
    legend(canvas, handles, columns, "outside upper left" if len(handles) > 2 else "outside upper right")


def handle(series, label):
    """Return what stands for a series in a legend."""
    look = series.look
    marker = {"marker": look.marker, "markersize": look.size, "markeredgecolor": INK}
    return Line2D([], [], color=look.colour, linewidth=2.4, label=label, **marker)


def logarithmic(axis):
    """Make an axis logarithmic once all is drawn, with ticks in plain numbers: 0.1, 1, 10, 1,000."""
    vertical = axis.axis_name == "y"
    (axis.axes.set_yscale if vertical else axis.axes.set_xscale)("log")
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if high / low > 150 else (1, 2, 5), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())
    if high / low <= 150:
        axis.set_minor_locator(NullLocator())


def numbers(axis):
    """Write an axis' ticks with commas between thousands."""
    axis.set_major_formatter("{x:,.10g}")


def name_lines(axes, ends):
    """Write each series' title to the right of its line's end, on a phone inside; `ends` are (x, y, series)."""
    inside = narrow(axes.figure)
    axes.figure.draw_without_rendering()
    height = axes.get_window_extent().height * 72 / axes.figure.dpi
    ends = sorted(ends, key=lambda end: end[1])
    wanted = [float(axes.transAxes.inverted().transform(axes.transData.transform(end[:2]))[1]) for end in ends]
    for (x, y, series), place in zip(ends, spread(wanted, GAP / height), strict=True):
        axes.annotate(
            series.label,
            (x, y),
            (0.93 if inside else 1.04, place),
            textcoords="axes fraction",
            ha="right" if inside else "left",
            va="center",
            color=series.look.ink,
            fontweight="bold",
            fontsize=10 if inside else 11.5,
            arrowprops=leader(series, 1 if inside else 0),
            bbox=PAPER if inside else None,
        )


def spread(wanted, gap):
    """Move sorted places apart until `gap` lies between each two, and keep them from 0 to 1 while there is room."""
    places = list(wanted)
    for _ in range(200):
        for low in range(len(places) - 1):
            overlap = gap - (places[low + 1] - places[low])
            if overlap > 1e-9:
                places[low] -= overlap / 2
                places[low + 1] += overlap / 2
        places[0], places[-1] = max(places[0], 0.0), min(places[-1], 1.0)
    return places


def name_points(axes, points, size=11.5):
    """Write each series' title beside its point, where nothing else stands; `points` are (x, y, series)."""
    canvas = axes.figure
    canvas.draw_without_rendering()
    scale = canvas.dpi / 72
    taken = [box(*axes.transData.transform(point[:2]) / scale, 14, 14) for point in points]
    frame = axes.get_window_extent()
    for x, y, series in points:
        at, width = axes.transData.transform((x, y)) / scale, 0.68 * size * len(series.label)
        options = []
        for right, up in PLACES:
            center = at[0] + right + np.sign(right) * width / 2
            place = box(center, at[1] + up, width, size * 1.25)
            inside = box_inside(place, [edge / scale for edge in frame.extents])
            options.append((sum(overlap(place, other) for other in taken) + 1e4 * (not inside), len(options), place))
        _cost, chosen, place = min(options)
        taken.append(place)
        right, up = PLACES[chosen]
        axes.annotate(
            series.label,
            (x, y),
            (right, up),
            textcoords="offset points",
            ha="left" if right > 0 else "right",
            va="center",
            color=series.look.ink,
            fontweight="bold",
            fontsize=size,
            arrowprops=leader(series, 0 if right > 0 else 1) if abs(up) > 15 else None,
        )


def leader(series, side):
    """Return the line from a name to what it names; it leaves the name at its left (0) or right (1) end."""
    line = {"arrowstyle": "-", "color": series.look.colour, "linewidth": 1, "shrinkA": 1, "shrinkB": 4}
    return line | {"relpos": (side, 0.5)}


def box(x, y, width, height):
    """Return (left, bottom, right, top) of a box around a point."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def box_inside(one, frame):
    """Tell whether a box lies inside a frame."""
    return frame[0] <= one[0] and frame[1] <= one[1] and one[2] <= frame[2] and one[3] <= frame[3]


def overlap(one, other):
    """Return the area that two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, width) * max(0, height)
