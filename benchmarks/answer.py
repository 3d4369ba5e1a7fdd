"""The answer in three sentences, and what has to be said before it."""

from benchmarks import prediction
from benchmarks.looks import number

LEDGER = "lost", "repeated", "reordered"


def losses(results):
    """Return a sentence for each technique that lost, repeated or disordered anything, in whatever run."""
    found = []
    for comparison in results.comparisons:
        for series in comparison.series:
            broken = [f"{series.total(name):,} {name}" for name in LEDGER if series.total(name)]
            if broken:
                found.append(f"{series.title}: {join(broken)} of {series.total('expected'):,} expected deliveries.")
    return found


def sentences(comparison):
    """Return what the figures of the valid runs say of latency, bytes, and cost."""
    series = [one for one in comparison.valid if not one.stage] or comparison.valid
    late = {one.title: one.figure("latency_ms", "p99") for one in series}
    said = [
        ranking(
            {one.title: one.figure("latency_ms", "p50") for one in series},
            ("delivered soonest: ", "delivered: "),
            "half of the messages arrived within {} ms",
            lambda title: f", 99 in 100 within {number(late[title].median)} ms" if late[title] else "",
            "took {} ms at the median, {} times as long",
        ),
        ranking(
            {one.title: prediction.bytes_per_message(one, "ip") for one in series},
            ("cost the fewest bytes: ", "cost "),
            "{} bytes for a delivered message, all headers counted",
            lambda _title: "",
            "cost {}, {} times as many",
        ),
        ranking(
            {one.title: one.cpu for one in series},
            ("cost the server least: ", "cost the server "),
            "{} CPU seconds for 1,000 deliveries",
            lambda _title: "",
            "cost {}, {} times as much",
        ),
    ]
    return [sentence for sentence in said if sentence]


def ranking(figures, praise, best, more, worst):
    """Return a sentence on who is best, who cannot be told from the best, and who is worst; None without figures.

    `praise` is how it begins where there is somebody to be better than, and where there is nobody.
    """
    figures = {title: figure for title, figure in figures.items() if figure}
    if not figures:
        return None
    order = sorted(figures, key=lambda title: figures[title].median)
    first, last = order[0], order[-1]
    tied = [title for title in order[1:] if figures[title].low <= figures[first].high]
    sentence = f"{first} {praise[len(order) == 1]}{best.format(number(figures[first].median))}{more(first)}"
    if tied:
        sentence += f" ({join(tied)} cannot be told from it: the ranges of the runs overlap)"
    if last not in (first, *tied) and figures[first].median:
        times = figures[last].median / figures[first].median
        sentence += f"; {last} {worst.format(number(figures[last].median), number(times, 2))}"
    return sentence + "."


def join(words):
    """Return "a", "a and b" or "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
