"""Smallest difference between two techniques that is worth naming, the same in reports, advice and scenes."""

MARGIN = 1.1  # ratio; the model is no better than 10 %, and a smaller difference should decide nothing
PER_CENT = f"{100 * (MARGIN - 1):.0f} %"


def worth_naming(low: float, high: float) -> bool:
    """Return whether `high` is so far above `low` that the lower one may be called better."""
    return high > MARGIN * low
