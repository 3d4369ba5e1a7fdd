"""The runs of one technique under one workload, and its figures: each a median with an interval over the valid runs."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.analysis import raw_data, statistics, style
from benchmarks.analysis.metrics import QUANTITIES, dig
from lab.pages.margin import worth_naming

LABEL = 36  # characters


@dataclass(frozen=True)
class Figure:
    """The median of one quantity over the valid runs, with its interval where there are runs enough for one."""

    values: dict = field(default_factory=dict)  # {repetition: value}

    @classmethod
    def of(cls, values):
        """Return the Figure of these values, a mapping by repetition or a list; what is None does not count."""
        items = values.items() if isinstance(values, dict) else enumerate(values)
        return cls({key: value for key, value in items if value is not None})

    def __bool__(self):
        return bool(self.values)

    @cached_property
    def median(self):
        """The median; None without runs."""
        return statistics.median(self.values.values()) if self.values else None

    @cached_property
    def interval(self):
        """(low, high) by statistics.interval; None of one run or two."""
        return statistics.interval(self.values.values())

    @property
    def low(self):
        """Where the interval begins; the median where there is none."""
        return self.interval[0] if self.interval else self.median

    @property
    def high(self):
        """Where the interval ends; the median where there is none."""
        return self.interval[1] if self.interval else self.median

    def below(self, other):
        """Return whether this is the lower one, by enough to be named and by what the runs say."""
        return self.told_from(other) and worth_naming(self.median, other.median)

    def told_from(self, other):
        """Return whether the runs say that this is the lower one: apart in intervals, and in the paired ratio.

        If too few runs share a repetition, the intervals alone decide.
        """
        if not (self and other and self.median < other.median):
            return False
        pairs = [(self.values[key], other.values[key]) for key in self.values.keys() & other.values.keys()]
        ratios = statistics.ratio_interval(pairs)
        return statistics.differs(self.values.values(), other.values.values()) and (not ratios or ratios[1] < 1)


@dataclass(eq=False)
class Series:
    """The runs of one technique at one stage under one workload."""

    folder: Path
    technique: str
    stage: str | None
    title: str
    runs: list = field(default_factory=list)

    @property
    def key(self):
        """What it shares with its like under other workloads."""
        return self.technique, self.stage

    @property
    def label(self):
        """Its title, short enough to stand in a plot."""
        words = " ".join(self.title.split())
        return words if len(words) <= LABEL else words[: LABEL - 1] + "…"

    @property
    def look(self):
        """Its looks.Look, the same in every plot."""
        return style.look(self.technique, self.stage)

    @cached_property
    def valid(self):
        """The runs that count."""
        return [run for run in self.runs if run.get("valid") is True]

    @property
    def lossy(self):
        """Tell whether a valid run lost, repeated or disordered something, as a naive stage may: it is no best."""
        return any(dig(run, name) for run in self.valid for name in ("lost", "repeated", "reordered"))

    def figure(self, name):
        """Return the Figure of a quantity, by its name in QUANTITIES."""
        return self.by_run(QUANTITIES[name].of)

    def by_run(self, function):
        """Return the Figure of what a function makes of each valid run."""
        return Figure.of(dict(zip(self.repetitions, map(function, self.valid), strict=True)))

    @cached_property
    def repetitions(self):
        """What tells the valid runs apart, and pairs them with those of other series: the number of the repetition."""
        numbers = [run.get("repetition") for run in self.valid]
        return numbers if len(set(map(str, numbers))) == len(numbers) else list(range(len(numbers)))

    def total(self, name):
        """Return the sum of a count over all runs, the refused ones too: no loss is passed over."""
        return round(sum(dig(run, name) or 0 for run in self.runs))

    @cached_property
    def deliveries(self):
        """The deliveries of each valid run that has them on disk: data frames by the instant of publishing."""
        return raw_data.tables(
            self.folder, self.valid, "deliveries.csv", "room", "id", "scheduled_ms", "arrived_ms", "latency_ms"
        )

    @cached_property
    def accepting(self):
        """How long, in ms, each message took from its scheduled instant to its publisher's answer; an array a run.

        It is on disk by then: what a delivery waits for too, seen from other connections than the readers'.
        """
        tables = raw_data.tables(self.folder, self.valid, "publishes.csv", "scheduled_ms", "answered_ms")
        return [(table["answered_ms"] - table["scheduled_ms"]).to_numpy() for table in tables]

    @cached_property
    def spacing(self):
        """The Figure of c, in ms: how long after one reader of a message the next one of its room has it."""
        return Figure.of([raw_data.spacing(table) for table in self.deliveries])
