"""Smallest difference between two techniques that is worth naming: the same in reports, in advice and on pages."""

MARGIN = 1.1  # the larger figure over the smaller: the model is no better than 10 %, and nobody should choose by less
PER_CENT = f"{100 * (MARGIN - 1):.0f} %"


def worth_naming(low, high):
    """Return whether `high` lies so far above `low` that a sentence or a mark may name the lower one."""
    return high > MARGIN * low
