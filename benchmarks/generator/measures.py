"""The measures: schedule, histogram, ledger. Needs neither Locust nor Django."""

import itertools
import time
from collections import defaultdict

from hdrh.histogram import HdrHistogram

LONGEST = 3_600_000_000  # µs that the histogram can hold: an hour
DIGITS = 3  # significant digits that it keeps
PERCENTILES = {"p50": 50, "p90": 90, "p99": 99, "p999": 99.9}
SPIN = 0.002  # seconds before an instant from which the clock is watched: sleeps end a millisecond late


def instants(rng, rate, start, arrivals="poisson"):
    """Yield instants (seconds) for ever, `rate` a second: a Poisson process from `start` on, or "regular" ones.

    These are evenly apart, and the first comes at a random phase.
    """
    if arrivals == "regular":
        first = start + rng.uniform(0, 1 / rate)
        yield from (first + number / rate for number in itertools.count())
    while True:
        start += rng.expovariate(rate)
        yield start


def pace(schedule, end, now=time.time):
    """Yield each instant of `schedule` before `end` when it comes; at once when it has passed, and none is skipped."""
    for instant in schedule:
        if instant >= end:
            break
        time.sleep(max(0, instant - SPIN - now()))
        while now() < instant:
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


def per(amount, count):
    """Return `amount` for each of `count`; None where there is none."""
    return amount / count if count else None
