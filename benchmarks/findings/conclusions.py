"""The answer in three sentences, and what has to be said before it.

One figure is called lower than another if the runs' intervals say so and the difference is worth naming: see
lab.pages.margin.
"""

from itertools import combinations

from benchmarks.analysis import statistics
from benchmarks.analysis.metrics import QUANTITIES, arrived, dig, ratio
from benchmarks.analysis.style import capital, number
from benchmarks.analysis.workload import name_of
from lab.pages.margin import PER_CENT, worth_naming

LEDGER = "lost", "repeated", "reordered"
QUIET = 3.0  # messages a reader: in a window with fewer, bytes and CPU belong to the time and not to the messages
PLURAL = {"is": "are", "has": "have"}
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
    """Return a sentence on who is lowest and who is highest, all that tie with them included; None without figures."""
    figures = {series.title: series.figure(name) for series in comparison.finished}
    figures = {title: figure for title, figure in figures.items() if figure}
    if not figures:
        return None
    order = sorted(figures, key=lambda title: figures[title].median)
    figures = {title: figures[title] for title in order}
    first, last = order[0], order[-1]
    lowest = [title for title in order if not figures[first].below(figures[title])]
    if len(lowest) == len(order):
        return listed(name, figures)
    praise, best, worst = WORDS[name]
    written = QUANTITIES[name].written
    shown = join(dict.fromkeys(written(figures[title].median) for title in lowest))
    sentence = f"{named(lowest, praise)}: {best.format(shown)}{tail(comparison, name, lowest)}"
    if len(lowest) > 1:
        sentence += f" ({between(figures, lowest)})"
    if last not in lowest and figures[first].median:
        sentence += f"; {last} {worst.format(written(figures[last].median), times(figures[last], figures[first]))}"
        highest = [title for title in order if title not in lowest and not figures[title].below(figures[last])]
        if len(highest) > 1:
            sentence += f", and {join(highest[:-1])} about as much ({between(figures, highest)})"
    return sentence + "."


def named(titles, praise):
    """Return who is praised, with the verb in the plural for several: “SSE and WebSocket deliver soonest”."""
    verb, _space, rest = praise.partition(" ")
    verb = verb if len(titles) == 1 else PLURAL.get(verb, verb.removesuffix("s"))
    return f"{join(titles)} {verb} {rest}"


def tail(comparison, name, titles):
    """Return what the 99th percentiles add to the medians of the latency."""
    late = [series.figure("p99") for series in comparison.finished if series.title in titles]
    shown = dict.fromkeys(number(figure.median) for figure in late if figure)
    return f", 99 in 100 within {join(shown)} ms" if name == "p50" and shown else ""


def between(figures, titles):
    """Return what lies between the figures of those that tie, given in their order."""
    if not any(figures[one].told_from(figures[other]) for one, other in combinations(titles, 2)):
        return "they cannot be told apart"
    if worth_naming(figures[titles[0]].median, figures[titles[-1]].median):
        return f"what lies between them is chance, or less than {PER_CENT}"
    return f"less than {PER_CENT} lies between them"


def listed(name, figures):
    """Return a sentence on figures, in their order, none of which is named before another."""
    words = join(f"{QUANTITIES[name].written(figure.median)} by {title}" for title, figure in figures.items())
    enough = len(figures) > 1 and all(figure.interval for figure in figures.values())
    return f"{headline(name)}: {words}{f'; {between(figures, list(figures))}' if enough else ''}."


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
