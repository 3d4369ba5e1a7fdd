"""What could explain that a measured figure is not the model's.

Each reason is given where it can be one: where it moves the figure to the side on which it lies, and by as much.
"""

from benchmarks.findings.reasons import byte_counts, latency, requests
from benchmarks.findings.reasons.byte_counts import UNEXPLAINED


def explain(row):
    """Return what could set the measured figure of a deviation.Row apart from the model's; UNEXPLAINED at least."""
    if row.series.technique == "longpoll" and together(row.comparison.settings):
        return ["messages came regularly from several publishers, and the model knows those of one, or random ones"]
    of_kind = {"latency": latency.reasons, "requests": requests.reasons, "bytes": byte_counts.reasons}
    return list(of_kind[row.quantity.kind](row)) or [UNEXPLAINED]


def together(settings):
    """Tell whether the arrivals are neither random nor evenly apart."""
    return settings.get("arrivals") == "regular" and (settings.get("publishers") or 1) > 1
