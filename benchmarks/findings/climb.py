"""The answer of staircases: what each step loses, takes, and costs, from the naive one to the finished technique."""

from benchmarks.analysis import looks
from benchmarks.analysis.looks import number
from benchmarks.findings.answer import headline, join

SUBJECTS = "lost", "ip", "cpu"
FINISHED = "finished"


def staircases(comparison):
    """Return {technique: its Series in the order of its steps}, of the techniques that have steps with valid runs."""
    climbed = {series.technique for series in comparison.valid if series.stage}
    steps = [series for series in comparison.valid if series.technique in climbed]
    steps.sort(key=lambda series: looks.step(*series.key))
    return {name: [series for series in steps if series.technique == name] for name in sorted(climbed, key=looks.rank)}


def sentences(comparison):
    """Return a sentence on each subject, with the medians of every step."""
    found = []
    for name in SUBJECTS:
        parts = [part for steps in staircases(comparison).values() if (part := climb(steps, name))]
        if parts:
            found.append(f"{headline(name)}: {'; '.join(parts)}.")
    return found


def climb(steps, name):
    """Return one technique's steps with their figures, as “Polling 786 (whole) and 540 (finished)”."""
    told = [f"{number(one.figure(name).median)} ({one.stage or FINISHED})" for one in steps if one.figure(name)]
    return f"{looks.named(steps[0].technique)[0]} {join(told)}" if told else ""
