"""The answer of a comparison in three sentences, and the sentences on losses that come before it.

A figure is called lower than another only if the intervals of the runs show it, and if the difference is large enough
to be named, see lab.pages.margin.
"""

from itertools import combinations

from benchmarks.analysis import statistics
from benchmarks.analysis.format import capital, join, number
from benchmarks.analysis.metrics import METRICS, arrived, number_at, ratio
from benchmarks.analysis.workload import point_name
from lab.pages.margin import PER_CENT, worth_naming

LEDGER = "lost", "repeated", "reordered"
QUIET = 3.0  # messages per reader in a window; with fewer, bytes and CPU depend on time, not on messages
PLURAL = {"is": "are", "has": "have"}
PHRASES = {  # metric: (verb phrase of the lowest technique, its figure, phrase of the highest one)
    "p50": ("delivers soonest", "half of the messages arrive within {} ms", "takes {} ms, {} times as long"),
    "ip": ("needs the fewest bytes", "{} per delivered message, with all headers", "needs {}, {} times as many"),
    "cpu": ("costs the server least", "{} ms of CPU for 1,000 deliveries", "costs {}, {} times as much"),
    "ip_second": ("needs the fewest bytes", "{} per second and reader, with all headers", "needs {}, {} times as many"),
    "cores": ("costs the server least", "{} % of a core", "costs {} %, {} times as much"),
    "memory": ("needs the least memory", "{} MB for the server", "needs {} MB, {} times as much"),
    "back_p50": ("reconnects soonest", "half of its readers within {} ms", "takes {} ms, {} times as long"),
    "back_max": ("reconnects all readers soonest", "the last after {} ms", "takes {} ms, {} times as long"),
    "crowd": ("spreads its reconnects best", "at most {} readers reconnect within 100 ms", "has {}, {} times as many"),
    "connection": ("needs the least memory for a connection", "{} KB", "needs {} KB, {} times as much"),
}


def losses(results):
    """Return a sentence for each technique that lost, repeated or reordered messages in any run."""
    sentences = []
    for comparison in results.comparisons:
        point = f", {point_name(comparison)}" if comparison.swept else ""
        for series in comparison.series:
            counts = [f"{series.total(name):,} {name}" for name in LEDGER if series.total(name)]
            if counts:
                expected = f"{series.total('expected'):,} expected deliveries"
                sentences.append(f"{series.title}{point}: {join(counts)} of {expected}.")
    return sentences


def subjects(comparison):
    """Return the names of the three metrics that answer a comparison."""
    if any(series.estimate("back_p50") for series in comparison.valid):
        return "back_p50", "back_max", "crowd"
    runs = [run for series in comparison.valid for run in series.valid]
    if max((ratio(arrived(run), number_at(run, "clients") or 1) or 0 for run in runs), default=0) < QUIET:
        memory = "connection" if any(series.estimate("connection") for series in comparison.valid) else "memory"
        return "ip_second", "cores", memory
    return "p50", "ip", "cpu"


def sentences(comparison):
    """Return the sentences that answer one comparison."""
    ranked = [ranking(comparison, name) for name in subjects(comparison)]
    return [sentence for sentence in ranked if sentence]


def ranking(comparison, name):
    """Return a sentence on the techniques with the lowest and the highest figure, with ties; None without figures.

    A technique with too few runs for an interval is named but not ranked.
    """
    estimates = {series.title: series.estimate(name) for series in comparison.finished}
    estimates = {title: estimate for title, estimate in estimates.items() if estimate}
    if not estimates:
        return None
    estimates = {title: estimates[title] for title in sorted(estimates, key=lambda title: estimates[title].median)}
    order = [title for title, estimate in estimates.items() if estimate.interval]
    lowest = [title for title in order if not estimates[order[0]].is_notably_lower(estimates[title])]
    if len(lowest) == len(order):
        return listing(name, estimates)
    first, last = order[0], order[-1]
    praise, figure, highest = PHRASES[name]
    text = METRICS[name].format
    medians = join(dict.fromkeys(text(estimates[title].median) for title in lowest))
    sentence = f"{praised(lowest, praise)}: {figure.format(medians)}{tail(comparison, name, lowest)}"
    if len(lowest) > 1:
        sentence += f" ({difference(estimates, lowest)})"
    if last not in lowest and estimates[first].median:
        times = multiple(estimates[last], estimates[first])
        sentence += f"; {last} {highest.format(text(estimates[last].median), times)}"
        others = [title for title in order if title not in lowest]
        tied = [title for title in others if not estimates[title].is_notably_lower(estimates[last])]
        if len(tied) > 1:
            sentence += f", and {join(tied[:-1])} about as much ({difference(estimates, tied)})"
    unranked = [f"{title} with {text(estimates[title].median)}" for title in estimates if title not in order]
    return f"{sentence}; too few runs to rank {join(unranked)}." if unranked else f"{sentence}."


def praised(titles, praise):
    """Return titles with their praise, the verb in the plural for several: “SSE and WebSocket deliver soonest”."""
    verb, _space, rest = praise.partition(" ")
    verb = verb if len(titles) == 1 else PLURAL.get(verb, verb.removesuffix("s"))
    return f"{join(titles)} {verb} {rest}"


def tail(comparison, name, titles):
    """Return the 99th percentiles, as an addition to the median latencies; empty for other metrics."""
    estimates = [series.estimate("p99") for series in comparison.finished if series.title in titles]
    medians = dict.fromkeys(number(estimate.median) for estimate in estimates if estimate)
    return f", and 99 % arrive within {join(medians)} ms" if name == "p50" and medians else ""


def difference(estimates, titles):
    """Return a phrase on the difference between tied estimates, whose titles are sorted."""
    if not any(estimates[one].is_lower(estimates[other]) for one, other in combinations(titles, 2)):
        return "the runs show no difference"
    if worth_naming(estimates[titles[0]].median, estimates[titles[-1]].median):
        return f"the difference is chance, or less than {PER_CENT}"
    return f"the difference is less than {PER_CENT}"


def listing(name, estimates):
    """Return a sentence on sorted estimates if none of them is the lowest."""
    figures = join(f"{METRICS[name].format(estimate.median)} by {title}" for title, estimate in estimates.items())
    comparable = len(estimates) > 1 and all(estimate.interval for estimate in estimates.values())
    return f"{headline(name)}: {figures}{f'; {difference(estimates, list(estimates))}' if comparable else ''}."


def headline(name):
    """Return a metric's title and unit, to begin a sentence."""
    metric = METRICS[name]
    return f"{capital(metric.title)} ({metric.unit})"


def multiple(estimate, other):
    """Return how many times an estimate is the other one, with the interval of their paired ratios if there is one."""
    pairs = [(estimate.values[key], other.values[key]) for key in estimate.values.keys() & other.values.keys()]
    interval = statistics.ratio_interval(pairs)
    low, high = (number(value, 2) for value in interval) if interval else ("", "")
    middle = number(estimate.median / other.median, 2)
    return middle if low == high else f"{middle} ({low} – {high})"
