"""Statistics over runs: the median of a figure, an interval for it, and whether two figures differ.

The run is the unit, because the deliveries of one run share its server, its time and its messages. The interval is that
of the percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13), nominally 95 %. For
few runs it is the range from the lowest to the highest, and its coverage is less than 95 %: see `coverage`. One or two
runs have no interval.
"""

import random
import statistics
from collections.abc import Iterable, Sequence
from functools import cache
from math import comb

LEVEL = 0.95
RUNS_MIN = 3  # for an interval; the range of two runs holds the true median in only half of all cases
EXACT = 60  # runs up to which the bootstrap's distribution is computed instead of sampled
RESAMPLES = 10_000  # for more runs
RANGE = 5  # runs up to which the interval is their range

Interval = tuple[float, float]  # low, high
Weighted = list[tuple[float, float]]  # values with their weights, sorted

median = statistics.median


def interval(values: Iterable[float], seed: int = 1, level: float = LEVEL) -> Interval | None:
    """Return (low, high) for the median of the runs' values; None for fewer than RUNS_MIN.

    Up to EXACT runs it is exact, and `seed` has no effect.
    """
    values = sorted(values)
    if len(values) < RUNS_MIN:
        return None
    medians = exact_medians(values) if len(values) <= EXACT else sampled_medians(values, seed)
    tail = (1 - level) / 2
    return quantile(medians, tail), quantile([(value, weight) for value, weight in reversed(medians)], tail)


def ratio_interval(pairs: Iterable[tuple[float, float]], seed: int = 1, level: float = LEVEL) -> Interval | None:
    """Return the interval of the median of a/b over the `pairs` (a, b) of one repetition; None for too few.

    An effect on both runs of a repetition, as a busy minute of the machine, cancels out.
    """
    return interval([a / b for a, b in pairs if b], seed, level)


def differs(a: Iterable[float], b: Iterable[float], seed: int = 1) -> bool:
    """Return whether two figures, given by their values in the runs, have intervals that do not touch."""
    one, other = interval(a, seed), interval(b, seed)
    return one is not None and other is not None and (one[1] < other[0] or other[1] < one[0])


def coverage(runs: int) -> float:
    """Return the probability that the range of so many runs holds the true median: 1 − 2^(1−n); else 0."""
    return 1 - 2.0 ** (1 - runs) if runs >= RUNS_MIN else 0.0


def false_difference(runs: int, others: int) -> float:
    """Return the probability that two equal figures have ranges that do not touch: 2/C(n+m, n)."""
    return 2 / comb(runs + others, runs)


def exact_medians(values: Sequence[float]) -> Weighted:
    """Return the bootstrap's medians of sorted `values` with their probabilities, in order."""
    merged: dict[float, float] = {}
    for low, high, weight in weights(len(values)):
        middle = (values[low] + values[high]) / 2
        merged[middle] = merged.get(middle, 0) + weight
    return sorted(merged.items())


@cache
def weights(count: int) -> list[tuple[int, int, float]]:
    """Return (i, j, probability) that the two middle values of a resample of `count` values have ranks i ≤ j, from 0.

    In closed form, as by Maritz & Jarrett, J. Am. Stat. Assoc. 73 (1978) 194–196; i = j if `count` is odd.
    """
    half = (count + 1) // 2

    def reaches(rank: int) -> float:
        """Return the probability that at least `half` of the sample is among the `rank` smallest values."""
        share = rank / count
        return sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(half, count + 1))

    lower = [reaches(rank + 1) - reaches(rank) for rank in range(count)]
    if count % 2:
        return [(rank, rank, weight) for rank, weight in enumerate(lower)]
    at_most = [((rank + 1) / count) ** half - (rank / count) ** half for rank in range(count)]
    distinct = [
        (low, high, comb(count, half) * at_most[low] * at_most[count - 1 - high])
        for low in range(count)
        for high in range(low + 1, count)
    ]
    for low, _high, weight in distinct:
        lower[low] -= weight
    return [*distinct, *((rank, rank, weight) for rank, weight in enumerate(lower))]


def sampled_medians(values: Sequence[float], seed: int) -> Weighted:
    """Return the medians of RESAMPLES random resamples with equal weights, in order."""
    rng = random.Random(seed)
    medians = sorted(median(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return [(middle, 1 / RESAMPLES) for middle in medians]


def quantile(weighted: Weighted, share: float) -> float:
    """Return the first value at which the cumulated weights reach `share`."""
    total = 0.0
    for value, weight in weighted:
        total += weight
        if total >= share:
            return value
    return weighted[-1][0]
