"""Plots of losses: the ledger of all runs, and what each stage of a staircase loses and costs."""

from matplotlib.patches import Patch

from benchmarks.analysis.format import number
from benchmarks.analysis.style import staircase_key
from benchmarks.plots.axes import BACKGROUND, halves, legend, narrow
from benchmarks.plots.bars import finish, heading, interval, write

BROKEN = {"lost": ("#000000", ""), "repeated": ("#ffffff", "xxxx"), "reordered": ("#bbbbbb", "....")}
WIDTH_MIN = 0.6  # per cent, so that even a loss of one in a million is visible


def ledger(canvas, results):
    """The outcome of the expected deliveries: a bar for each technique over all runs, also the refused ones."""
    rows = [(series, *sums(results, series)) for series in sorted(all_series(results), key=order)]
    rows = [row for row in rows if row[1]]
    if not rows:
        return None
    canvas.set_figheight(1.1 + 0.62 * len(rows))
    axes = canvas.add_subplot()
    for index, (series, expected, broken) in enumerate(rows):
        y, left = 2 * index + 0.35, 100.0
        heading(axes, 2 * index - 0.35, series)
        axes.barh(y, 100, 0.75, color=series.style.colour)
        for name, count in ((name, count) for name, count in broken.items() if count):
            width = max(WIDTH_MIN, 100 * count / expected)
            colour, hatch = BROKEN[name]
            left -= width
            axes.barh(y, width, 0.75, left=left, color=colour, hatch=hatch, edgecolor="black", linewidth=0.8)
        text = in_words(expected, broken)
        if narrow(canvas):  # at the left, because the right end shows what is broken
            offset = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "bbox": BACKGROUND}
            axes.annotate(text, (0, y), fontsize=10, **offset)
        else:
            write(axes, 100, y, text)
    finish(axes, 2 * len(rows) - 1.1, [], [], "% of the expected deliveries", room=1)
    axes.set_xlim(0, 100 if narrow(canvas) else 185)
    axes.set_xticks(range(0, 101, 20))
    keys = [Patch(facecolor="#999999", label="once and in order")]
    keys += [Patch(facecolor=c, hatch=h, edgecolor="black", label=name) for name, (c, h) in BROKEN.items()]
    legend(canvas, keys, 4, "outside upper right")
    return (
        "The ledger",
        "Every message is expected once at each reader of its room. A bar is all expected deliveries of all runs, "
        "also the refused ones. Its right end shows what was lost, repeated or out of order, never too thin to see.",
    )


def all_series(results):
    """Return one series for each technique and stage of the results."""
    return list({series.key: series for point in results.comparisons for series in point.series}.values())


def order(series):
    """Return the sort key of a series on its technique's staircase, the finished one last."""
    return staircase_key(*series.key)


def sums(results, series):
    """Return (expected deliveries, {kind of failure: their number})."""
    same = [one for point in results.comparisons for one in point.series if one.key == series.key]
    return sum(one.total("expected") for one in same), {name: sum(one.total(name) for one in same) for name in BROKEN}


def in_words(expected, broken):
    """Return the counts as text."""
    counts = ", ".join(f"{count:,} {name}" for name, count in broken.items() if count)
    return f"{expected:,} expected, {counts or 'all once and in order'}"


def staircase(canvas, results):
    """What each stage of a technique's staircase loses, in per cent, and how many bytes it takes."""
    series = all_series(results)
    techniques = {one.technique for one in series if one.stage}
    stages = [one for one in series if one.technique in techniques]
    if not stages:
        return None
    stages.sort(key=order)
    # One after the other: `finish` lays out the canvas, which fails if a pane has texts but no limits yet.
    losses, sizes = halves(canvas, 2, 1.2 + 0.62 * len(stages))
    draw_losses(losses, results, stages)
    draw_sizes(sizes, results, stages)
    return (
        "The staircase: what each stage loses and costs",
        "From the naive version at the top to the finished technique at the bottom. First: messages that readers never "
        "got, in all runs. Then: the cost of the messages that arrived, in the valid runs.",
    )


def draw_losses(axes, results, stages):
    """Draw the share of the expected deliveries that each stage lost, in all runs."""
    for index, series in enumerate(stages):
        y = 2 * index + 0.35
        heading(axes, 2 * index - 0.35, series)
        expected, broken = sums(results, series)
        share = 100 * broken["lost"] / expected if expected else 0
        axes.barh(y, share, 0.75, color=series.style.colour)
        repeated = f", {broken['repeated']:,} repeated" if broken["repeated"] else ""
        write(axes, share, y, f"{number(share)} %{repeated}" if share else f"none lost{repeated}")
    finish(axes, 2 * len(stages) - 1.1, [], [], "lost, % of expected deliveries", room=1.4)


def why_missing(series):
    """Return why a stage has no bytes per delivered message."""
    if not series.valid:
        return "no valid run"
    return "not measured" if series.total("delivered") else "nothing arrived"


def draw_sizes(axes, results, stages):
    """Draw the bytes per delivered message of each stage, in its valid runs."""
    sizes = {series.key: series.estimate("ip") for point in results.comparisons for series in point.valid}
    for index, series in enumerate(stages):
        y = 2 * index + 0.35
        heading(axes, 2 * index - 0.35, series)
        if estimate := sizes.get(series.key):
            axes.barh(y, estimate.median, 0.75, color=series.style.colour)
            interval(axes, y, estimate)
            write(axes, estimate.high, y, number(estimate.median))
        else:
            write(axes, 0, y, why_missing(series))
    finish(axes, 2 * len(stages) - 1.1, [], [], "bytes per delivered message, IP level", room=1.3)
