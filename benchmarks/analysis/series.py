"""The runs of one technique under one workload, and estimates over the valid ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.analysis import raw_data, statistics
from benchmarks.analysis.metrics import METRICS, number_at
from benchmarks.analysis.style import Style, style_of
from lab.pages.margin import worth_naming

LABEL_MAX = 36  # characters


@dataclass(frozen=True)
class Estimate:
    """The median of one figure over the valid runs, with its interval if there are enough runs."""

    values: Mapping[Any, float] = field(default_factory=dict)  # {repetition: value}

    @classmethod
    def of(cls, values: Mapping[Any, float | None] | Iterable[float | None]) -> "Estimate":
        """Return the Estimate of values, a mapping by repetition or a list; None is left out."""
        items = values.items() if isinstance(values, Mapping) else enumerate(values)
        return cls({key: value for key, value in items if value is not None})

    def __bool__(self) -> bool:
        return bool(self.values)

    @cached_property
    def median(self) -> Any:
        """The median; None without runs."""
        return statistics.median(self.values.values()) if self.values else None

    @cached_property
    def interval(self) -> Any:
        """(low, high) by statistics.interval; None for fewer than three runs."""
        return statistics.interval(self.values.values())

    @property
    def low(self) -> Any:
        """The lower end of the interval; the median without one."""
        return self.interval[0] if self.interval else self.median

    @property
    def high(self) -> Any:
        """The upper end of the interval; the median without one."""
        return self.interval[1] if self.interval else self.median

    def is_lower(self, other: "Estimate") -> bool:
        """Return whether the runs show that this one is lower, by their intervals and their paired ratios.

        If too few runs share a repetition, the intervals alone decide.
        """
        if not (self and other and self.median < other.median):
            return False
        pairs = [(self.values[key], other.values[key]) for key in self.values.keys() & other.values.keys()]
        ratios = statistics.ratio_interval(pairs)
        return statistics.differs(self.values.values(), other.values.values()) and (not ratios or ratios[1] < 1)

    def is_notably_lower(self, other: "Estimate") -> bool:
        """Return whether this one is lower, and the difference is large enough to name, see lab.pages.margin."""
        return self.is_lower(other) and worth_naming(self.median, other.median)


@dataclass(eq=False)
class Series:
    """The runs of one technique at one stage under one workload."""

    folder: Path
    technique: str
    stage: str | None
    title: str
    runs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str | None]:
        """What identifies the series of the same technique and stage under another workload."""
        return self.technique, self.stage

    @property
    def label(self) -> str:
        """The title, shortened for plots."""
        text = " ".join(self.title.split())
        return text if len(text) <= LABEL_MAX else text[: LABEL_MAX - 1] + "…"

    @property
    def style(self) -> Style:
        """The Style, the same in every plot."""
        return style_of(self.technique, self.stage)

    @cached_property
    def valid(self) -> list[dict[str, Any]]:
        """The valid runs."""
        return [run for run in self.runs if run.get("valid") is True]

    @property
    def lossy(self) -> bool:
        """Whether a valid run lost, repeated or reordered messages, as a naive stage may; it is never the best."""
        return any(number_at(run, name) for run in self.valid for name in ("lost", "repeated", "reordered"))

    def estimate(self, name: str) -> Estimate:
        """Return the Estimate of a metric, by its name in METRICS."""
        return self.estimate_of(METRICS[name].measure)

    def estimate_of(self, function: Callable[[dict[str, Any]], float | None]) -> Estimate:
        """Return the Estimate of a function of a run's row."""
        return Estimate.of(dict(zip(self.repetitions, map(function, self.valid), strict=True)))

    @cached_property
    def repetitions(self) -> list[Any]:
        """The repetition numbers of the valid runs, which pair them with runs of other series."""
        numbers = [run.get("repetition") for run in self.valid]
        return numbers if len(set(map(str, numbers))) == len(numbers) else list(range(len(numbers)))

    def total(self, name: str) -> int:
        """Return the sum of a count over all runs, also the refused ones, so that no loss is hidden."""
        return round(sum(number_at(run, name) or 0 for run in self.runs))

    @cached_property
    def deliveries(self) -> list[pd.DataFrame]:
        """The deliveries of each valid run that stored them, in scheduled order."""
        return raw_data.tables(
            self.folder, self.valid, "deliveries.csv", "room", "id", "scheduled_ms", "arrived_ms", "latency_ms"
        )

    @cached_property
    def acceptance_times(self) -> list[np.ndarray]:
        """The times, in ms, from each message's scheduled instant to its acknowledgement; an array for each run.

        A message is on disk by then. Its deliveries wait for that too, so this is measured apart from the readers.
        """
        tables = raw_data.tables(self.folder, self.valid, "publishes.csv", "scheduled_ms", "answered_ms")
        return [(table["answered_ms"] - table["scheduled_ms"]).to_numpy() for table in tables]

    @cached_property
    def announce_times(self) -> list[np.ndarray]:
        """The times, in ms, from each message's scheduled instant until its room has it, by the server's timestamps.

        An array for each run; empty if a run has no such timestamps.
        """
        runs = [
            (published, stamps)
            for run in self.valid
            for published in raw_data.tables(self.folder, [run], "publishes.csv", "room", "id", "scheduled_ms")
            for stamps in raw_data.tables(self.folder, [run], "stamps.csv", "room", "id", "announced_ms")
        ]
        joined = [published.merge(stamps, on=["room", "id"]) for published, stamps in runs]
        times = [(table["announced_ms"] - table["scheduled_ms"]).to_numpy() for table in joined if len(table)]
        return times if len(times) == len(self.valid) else []

    @cached_property
    def spacing(self) -> Estimate:
        """The Estimate of c, in ms: the time from one reader's delivery of a message to the next reader's."""
        return Estimate.of([raw_data.spacing(table) for table in self.deliveries])
