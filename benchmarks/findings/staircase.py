"""The answer of staircases: what each stage loses, takes, and costs, from the naive one to the finished technique."""

from benchmarks.analysis import style
from benchmarks.analysis.style import number
from benchmarks.findings.conclusions import headline, join

SUBJECTS = "lost", "ip", "cpu"
FINISHED = "finished"


def staircases(comparison):
    """Return {technique: its Series in the order of its stages}, of the techniques that have stages with valid runs."""
    climbed = {series.technique for series in comparison.valid if series.stage}
    stages = [series for series in comparison.valid if series.technique in climbed]
    stages.sort(key=lambda series: style.height(*series.key))
    return {name: [series for series in stages if series.technique == name] for name in sorted(climbed, key=style.rank)}


def sentences(comparison):
    """Return a sentence on each subject, with the medians of every stage."""
    found = []
    for name in SUBJECTS:
        parts = [part for stages in staircases(comparison).values() if (part := climb(stages, name))]
        if parts:
            found.append(f"{headline(name)}: {'; '.join(parts)}.")
    return found


def climb(stages, name):
    """Return one technique's stages with their figures, as “Polling 786 (whole) and 540 (finished)”."""
    told = [f"{number(one.figure(name).median)} ({one.stage or FINISHED})" for one in stages if one.figure(name)]
    return f"{style.named(stages[0].technique)[0]} {join(told)}" if told else ""
