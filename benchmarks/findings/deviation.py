"""The model's predictions beside the measured figures, and possible reasons for deviations."""

from dataclasses import dataclass, field

from benchmarks.analysis.metrics import MODELLED, Metric
from benchmarks.analysis.prediction import predict
from benchmarks.analysis.results import Comparison
from benchmarks.analysis.series import Estimate, Series
from benchmarks.findings.reasons import UNEXPLAINED, explain

FAR = 10.0  # per cent; larger deviations need a reason


@dataclass
class Deviation:
    """One figure: measured, predicted, and possible reasons for the difference."""

    comparison: Comparison
    series: Series
    metric: Metric
    measured: Estimate
    predicted: float
    reasons: list[str] = field(default_factory=list)

    @property
    def difference(self):
        """Difference of the measured figure from the model's, in per cent of the latter."""
        return 100 * (self.measured.median / self.predicted - 1)

    @property
    def excess(self):
        """The measured figure minus the model's, in the metric's unit."""
        return self.measured.median - self.predicted

    @property
    def bound(self):
        """Whether the model's figure is an upper bound rather than the expected value."""
        return self.metric.share == 1

    @property
    def far(self):
        """Whether the difference is so large that it needs a reason."""
        return abs(self.difference) > FAR

    @property
    def unexplained(self):
        """Whether the difference is large, and no part of it has a known reason."""
        return self.far and all(reason.endswith(UNEXPLAINED) for reason in self.reasons)


def deviations(comparison):
    """Return the Deviations of every finished technique that has valid runs and a model."""
    rows = []
    for series in comparison.valid:
        for metric in MODELLED:
            measured, predicted = series.estimate(metric.name), predict(metric, comparison, series)
            if measured and predicted:
                rows.append(Deviation(comparison, series, metric, measured, predicted))
    for row in rows:
        if row.far:
            row.reasons = explain(row)
    return rows


def summary(rows):
    """Return a sentence: how many latency and byte figures are near the model."""
    counted = [row for row in rows if row.metric.kind in ("latency", "bytes")]
    if not counted:
        return ""
    far = [row for row in counted if row.far]
    near = len(counted) - len(far)
    beginning = f"{near:,} of {len(counted):,} latency and byte figures are within {FAR:g} % of the model"
    if not far:
        return f"{beginning}."
    unexplained = sum(row.unexplained for row in far)
    if not unexplained:
        return f"{beginning}; the others are explained below."
    verb = "is" if unexplained == 1 else "are"
    return f"{beginning}; {unexplained:,} of the {len(far):,} others {verb} not explained."
