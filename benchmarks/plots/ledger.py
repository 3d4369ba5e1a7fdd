"""The plots of what went wrong, or did not: the ledger of all runs; what each stage of a staircase loses and takes."""

from matplotlib.patches import Patch

from benchmarks.analysis import style
from benchmarks.analysis.style import number
from benchmarks.plots.axes import PAPER, halves, legend, narrow
from benchmarks.plots.bars import finish, head, interval, write

BROKEN = {"lost": ("#000000", ""), "repeated": ("#ffffff", "xxxx"), "reordered": ("#bbbbbb", "....")}
LEAST = 0.6  # per cent: a loss of one in a million is seen too


def ledger(canvas, results):
    """What became of every delivery that was due: a bar of all of them, over all runs, the refused ones too."""
    rows = [(series, *sums(results, series)) for series in sorted(every_series(results), key=height_of)]
    rows = [row for row in rows if row[1]]
    if not rows:
        return None
    canvas.set_figheight(1.1 + 0.62 * len(rows))
    axes = canvas.add_subplot()
    for place, (series, expected, broken) in enumerate(rows):
        y, left = 2 * place + 0.35, 100.0
        head(axes, 2 * place - 0.35, series)
        axes.barh(y, 100, 0.75, color=series.look.colour)
        for name, count in broken.items():
            width = max(LEAST, 100 * count / expected) if count else 0
            colour, hatch = BROKEN[name]
            left -= width
            axes.barh(y, width, 0.75, left=left, color=colour, hatch=hatch, edgecolor="black", linewidth=0.8)
        words = in_words(expected, broken)
        if narrow(canvas):  # the right end shows what is broken
            place = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "bbox": PAPER}
            axes.annotate(words, (0, y), fontsize=10, **place)
        else:
            write(axes, 100, y, words)
    finish(axes, 2 * len(rows) - 1.1, [], [], "% of the deliveries that were due", room=1)
    axes.set_xlim(0, 100 if narrow(canvas) else 185)
    axes.set_xticks(range(0, 101, 20))
    keys = [Patch(facecolor="#999999", label="once and in order")]
    keys += [Patch(facecolor=c, hatch=h, edgecolor="black", label=name) for name, (c, h) in BROKEN.items()]
    legend(canvas, keys, 4, "outside upper right")
    return (
        "The ledger",
        "Every message is due once at each reader of its room. The bar is all that was due, in all runs, refused ones "
        "included; what was lost, repeated or out of order is cut off at its right end, never too thin to be seen.",
    )


def every_series(results):
    """Return one series for each technique and stage of the results."""
    return list({series.key: series for point in results.comparisons for series in point.series}.values())


def height_of(series):
    """Return the place of a series on its technique's staircase, the finished one last."""
    return style.height(*series.key)


def sums(results, series):
    """Return how many deliveries were due, and how many of them were broken in which way."""
    same = [one for point in results.comparisons for one in point.series if one.key == series.key]
    return sum(one.total("expected") for one in same), {name: sum(one.total(name) for one in same) for name in BROKEN}


def in_words(expected, broken):
    """Return the count, and what happened to how many."""
    said = [f"{count:,} {name}" for name, count in broken.items() if count]
    return f"{expected:,} due, {', '.join(said) if said else 'none lost, repeated or out of order'}"


def staircase(canvas, results):
    """What each stage of a technique's staircase loses, in per cent of what was due, and how many bytes it takes."""
    series = every_series(results)
    climbed = {one.technique for one in series if one.stage}
    stages = [one for one in series if one.technique in climbed]
    if not stages:
        return None
    stages.sort(key=height_of)
    left, right = halves(canvas, 2, 1.2 + 0.62 * len(stages))
    counted = {series.key: series.figure("ip") for point in results.comparisons for series in point.valid}
    for place, series in enumerate(stages):
        y, look = 2 * place + 0.35, series.look
        expected, broken = sums(results, series)
        share = 100 * broken["lost"] / expected if expected else 0
        for axes in (left, right):
            head(axes, 2 * place - 0.35, series)
        left.barh(y, share, 0.75, color=look.colour)
        repeated = f", {broken['repeated']:,} repeated" if broken["repeated"] else ""
        write(left, share, y, f"{number(share)} %{repeated}" if share else f"none lost{repeated}")
        if figure := counted.get(series.key):
            right.barh(y, figure.median, 0.75, color=look.colour)
            interval(right, y, figure)
            write(right, figure.high, y, number(figure.median))
        else:
            write(right, 0, y, "nothing arrived" if series.key in counted else "no valid run")
    finish(left, 2 * len(stages) - 1.1, [], [], "lost, % of what was due", room=1.4)
    finish(right, 2 * len(stages) - 1.1, [], [], "bytes a delivered message, IP level", room=1.3)
    return (
        "The staircase: what each stage loses, and what it takes",
        "From the naive version at the top to the finished technique below it. First: messages that a reader never "
        "got, in all runs. Then: what those cost that did arrive, in the valid runs.",
    )
