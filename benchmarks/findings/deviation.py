"""The model's figures beside the measured ones, and what could explain where they part."""

from dataclasses import dataclass, field

from benchmarks.analysis.metrics import MODELLED, Quantity
from benchmarks.analysis.prediction import at
from benchmarks.analysis.series import Figure, Series
from benchmarks.analysis.summary import Comparison
from benchmarks.findings.explanation import UNEXPLAINED, explain

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
    def excess(self):
        """By how much the measured figure lies above the model's, in the figure's unit."""
        return self.measured.median - self.predicted

    @property
    def bound(self):
        """Whether the model's figure is the most that can be, and not what is expected."""
        return self.quantity.share == 1

    @property
    def apart(self):
        """Tell whether the difference asks for an explanation."""
        return abs(self.difference) > APART

    @property
    def unexplained(self):
        """Tell whether it is apart, and no part of that has a known reason."""
        return self.apart and all(note.endswith(UNEXPLAINED) for note in self.notes)


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
            row.notes = explain(row)
    return found


def within(found):
    """Return in one sentence how many latency and byte figures lie near the model."""
    counted = [row for row in found if row.quantity.kind in ("latency", "bytes")]
    if not counted:
        return ""
    far = [row for row in counted if row.apart]
    near = len(counted) - len(far)
    said = f"{near:,} of {len(counted):,} latency and byte figures lie within {APART:g} % of the model"
    if not far:
        return f"{said}."
    unknown = sum(row.unexplained for row in far)
    if not unknown:
        return f"{said}; the others are explained below."
    return f"{said}; of the {len(far):,} others {unknown:,} {'is' if unknown == 1 else 'are'} not explained."
