"""Draws the plots of a results folder as SVG and PNG; the same results give the same bytes."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure as Canvas

from benchmarks.plots import (
    bars,
    byte_kinds,
    curves,
    latency_parts,
    ledger,
    reconnects,
    scatter,
    stall,
    sweeps,
    waterfall,
)
from benchmarks.plots.axes import NARROW

PLOTS = (  # in the order of the report
    reconnects.reconnects,
    ledger.staircase,
    curves.percentiles,
    latency_parts.latency_parts,
    sweeps.sweep_latency,
    sweeps.sweep_network,
    sweeps.sweep_server,
    bars.bytes_per_message,
    bars.bytes_of_silence,
    byte_kinds.bytes_by_kind,
    scatter.trade_off,
    bars.server,
    waterfall.waterfall,
    scatter.through_time,
    ledger.ledger,
    stall.stall,
)

STYLE: dict[str, Any] = {
    "svg.hashsalt": "realtime-lab",  # otherwise an SVG's ids are random
    "svg.fonttype": "path",  # looks the same without the font
    "text.parse_math": False,  # a title may hold a dollar sign
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 11.5,
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelsize": 11.5,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.8,
    "figure.dpi": 100,
    "savefig.dpi": 200,
}
WIDTH, HEIGHT = 7.2, 4.5  # inches, the text width of a page
PLAIN = {"Date": None, "Creator": None}  # metadata of an SVG that is always the same


@dataclass(frozen=True)
class Plot:
    """A drawn plot: file name without suffix, title, caption, its SVG, and its SVG for a phone."""

    name: str
    title: str
    caption: str
    svg: Path
    narrow: Path


def write(results, folder, plots=PLOTS):
    """Draw into `folder` every plot that has figures; return the Plots in the order of the report."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "narrow").mkdir(exist_ok=True)
    for stale in (*folder.rglob("*.svg"), *folder.rglob("*.png")):
        stale.unlink()
    drawn = []
    style: Any = {**matplotlib.rcParamsDefault, **STYLE}
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # of a title in a script that the font lacks
        for draw in plots:
            drawn += render(draw, results, folder)
    return drawn


def render(draw, results, folder):
    """Draw one plot; return it in a list, which is empty if there is nothing to draw."""
    name = draw.__name__.replace("_", "-")
    path, phone = folder / f"{name}.svg", folder / "narrow" / f"{name}.svg"
    canvas = Canvas(figsize=(WIDTH, HEIGHT), layout="constrained")
    texts = draw(canvas, results)
    if texts is None:
        return []
    canvas.savefig(path, metadata=PLAIN)
    canvas.set_layout_engine("none")  # the layout is done, and is the same in both files
    canvas.savefig(path.with_suffix(".png"), metadata={"Software": None})
    canvas = Canvas(figsize=(NARROW, HEIGHT), layout="constrained")
    draw(canvas, results)
    canvas.savefig(phone, metadata=PLAIN)
    title, caption = texts
    return [Plot(name, title, caption, path, phone)]
