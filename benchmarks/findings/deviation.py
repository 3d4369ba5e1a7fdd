"""The model's figures beside the measured ones, and what could explain where they part."""

from dataclasses import dataclass, field

from benchmarks.analysis.prediction import at
from benchmarks.analysis.quantities import MODELLED, Quantity
from benchmarks.analysis.series import Figure, Series
from benchmarks.analysis.summary import Comparison
from benchmarks.findings.explanation import explain

APART = 10.0  # per cent: a difference over it is explained, or said to be unexplained


@dataclass
class Row:
    """One figure: measured, predicted, by how many per cent the first lies above the second, and why."""

    comparison: Comparison
    series: Series
    quantity: Quantity
    measured: Figure
    predicted: float
    notes: list = field(default_factory=list)

    @property
    def difference(self):
        """Per cent of the model's figure."""
        return 100 * (self.measured.median / self.predicted - 1)

    @property
    def apart(self):
        """Tell whether the difference asks for an explanation."""
        return abs(self.difference) > APART


def rows(comparison):
    """Return the Rows of every finished technique that has valid runs and a model."""
    found = []
    for series in comparison.valid:
        for quantity in MODELLED:
            measured, predicted = series.figure(quantity.name), at(quantity, comparison, series)
            if measured and predicted:
                found.append(Row(comparison, series, quantity, measured, predicted))
    for row in found:
        if row.apart:
            row.notes = explain(row) or ["not explained by anything this page knows"]
    return found


def within(found):
    """Return in one sentence how many latency and byte figures lie near the model."""
    counted = [row for row in found if row.quantity.kind in ("latency", "bytes")]
    near = sum(not row.apart for row in counted)
    return (
        f"{near:,} of {len(counted):,} latency and byte figures lie within {APART:g} % of the model"
        + ("." if near == len(counted) else "; the others are explained below.")
        if counted
        else ""
    )
