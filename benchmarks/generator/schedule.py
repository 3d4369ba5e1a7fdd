"""The schedule of publishing: its instants, and waiting for each of them."""

import itertools
import time

SPIN = 0.002  # seconds before an instant in which we watch the clock, because a sleep ends up to a millisecond late


def instants(rng, rate, start, arrivals="poisson"):
    """Yield instants (seconds) without end, `rate` a second: a Poisson process from `start`, or "regular" ones.

    Regular instants are evenly spaced, and the first is at a random phase.
    """
    if arrivals == "regular":
        first = start + rng.uniform(0, 1 / rate)
        yield from (first + number / rate for number in itertools.count())
    while True:
        start += rng.expovariate(rate)
        yield start


def pace(schedule, end, now=time.time):
    """Yield each instant of `schedule` before `end` when it comes; a late one is yielded at once, never skipped."""
    for instant in schedule:
        if instant >= end:
            break
        time.sleep(max(0, instant - SPIN - now()))
        while now() < instant:
            time.sleep(0)
        yield instant
