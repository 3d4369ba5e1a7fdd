"""The style of a technique in every plot and table: order, title, colour, marker."""

import re
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from lab.techniques import TECHNIQUES

FALLBACK_COLOURS = "#56B4E9", "#D55E00", "#7A7A00", "#555555"  # of techniques without a COLOUR
# Marker and its size in points for each technique: they differ in black and white too, and if one covers another.
MARKERS = dict(zip(TECHNIQUES, [("o", 8), ("s", 8), ("^", 11), ("D", 5.5)], strict=False))
OTHER_MARKERS = "v", "P", "X", "*", "p", "h", "<", ">"
HEX = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Style:
    """Colour and marker of a series; `dark` is its colour for text on white."""

    colour: str
    dark: str
    marker: str
    size: float  # points


def style_of(technique: str, stage: str | None = None) -> Style:
    """Return the Style of a technique at a stage; earlier stages are paler."""
    base = title_and_colour(technique)[1]
    colour = base
    if stage:
        stages = stages_of(technique)
        height = (stages.index(stage) + 1) / (len(stages) + 1) if stage in stages else 0.5
        colour = paler(base, 0.75 * (1 - height))
    if technique in MARKERS and not stage:
        marker, size = MARKERS[technique]
    else:
        marker, size = OTHER_MARKERS[sum(map(ord, technique + (stage or ""))) % len(OTHER_MARKERS)], 8.5
    return Style(colour, darker(base), marker, size)


def title_and_colour(technique: str) -> tuple[str, str]:
    """Return the title and colour of a technique, from its module if there is one."""
    module = find_module(technique)
    title, colour = getattr(module, "TITLE", None), getattr(module, "COLOUR", None)
    fallback = FALLBACK_COLOURS[sum(map(ord, technique)) % len(FALLBACK_COLOURS)]
    if not isinstance(colour, str) or not HEX.fullmatch(colour):
        colour = fallback
    return title if isinstance(title, str) else technique, colour


def find_module(technique: str) -> ModuleType | None:
    """Return the module of a technique; None if there is none."""
    try:
        return import_module(technique) if technique.isidentifier() else None
    except Exception:  # deleted, or the name of something else; the results can be shown without it
        return None


def stages_of(technique: str) -> list[str]:
    """Return the stages of a technique; empty if it has none or is unknown."""
    return list(getattr(find_module(technique), "STAGES", ()))


def rank(technique: str) -> tuple[int, str]:
    """Return the sort key of a technique; unknown techniques come last, by name."""
    return (TECHNIQUES.index(technique), "") if technique in TECHNIQUES else (len(TECHNIQUES), technique)


def sort_key(technique: str, stage: str | None) -> tuple[Any, ...]:
    """Return the sort key of a technique at a stage: the finished one, then its stages from the first."""
    stages = stages_of(technique)
    number = stages.index(stage) if stage in stages else len(stages)
    return rank(technique), bool(stage), number, stage or ""


def staircase_key(technique: str, stage: str | None) -> tuple[Any, ...]:
    """Return the sort key of a stage on its staircase: the finished technique comes last."""
    technique_rank, is_stage, number, _stage = sort_key(technique, stage)
    return technique_rank, not is_stage, number


def darker(colour: str, factor: float = 0.62) -> str:
    """Return a #rrggbb colour scaled towards black, because text needs more contrast than a line."""
    return "#" + "".join(f"{int(part * factor):02x}" for part in channels(colour))


def paler(colour: str, share: float) -> str:
    """Return a #rrggbb colour moved by this share towards white."""
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in channels(colour))


def channels(colour: str) -> list[int]:
    """Return red, green and blue of a #rrggbb colour."""
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
