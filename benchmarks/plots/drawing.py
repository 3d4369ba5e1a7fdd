"""The plots of a results folder, as SVG and PNG; the same results give the same bytes."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure as Canvas

from benchmarks.plots import bars, curves, kinds, ledger, returns, scatter, stall, sweeps, waterfall
from benchmarks.plots.axes import NARROW

DRAWN = (  # in the order of reading
    returns.back,
    ledger.staircase,
    curves.percentiles,
    sweeps.sweep_latency,
    sweeps.sweep_network,
    sweeps.sweep_server,
    bars.bytes_per_message,
    bars.bytes_of_silence,
    kinds.bytes_by_kind,
    scatter.trade_off,
    bars.server,
    waterfall.waterfall,
    scatter.through_time,
    ledger.ledger,
    stall.stall,
)

STYLE = {
    "svg.hashsalt": "realtime-lab",  # else every SVG's ids are random
    "svg.fonttype": "path",  # looks the same where the font is missing
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
WIDTH, HEIGHT = 7.2, 4.5  # inches: a page's text width
PLAIN = {"Date": None, "Creator": None}  # of an SVG that is the same every time


@dataclass(frozen=True)
class Plot:
    """A drawn plot: file name without ending, title, what it shows and how to read it, its SVG, and that of a phone."""

    name: str
    title: str
    caption: str
    svg: Path
    narrow: Path


def write(results, folder, drawn=DRAWN):
    """Draw into `folder` every plot for which there are figures; return the Plots in the order of reading."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "narrow").mkdir(exist_ok=True)
    for stale in (*folder.rglob("*.svg"), *folder.rglob("*.png")):
        stale.unlink()
    plots = []
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **STYLE}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a title in a script that the font lacks
        for draw in drawn:
            plots += render(draw, results, folder)
    return plots


def render(draw, results, folder):
    """Draw one plot; return it in a list, an empty one where there is nothing to draw."""
    name = draw.__name__.replace("_", "-")
    path, phone = folder / f"{name}.svg", folder / "narrow" / f"{name}.svg"
    canvas = Canvas(figsize=(WIDTH, HEIGHT), layout="constrained")
    told = draw(canvas, results)
    if told is None:
        return []
    canvas.savefig(path, metadata=PLAIN)
    canvas.set_layout_engine("none")  # all stands where it belongs: the same in both files, and done once
    canvas.savefig(path.with_suffix(".png"), metadata={"Software": None})
    canvas = Canvas(figsize=(NARROW, HEIGHT), layout="constrained")
    draw(canvas, results)
    canvas.savefig(phone, metadata=PLAIN)
    return [Plot(name, *told, path, phone)]
