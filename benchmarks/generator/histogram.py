"""The percentiles of durations, and averages per delivery."""

import base64
import zlib
from array import array
from itertools import accumulate, pairwise
from math import ceil
from statistics import fmean

from benchmarks.generator import hdr_files

HDR = "HIST"  # the first letters of what older versions encoded
PERCENTILES = {"p50": 50, "p90": 90, "p99": 99, "p999": 99.9}


class Histogram:
    """Durations in milliseconds, with a resolution of a microsecond; all are kept, so percentiles are exact."""

    def __init__(self, values=()):
        self.microseconds = array("q")
        for value in values:
            self.record(value)

    def record(self, value):
        """Count one duration of `value` ms; one below 0 counts as 0."""
        self.microseconds.append(max(0, round(value * 1000)))

    def merge(self, encoded):
        """Add another histogram's `encoded`; this keeps percentiles exact, unlike averaging them."""
        if encoded.startswith(HDR):
            self.microseconds.extend(hdr_files.durations(encoded))
        else:
            self.microseconds.extend(accumulate(array("q", zlib.decompress(base64.b64decode(encoded)))))

    @property
    def encoded(self):
        """All durations as text, for `merge`: base64 of zlib of the steps from one to the next longer one."""
        ordered = sorted(self.microseconds)
        steps = array("q", ordered[:1] + [after - before for before, after in pairwise(ordered)])
        return base64.b64encode(zlib.compress(steps.tobytes())).decode()

    def summary(self):
        """Return {mean, p50, p90, p99, p999, max} in ms; each is None if nothing was counted."""
        if not self.microseconds:
            return dict.fromkeys(("mean", *PERCENTILES, "max"))
        ordered = sorted(self.microseconds)
        percentiles = {name: ordered[ceil(share * len(ordered) / 100) - 1] for name, share in PERCENTILES.items()}
        values = {"mean": fmean(ordered), **percentiles, "max": ordered[-1]}
        return {name: value / 1000 for name, value in values.items()}


def per(amount, count):
    """Return `amount` / `count`; None if the amount is unknown or the count is 0."""
    return amount / count if count and amount is not None else None
