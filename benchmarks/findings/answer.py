"""The answer in three sentences, and what has to be said before it.

That something is lower than something else is said where the runs' intervals say so, and nowhere else.
"""

from benchmarks.analysis import statistics
from benchmarks.analysis.looks import capital, number
from benchmarks.analysis.quantities import QUANTITIES, arrived, dig, ratio
from benchmarks.analysis.workload import name_of

LEDGER = "lost", "repeated", "reordered"
QUIET = 3.0  # messages a reader: in a window with fewer, bytes and CPU belong to the time and not to the messages
WORDS = {  # quantity: (of the lowest, its figure, of the highest)
    "p50": ("delivers soonest", "half of the messages arrive within {} ms", "takes {} ms, {} times as long"),
    "ip": ("takes the fewest bytes", "{} for a delivered message, all headers counted", "takes {}, {} times as many"),
    "cpu": ("costs the server least", "{} ms of CPU for 1,000 deliveries", "costs {}, {} times as much"),
    "ip_second": (
        "takes the fewest bytes",
        "{} a second and reader, all headers counted",
        "takes {}, {} times as many",
    ),
    "cores": ("costs the server least", "{} % of a core", "costs {} %, {} times as much"),
    "memory": ("keeps the server smallest", "{} MB", "takes {} MB, {} times as much"),
    "back_p50": ("is back soonest", "half of its readers within {} ms", "takes {} ms, {} times as long"),
    "back_max": ("has all readers back soonest", "the last after {} ms", "takes {} ms, {} times as long"),
    "crowd": ("crowds least", "at most {} readers back within the same 100 ms", "brings {}, {} times as many"),
    "connection": ("keeps the smallest connections", "{} KB of memory each", "takes {} KB, {} times as much"),
}


def losses(results):
    """Return a sentence for each technique that lost, repeated or disordered anything, in whatever run."""
    found = []
    for comparison in results.comparisons:
        where = f", {name_of(comparison)}" if comparison.swept else ""
        for series in comparison.series:
            broken = [f"{series.total(name):,} {name}" for name in LEDGER if series.total(name)]
            if broken:
                found.append(
                    f"{series.title}{where}: {join(broken)} of {series.total('expected'):,} expected deliveries."
                )
    return found


def subjects(comparison):
    """Return the three quantities that the answer to a comparison is about."""
    if any(series.figure("back_p50") for series in comparison.valid):
        return "back_p50", "back_max", "crowd"
    runs = [run for series in comparison.valid for run in series.valid]
    if max((ratio(arrived(run), dig(run, "clients") or 1) or 0 for run in runs), default=0) < QUIET:
        memory = "connection" if any(series.figure("connection") for series in comparison.valid) else "memory"
        return "ip_second", "cores", memory
    return "p50", "ip", "cpu"


def sentences(comparison):
    """Return what the figures of the valid runs of one comparison say."""
    said = [ranking(comparison, name) for name in subjects(comparison)]
    return [sentence for sentence in said if sentence]


def ranking(comparison, name):
    """Return a sentence on who is lowest, who cannot be told from it, and who is highest; None without figures."""
    figures = {series.title: series.figure(name) for series in comparison.finished}
    figures = {title: figure for title, figure in figures.items() if figure}
    if not figures:
        return None
    praise, best, worst = WORDS[name]
    order = sorted(figures, key=lambda title: figures[title].median)
    first, last = order[0], order[-1]
    told = [title for title in order[1:] if figures[first].below(figures[title])]
    tied = [title for title in order[1:] if title not in told]
    if not told:
        return listed(name, {title: figures[title] for title in order})
    written = QUANTITIES[name].written
    sentence = f"{first} {praise}: {best.format(written(figures[first].median))}{tail(comparison, name, first)}"
    if tied:
        sentence += f" ({join(tied)} cannot be told from it)"
    if last in told and figures[first].median:
        sentence += f"; {last} {worst.format(written(figures[last].median), times(figures[last], figures[first]))}"
    return sentence + "."


def tail(comparison, name, title):
    """Return what a latency's 99th percentile adds to its median."""
    late = next(series.figure("p99") for series in comparison.finished if series.title == title)
    return f", 99 in 100 within {number(late.median)} ms" if name == "p50" and late else ""


def listed(name, figures):
    """Return a sentence on figures of which the runs put none before another."""
    words = join(f"{QUANTITIES[name].written(figure.median)} by {title}" for title, figure in figures.items())
    enough = len(figures) > 1 and all(figure.interval for figure in figures.values())
    return f"{headline(name)}: {words}{'; they cannot be told apart' if enough else ''}."


def headline(name):
    """Return a quantity's title and unit, to begin a sentence with."""
    quantity = QUANTITIES[name]
    return f"{capital(quantity.title)} ({quantity.unit})"


def times(figure, other):
    """Return how many times a figure is the other, with the interval of their paired ratios where there is one."""
    pairs = [(figure.values[key], other.values[key]) for key in figure.values.keys() & other.values.keys()]
    found = statistics.ratio_interval(pairs)
    low, high = (number(value, 2) for value in found) if found else ("", "")
    middle = number(figure.median / other.median, 2)
    return middle if low == high else f"{middle} ({low} – {high})"


def counted(comparison):
    """Return the fewest and the most valid runs that a series of these has."""
    counts = sorted(len(series.valid) for series in comparison.valid)
    return (counts[0], counts[-1]) if counts else (0, 0)


def join(words):
    """Return "a", "a and b" or "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
