"""The plan: every technique, at every stage and point, in every repetition; and their order."""

import random
from dataclasses import dataclass, replace

from lab.techniques import TECHNIQUES

AROUND = 2.5  # seconds that a run takes besides warm-up and window, as a rule


@dataclass(frozen=True)
class Run:
    """One run that is to be made."""

    technique: str
    stage: str  # "": the finished one
    point: int
    repetition: int
    attempt: int = 1

    @property
    def again(self):
        """The Run that is made in its place where it was refused."""
        return replace(self, attempt=2)

    @property
    def place(self):
        """Where its files lie, seen from the folder of the results."""
        parts = (self.technique, self.stage, self.point, self.repetition, "again" if self.attempt > 1 else "")
        return "runs/" + "-".join(str(part) for part in parts if part != "")


def runs(scenario, techniques=None, stages=None):
    """Return all Runs: in every repetition each technique, stage and point once, in an order that the seed decides.

    `techniques`: those of the scenario, or all, where None; `stages`: {technique: its stages}, likewise.
    """
    rng = random.Random(scenario.seed)
    techniques = techniques or scenario.techniques or TECHNIQUES
    stages = scenario.stages if stages is None else stages
    each = [
        (technique, stage, point)
        for point, settings in enumerate(scenario.points)
        for technique in techniques
        if technique in settings.get("techniques", techniques)
        for stage in stages.get(technique, ("",))
    ]
    numbers = range(1, scenario.repetitions + 1)
    return [Run(*what, number) for number in numbers for what in rng.sample(each, len(each))]


def seconds(scenario, run):
    """Return how long one Run takes, as a rule."""
    point = scenario.at(run.point)
    return point.warmup + point.duration + AROUND
