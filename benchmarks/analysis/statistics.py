"""What runs can tell of a figure: its median, an interval around it, and whether two of them differ.

The run is the unit: the deliveries of one run share its server, its minute and its messages. The interval is the
percentile bootstrap's (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13), 95 % by name. Of few runs
it is the range from the least to the greatest, and holds less than its name says: see `held`. One run or two have none.
"""

import random
import statistics
from functools import cache
from math import comb

LEVEL = 0.95
FEWEST = 3  # runs: the range of two holds the true median in one case of two, as a coin would
EXACT = 60  # runs up to which the bootstrap's distribution is computed, and not drawn
RESAMPLES = 10_000  # drawn beyond that
RANGE = 5  # runs up to which the interval is their whole range

median = statistics.median


def interval(values, seed=1, level=LEVEL):
    """Return (low, high) around the median of the runs' values; None where there are fewer than FEWEST.

    Up to EXACT runs it is exact, and `seed` plays no part.
    """
    values = sorted(values)
    if len(values) < FEWEST:
        return None
    medians = weighed(values) if len(values) <= EXACT else drawn(values, seed)
    tail = (1 - level) / 2
    return quantile(medians, tail), quantile([(value, weight) for value, weight in reversed(medians)], tail)


def ratio_interval(pairs, seed=1, level=LEVEL):
    """Return the interval of the median of a/b over the `pairs` (a, b), each of one repetition; None for too few.

    What a repetition does to both of its runs, a busy minute of the machine, cancels.
    """
    return interval([a / b for a, b in pairs if b], seed, level)


def differs(a, b, seed=1):
    """Tell whether two figures, given by their values in the runs, have intervals that do not touch."""
    one, other = interval(a, seed), interval(b, seed)
    return bool(one and other) and (one[1] < other[0] or other[1] < one[0])


def held(runs):
    """Return the chance that the range of so many runs holds the true median: 1 − 2^(1−n); 0 where there is none."""
    return 1 - 2.0 ** (1 - runs) if runs >= FEWEST else 0.0


def chance(runs, others):
    """Return the chance that two figures that do not differ have ranges that do not touch: 2/C(n+m, n)."""
    return 2 / comb(runs + others, runs)


def weighed(values):
    """Return the bootstrap's medians of sorted `values` with their probabilities, in order."""
    merged = {}
    for low, high, weight in weights(len(values)):
        middle = (values[low] + values[high]) / 2
        merged[middle] = merged.get(middle, 0) + weight
    return sorted(merged.items())


@cache
def weights(count):
    """Return (i, j, probability) of a resample of `count` values having its two middle ones at ranks i ≤ j, from 0.

    In closed form, as by Maritz & Jarrett, J. Am. Stat. Assoc. 73 (1978) 194–196; i = j where `count` is odd.
    """
    half = (count + 1) // 2

    def reaches(rank):
        """Return the chance that at least `half` of the draws are among the `rank` smallest values."""
        share = rank / count
        return sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(half, count + 1))

    lower = [reaches(rank + 1) - reaches(rank) for rank in range(count)]
    if count % 2:
        return [(rank, rank, weight) for rank, weight in enumerate(lower)]
    at_most = [((rank + 1) / count) ** half - (rank / count) ** half for rank in range(count)]
    apart = [
        (low, high, comb(count, half) * at_most[low] * at_most[count - 1 - high])
        for low in range(count)
        for high in range(low + 1, count)
    ]
    for low, _high, weight in apart:
        lower[low] -= weight
    return [*apart, *((rank, rank, weight) for rank, weight in enumerate(lower))]


def drawn(values, seed):
    """Return the medians of RESAMPLES resamples with equal weights, in order."""
    rng = random.Random(seed)
    medians = sorted(median(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return [(middle, 1 / RESAMPLES) for middle in medians]


def quantile(weighted, share):
    """Return the first value at which the summed weights reach `share`."""
    total = 0.0
    for value, weight in weighted:
        total += weight
        if total >= share:
            return value
    return weighted[-1][0]
