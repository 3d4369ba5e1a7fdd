"""A histogram of durations, and averages per delivery."""

from hdrh.histogram import HdrHistogram

LONGEST = 3_600_000_000  # µs that the histogram can hold: an hour
DIGITS = 3  # significant digits
PERCENTILES = {"p50": 50, "p90": 90, "p99": 99, "p999": 99.9}


class Histogram:
    """Durations in milliseconds, with a resolution of a microsecond and three significant digits."""

    def __init__(self, values=()):
        self.counts = HdrHistogram(1, LONGEST, DIGITS)
        for value in values:
            self.record(value)

    def record(self, value):
        """Count one duration of `value` ms."""
        self.counts.record_value(min(LONGEST, max(0, round(value * 1000))))

    def merge(self, encoded):
        """Add the counts of another histogram's `encoded`; this keeps percentiles exact, unlike averaging them."""
        self.counts.decode_and_add(encoded)

    @property
    def encoded(self):
        """All counts as text, for `merge`."""
        return self.counts.encode().decode()

    def summary(self):
        """Return {mean, p50, p90, p99, p999, max} in ms; each is None if nothing was counted."""
        if not self.counts.get_total_count():
            return dict.fromkeys(("mean", *PERCENTILES, "max"))
        percentiles = {name: self.counts.get_value_at_percentile(share) for name, share in PERCENTILES.items()}
        values = {"mean": self.counts.get_mean_value(), **percentiles, "max": self.counts.get_max_value()}
        return {name: value / 1000 for name, value in values.items()}

    def write(self, path):
        """Write the percentile distribution, in ms, in the format of HdrHistogram's plotters."""
        with path.open("wb") as file:
            self.counts.output_percentile_distribution(file, 1000)


def per(amount, count):
    """Return `amount` / `count`; None if the amount is unknown or the count is 0."""
    return amount / count if count and amount is not None else None
