"""The plan of a comparison: its runs in random order."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.scenarios.scenario import Scenario
from lab.techniques import TECHNIQUES

OVERHEAD = 2.5  # typical seconds of a run besides warm-up and window


@dataclass(frozen=True)
class Run:
    """One planned run."""

    technique: str
    stage: str  # "": the finished technique
    point: int
    repetition: int
    attempt: int = 1

    @property
    def retry(self) -> "Run":
        """The second attempt, in case this run is refused."""
        return replace(self, attempt=2)

    @property
    def folder(self) -> str:
        """The folder of the run's files, relative to the results folder."""
        parts = (self.technique, self.stage, self.point, self.repetition, "again" if self.attempt > 1 else "")
        return "runs/" + "-".join(str(part) for part in parts if part != "")


def runs(
    scenario: Scenario,
    techniques: Sequence[str] | None = None,
    stages: Mapping[str, Sequence[str]] | None = None,
) -> list[Run]:
    """Return all Runs: each repetition has every technique, stage and point once, in an order drawn from the seed.

    `techniques` and `stages` ({technique: its stages}) replace those of the scenario, which default to all techniques
    and to the finished stage.
    """
    rng = random.Random(scenario.seed)
    techniques = techniques or scenario.techniques or TECHNIQUES
    stages = scenario.stages if stages is None else stages
    combinations = [
        (technique, stage, point)
        for point, settings in enumerate(scenario.points)
        for technique in techniques
        if technique in settings.get("techniques", techniques)
        for stage in stages.get(technique, ("",))
    ]
    repetitions = range(1, scenario.repetitions + 1)
    return [
        Run(*combination, repetition)
        for repetition in repetitions
        for combination in rng.sample(combinations, len(combinations))
    ]


def seconds(scenario: Scenario, run: Run) -> float:
    """Return the typical duration of one Run in seconds."""
    point = scenario.at(run.point)
    return point.warmup + point.duration + OVERHEAD
