"""Possible reasons for deviations from the model; a module for each kind of figure.

A reason is given only if it moves the figure in the right direction, and can move it that far.
"""

from benchmarks.findings.reasons import byte_counts, latency, requests
from benchmarks.findings.reasons.byte_counts import UNEXPLAINED

__all__ = ["UNEXPLAINED", "explain"]


def explain(row):
    """Return the possible reasons for a deviation.Deviation, at least UNEXPLAINED."""
    if row.series.technique == "longpoll" and is_interleaved(row.comparison.settings):
        return ["several publishers published regularly, but the model knows only one, or random arrivals"]
    of_kind = {"latency": latency.reasons, "requests": requests.reasons, "bytes": byte_counts.reasons}
    return list(of_kind[row.metric.kind](row)) or [UNEXPLAINED]


def is_interleaved(settings):
    """Return whether arrivals are neither random nor evenly spaced: regular, from several publishers."""
    return settings.get("arrivals") == "regular" and (settings.get("publishers") or 1) > 1
