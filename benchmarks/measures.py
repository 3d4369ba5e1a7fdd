"""The measures: schedule, histogram, ledger, and what makes a run invalid. Needs neither Locust nor Django."""

import time
from collections import defaultdict

from hdrh.histogram import HdrHistogram

LONGEST = 3_600_000_000  # µs that the histogram can hold: an hour
DIGITS = 3  # significant digits that it keeps
PERCENTILES = {"p50": 50, "p90": 90, "p99": 99, "p999": 99.9}
SPIN = 0.002  # seconds before an instant from which the clock is watched: sleeps end a millisecond late

GENERATOR_CPU_MAX = 0.8  # of a core
LOOP_LAG_MAX = 50.0  # ms, 99th percentile: from there on the generator, not the server, sets the pace
OTHER_CPU = 0.3  # cores; from there on other programs are worth naming
PUBLISHER_LAG_MAX = 50.0  # ms, 99th percentile, between the scheduled instant and the publishing


def instants(rng, rate, start):
    """Yield the instants (seconds) of a Poisson process of `rate` a second, from `start` on and for ever."""
    while True:
        start += rng.expovariate(rate)
        yield start


def pace(schedule, end):
    """Yield each instant of `schedule` before `end` when it comes; at once when it has passed, and none is skipped."""
    for instant in schedule:
        if instant >= end:
            break
        time.sleep(max(0, instant - SPIN - time.time()))
        while time.time() < instant:
            time.sleep(0)
        yield instant


class Histogram:
    """Durations in milliseconds, kept to the microsecond and to three digits."""

    def __init__(self, values=()):
        self.counts = HdrHistogram(1, LONGEST, DIGITS)
        for value in values:
            self.record(value)

    def record(self, value):
        """Count one duration of `value` ms."""
        self.counts.record_value(min(LONGEST, max(0, round(value * 1000))))

    def merge(self, encoded):
        """Count also what another histogram's `encoded` holds; percentiles are never averaged."""
        self.counts.decode_and_add(encoded)

    @property
    def encoded(self):
        """The whole histogram as text, for `merge`."""
        return self.counts.encode().decode()

    def summary(self):
        """Return {mean, p50, p90, p99, p999, max} in ms; None where nothing was counted."""
        if not self.counts.get_total_count():
            return dict.fromkeys(("mean", *PERCENTILES, "max"))
        percentiles = {name: self.counts.get_value_at_percentile(share) for name, share in PERCENTILES.items()}
        figures = {"mean": self.counts.get_mean_value(), **percentiles, "max": self.counts.get_max_value()}
        return {name: figure / 1000 for name, figure in figures.items()}

    def write(self, path):
        """Write the percentile distribution, in ms, as HdrHistogram's plotters read it."""
        with path.open("wb") as file:
            self.counts.output_percentile_distribution(file, 1000)


def judge(published, readers, deliveries):
    """Return the ledger {published, expected, delivered, lost, repeated, reordered}.

    `published` is {room: ids of its messages}, `readers` {reader: its room}, `deliveries` an iterable of (reader,
    room, id) in the order of arrival. Every message is expected once at each reader of its room, after all that
    have smaller ids.
    """
    arrived = defaultdict(list)
    for reader, room, number in deliveries:
        arrived[reader, room].append(number)
    delivered = {key: list(dict.fromkeys(numbers)) for key, numbers in arrived.items()}
    expected = {(reader, room): set(published.get(room, ())) for reader, room in readers.items()}
    return {
        "published": sum(map(len, published.values())),
        "expected": sum(map(len, expected.values())),
        "delivered": sum(map(len, delivered.values())),
        "lost": sum(len(numbers.difference(delivered.get(key, ()))) for key, numbers in expected.items()),
        "repeated": sum(len(arrived[key]) - len(numbers) for key, numbers in delivered.items()),
        "reordered": sum(map(_reordered, delivered.values())),
    }


def _reordered(numbers):
    highest, count = 0, 0
    for number in numbers:
        count += number < highest
        highest = max(highest, number)
    return count


def flags(run):
    """Return in words why a run is refused, losses first; an empty list for a valid one."""
    cpu, loop, publisher = run["generator_cpu"], run["loop_lag_ms"]["p99"] or 0, run["publisher_lag_ms"]["p99"] or 0
    expected, delivered = run["expected"], run["delivered"]
    late = max(loop - LOOP_LAG_MAX, publisher - PUBLISHER_LAG_MAX) > 0
    refusals = [
        (run["lost"], f"{run['lost']:,} of {expected:,} deliveries were lost"),
        (run["repeated"], f"{run['repeated']:,} deliveries were repeated"),
        (run["reordered"], f"{run['reordered']:,} deliveries came out of order"),
        (delivered > expected, f"{delivered:,} deliveries came where {expected:,} are possible"),
        (not run["published"], "nothing was published"),
        (run["unanswered"], f"{run['unanswered']:,} publishes were not answered"),
        (run["early"], f"{run['early']:,} deliveries came before they were published: the clock was changed"),
        (run["failure"], f"a reader or publisher failed: {run['failure']}"),
        (cpu > GENERATOR_CPU_MAX, f"the generator used {cpu:.0%} of a core, over {GENERATOR_CPU_MAX:.0%}"),
        (loop > LOOP_LAG_MAX, f"the generator's loop was {loop:.0f} ms late at p99, over {LOOP_LAG_MAX:.0f}"),
        (
            publisher > PUBLISHER_LAG_MAX,
            f"publishing was {publisher:.0f} ms late at p99, over {PUBLISHER_LAG_MAX:.0f}",
        ),
        (late and run["other_cpu"] > OTHER_CPU, f"other programs kept {run['other_cpu']:.1f} cores busy"),
    ]
    return [words for refused, words in refusals if refused]
