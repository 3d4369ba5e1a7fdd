"""The answer for staircases: what each stage loses and costs, from the naive one to the finished technique."""

from benchmarks.analysis import style
from benchmarks.analysis.format import join, number
from benchmarks.findings.conclusions import headline

SUBJECTS = "lost", "ip", "cpu"
FINISHED = "finished"


def staircases(comparison):
    """Return {technique: its Series in the order of its stages} for the techniques with valid runs of stages."""
    techniques = {series.technique for series in comparison.valid if series.stage}
    steps = [series for series in comparison.valid if series.technique in techniques]
    steps.sort(key=lambda series: style.staircase_key(*series.key))
    return {name: [step for step in steps if step.technique == name] for name in sorted(techniques, key=style.rank)}


def sentences(comparison):
    """Return a sentence for each metric in SUBJECTS, with the medians of every stage."""
    texts = []
    for name in SUBJECTS:
        parts = [part for steps in staircases(comparison).values() if (part := figures(steps, name))]
        if parts:
            texts.append(f"{headline(name)}: {'; '.join(parts)}.")
    return texts


def figures(steps, name):
    """Return one technique's stages with their figures, as “Polling 786 (whole) and 540 (finished)”."""
    medians = [
        f"{number(step.estimate(name).median)} ({step.stage or FINISHED})" for step in steps if step.estimate(name)
    ]
    return f"{style.title_and_colour(steps[0].technique)[0]} {join(medians)}" if medians else ""
