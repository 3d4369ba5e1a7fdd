"""How a technique looks in every plot and table: title, colour, marker; and how a figure is written down."""

import re
from dataclasses import dataclass
from importlib import import_module

from lab.techniques import TECHNIQUES

COLOURS = "#56B4E9", "#D55E00", "#7A7A00", "#555555"  # for those that name none
# Marker and its size in points, of each technique: told apart in black and white too, and where the later lies on the
# earlier.
MARKERS = dict(zip(TECHNIQUES, [("o", 8), ("s", 8), ("^", 11), ("D", 5.5)], strict=False))
HEX = re.compile(r"#[0-9A-Fa-f]{6}")
OTHER_MARKERS = "v", "P", "X", "*", "p", "h", "<", ">"


@dataclass(frozen=True)
class Look:
    """Colour and marker of a series; `ink` is its colour dark enough for text on white."""

    colour: str
    ink: str
    marker: str
    size: float  # points


def rank(name):
    """Return the place of a technique in every table and plot; those that are not the lab's follow by name."""
    return (TECHNIQUES.index(name), "") if name in TECHNIQUES else (len(TECHNIQUES), name)


def module_of(name):
    """Return the package of a technique; None where there is none."""
    try:
        return import_module(name) if name.isidentifier() else None
    except Exception:  # a folder that is gone, or anything else that a name may hit: the figures stand without it
        return None


def named(name):
    """Return (title, colour) of a technique, from its module where there is one."""
    module = module_of(name)
    title, colour = getattr(module, "TITLE", None), getattr(module, "COLOUR", None)
    fallback = COLOURS[sum(map(ord, name)) % len(COLOURS)]
    return title if isinstance(title, str) else name, colour if HEX.fullmatch(str(colour)) else fallback


def place(name, stage):
    """Return the place of a technique at a stage: the finished one, then its staircase from the first stage."""
    stages = getattr(module_of(name), "STAGES", ())
    number = list(stages).index(stage) if stage in stages else len(stages)
    return rank(name), bool(stage), number, stage or ""


def height(name, stage):
    """Return the place of a stage on its technique's staircase: the finished one is the last."""
    of_technique, staged, number, _stage = place(name, stage)
    return of_technique, not staged, number


def look(technique, stage=None):
    """Return the Look of a technique at a stage: the earlier the stage, the paler."""
    colour = named(technique)[1]
    if stage:
        stages = list(getattr(module_of(technique), "STAGES", ()))
        height = (stages.index(stage) + 1) / (len(stages) + 1) if stage in stages else 0.5
        colour = paler(colour, 0.75 * (1 - height))
    if technique in MARKERS and not stage:
        marker, size = MARKERS[technique]
    else:
        marker, size = OTHER_MARKERS[sum(map(ord, technique + (stage or ""))) % len(OTHER_MARKERS)], 8.5
    return Look(colour, darker(named(technique)[1]), marker, size)


def darker(colour, factor=0.62):
    """Return a #rrggbb colour scaled towards black: text needs more contrast than a line."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{int(part * factor):02x}" for part in parts)


def paler(colour, share):
    """Return a #rrggbb colour moved by this share towards white."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def capital(words):
    """Return words with a capital at their beginning, the others as they are: CPU stays CPU."""
    return words[:1].upper() + words[1:]


def number(value, digits=3):
    """Write a figure with as many digits as it deserves: 0.0123, 1.23, 12.3, 1,234."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if abs(value) < 10 ** (digits - 1):
        value = float(f"{value:.{digits}g}")  # 0.9999 is 1.00, not 1.000
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    for decimals in range(10):
        if abs(value) >= 10 ** (digits - 1 - decimals):
            return f"{value:,.{decimals}f}"
    return f"{value:.1e}"
