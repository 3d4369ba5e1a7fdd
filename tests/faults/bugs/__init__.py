"""Bugs that a test puts into a server; the checker must find each of them.

Each module has `plant()`, BREAKS (the checker's rule), SHOWS_IN (techniques) and UNDER (the fault that brings it out).
"""

import itertools
import os

ONE_IN = int(os.environ.get("FAULTS_ONE_IN", "30"))  # deliveries, for the bugs that happen now and then
_count = itertools.count(1)


def now_and_then():
    """Return True once in ONE_IN calls."""
    return next(_count) % ONE_IN == 0
