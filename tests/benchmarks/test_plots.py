"""The plots of made-up results: which are drawn, whether their words fit, and that they are the same each time."""

import pytest
from matplotlib.text import Text

from benchmarks import report
from benchmarks.analysis import style
from benchmarks.analysis.results import Results
from benchmarks.plots import axes, drawing
from support.fake_results import TITLES, all_techniques, make_folder, make_run, plot_names, refused_run, table

OF_ONE_POINT = ["bytes-per-message", "latency-parts", "ledger", "percentiles", "server", "through-time", "trade-off"]
OF_A_SWEEP = ["ledger", "percentiles", "sweep-latency", "sweep-network", "sweep-server", "trade-off"]
FEW = {"percentiles": drawing.curves.percentiles, "server": drawing.bars.server, "ledger": drawing.ledger.ledger}
DOTS_AND_CURVES = [drawing.curves.percentiles, drawing.scatter.through_time]
TRACE = {
    "seconds": 10.0,
    "delivered": 2,
    "kinds": {"payload": {"up": 0, "down": 480}, "headers": {"up": 300, "down": 290}, "odd": {"up": 1, "down": None}},
    "exchanges": [
        {"at": 0.1, "ends": 9.0, "direction": "up", "kind": "request", "bytes": 150},
        {"at": 0.5, "ends": None, "direction": "down", "kind": "answer", "bytes": 390},
        {"at": 0.7, "ends": None, "direction": "down", "kind": "something else", "bytes": 0},
        {"at": None, "ends": None, "direction": "up", "kind": "frame", "bytes": 20_000},
    ],
    "left_out": 3,
}
RETURN = {"back_ms": {"p50": 90.0, "p99": 800.0, "max": 950.0}, "missed": 0, "late": 4, "requests": 60}


def drawn(folder, *arguments, of=drawing.PLOTS, **more):
    """Draw these plots of a folder; return their names. Each must exist as SVG and as PNG."""
    plots = drawing.write(Results.load(make_folder(folder, *arguments, **more)), folder / "plots", of)
    assert plot_names(folder) == plot_names(folder, "png") == sorted(plot.name for plot in plots)
    for plot in plots:
        assert len(plot.caption) > 50
        text = plot.svg.read_text()
        assert 'href="http' not in text
        assert "<dc:date>" not in text
    return plot_names(folder)


def at_one_point(folder):
    """Write results of one point, with a calibration and traces."""
    stall = {
        "latency_ms": dict.fromkeys(("p50", "p99", "max"), 900.0),
        "naive_ms": {"p50": 1.0, "p99": 2.0, "max": 9.0},
    }
    known = {"servers": {"stall": stall | {"stall_ms": 1_400.0}}}
    kinds = {name: {"up": 120, "down": 340} for name in ("payload", "framing", "headers", "handshake", "idle", "odd")}
    sent = [
        ("up", "request"),
        ("down", "answer"),
        ("down", "empty"),
        ("up", "handshake"),
        ("down", "ping"),
        ("up", "odd"),
    ]
    sent = [
        {"at": at, "ends": None, "direction": way, "kind": kind, "bytes": 900} for at, (way, kind) in enumerate(sent)
    ]
    traces = dict.fromkeys(TITLES, TRACE | {"kinds": kinds, "exchanges": [*TRACE["exchanges"], *sent]})
    return make_folder(folder, all_techniques(), known, traces)


def swept(folder):
    """Write results of a sweep over numbers."""
    points = list(enumerate((0.5, 20.0)))
    return make_folder(folder, [make_run(name, point=p, rate=rate) for p, rate in points for name in TITLES])


def cut(folder):
    """Write results of a cut, at points with names."""
    points = list(enumerate(("jitter", "no-jitter")))
    return make_folder(folder, [make_run(n, point=p, cut=by, reconnect=RETURN) for p, by in points for n in TITLES])


def climbed(folder):
    """Write results of stages."""
    stages = ("sse", None), ("polling", "whole"), ("websocket", "list"), ("websocket", None)
    return make_folder(folder, [make_run(name, stage=stage, lost=9 * bool(stage)) for name, stage in stages])


def silent(folder):
    """Write results of rooms without messages."""
    nothing = {"latency_ms": dict.fromkeys(("mean", "p50", "p90", "p99", "p999", "max")), "rate": 0.0}
    nothing |= dict.fromkeys(("delivered", "arrived", "expected", "published"), 0) | {"latency_parts_ms": None}
    return make_folder(folder, [(make_run(name, **nothing)[0], []) for name in TITLES])


EVERY_KIND = {
    at_one_point: {*OF_ONE_POINT, "bytes-by-kind", "waterfall", "stall"},
    swept: set(OF_A_SWEEP),
    cut: {*OF_A_SWEEP, "reconnects"},
    climbed: {*OF_ONE_POINT, "staircase"},
    silent: {"bytes-of-silence", "server"},
}


@pytest.mark.parametrize("make", EVERY_KIND)
def test_every_word_of_a_plot_fits_on_a_page_and_on_a_phone(tmp_path, monkeypatch, make):
    """The plots are laid out as for the report, and measured by matplotlib."""
    seen, outside = set(), []

    class Measured(drawing.Canvas):
        def savefig(self, path, **_options):
            if path.suffix == ".png":  # the same layout as the SVG before it
                return
            seen.add((path.stem, axes.narrow(self)))
            self.draw_without_rendering()
            scales = [axis for each in self.axes for axis in (each.xaxis, each.yaxis)]
            ticks = {label for axis in scales for label in axis.get_ticklabels(which="both")}  # some are not visible
            for text in self.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible()):
                if text in ticks or not text.get_text().strip():
                    continue
                x0, y0, x1, y1 = text.get_window_extent().extents
                if x0 < -1 or y0 < -1 or x1 > self.bbox.width + 1 or y1 > self.bbox.height + 1:
                    outside.append((path.stem, axes.narrow(self), text.get_text()))

    monkeypatch.setattr(drawing, "Canvas", Measured)
    drawing.write(Results.load(make(tmp_path)), tmp_path / "plots")
    assert seen == {(name, phone) for name in EVERY_KIND[make] for phone in (True, False)}
    assert outside == []
    assert {draw.__name__.replace("_", "-") for draw in drawing.PLOTS} == set().union(*EVERY_KIND.values())


def test_a_techniques_colour_has_no_other_meaning(tmp_path):
    """Kinds of bytes, kinds of exchanges and the loads of the calibration have greys and patterns."""
    folder = at_one_point(tmp_path)
    of_kinds = [drawing.byte_kinds.bytes_by_kind, drawing.waterfall.waterfall, drawing.stall.stall]
    of_kinds.append(drawing.latency_parts.latency_parts)
    plots = drawing.write(Results.load(folder), folder / "plots", of_kinds)
    assert len(plots) == len(of_kinds)
    for path in (path for plot in plots for path in (plot.svg, plot.narrow)):
        text = path.read_text().lower()
        assert [name for name in TITLES if style.title_and_colour(name)[1].lower() in text] == []


def test_the_same_results_give_the_same_files(tmp_path):
    one, other = tmp_path / "a" / "results", tmp_path / "b" / "results"
    for folder in (one, other):
        runs = [make_run("polling", 1), make_run("polling", 2), make_run("sse")]
        report.write(make_folder(folder, runs, traces={"sse": TRACE}))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len([path for path in files if path.suffix in (".svg", ".png")]) == 3 * (len(OF_ONE_POINT) + 2)
    assert not [path for path in files if (one / path).read_bytes() != (other / path).read_bytes()]


def test_a_sweep_is_drawn_against_its_setting(tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "stale.svg").write_text("<svg/>")
    runs = [
        make_run(name, number, point=point, rate=rate)
        for point, rate in enumerate((0.5, 20.0))
        for name in ("polling", "sse")
        for number in (1, 2, 3)
    ]
    assert drawn(tmp_path, runs) == OF_A_SWEEP


def test_points_with_names_stages_a_cut_and_traces_have_their_plots(tmp_path):
    runs = [
        make_run(name, 1, stage=stage, point=point, cut=cut, reconnect=RETURN, lost=3 if stage else 0)
        for point, cut in enumerate(("jitter", "no-jitter"))
        for name, stage in (("sse", None), ("websocket", "list"), ("websocket", None))
    ]
    names = drawn(tmp_path, runs, traces={"polling": TRACE, "pigeon": {"exchanges": []}, "sse": None})
    assert {"reconnects", "staircase", "bytes-by-kind", "waterfall", "sweep-latency"} <= set(names)


def test_a_pane_of_a_sweep_with_stages_names_its_technique_and_its_point(tmp_path):
    runs = [
        make_run(name, 1, stage=stage, point=point, label=f"clients {clients}", clients=clients)
        for point, clients in enumerate((10, 50))
        for name, stage in (("polling", "whole"), ("websocket", "list"), ("websocket", None))
    ]
    canvas = drawing.Canvas(figsize=(7.2, 4.5), layout="constrained")
    drawing.curves.percentiles(canvas, Results.load(make_folder(tmp_path, runs)))
    assert [pane.get_title(loc="center") or pane.get_title(loc="left") for pane in canvas.axes] == [
        f"{title}\nreaders: {clients}" for clients in (10, 50) for title in ("Short polling", "WebSocket")
    ]


def test_a_bar_without_width_leaves_no_edge(tmp_path):
    results = Results.load(
        make_folder(tmp_path, [make_run("sse", number, tcp_bytes={"up": 0, "down": 9e4}) for number in (1, 2)])
    )
    for draw in (drawing.bars.bytes_per_message, drawing.ledger.ledger):
        canvas = drawing.Canvas(figsize=(7.2, 4.5), layout="constrained")
        draw(canvas, results)
        assert canvas.axes[0].patches
        assert all(bar.get_width() for bar in canvas.axes[0].patches)


def test_a_refused_run_is_only_in_the_ledger_plot(tmp_path):
    runs = [make_run("polling"), refused_run("websocket", "the generator used 95% of a core")]
    with_it, alone = tmp_path / "with", tmp_path / "alone"
    assert drawn(with_it, runs, of=FEW.values()) == drawn(alone, runs[:1], of=FEW.values()) == sorted(FEW)
    files = {name: [folder / "plots" / f"{name}.svg" for folder in (with_it, alone)] for name in FEW}
    differ = [name for name, (one, other) in files.items() if one.read_bytes() != other.read_bytes()]
    assert differ == ["ledger"]


def test_runs_without_messages_show_bytes_per_second(tmp_path):
    empty = {
        "latency_ms": dict.fromkeys(("mean", "p50", "p90", "p99", "p999", "max")),
        "delivered": 0, "arrived": 0, "expected": 0, "published": 0, "requests": 0, "empty_responses": 0,
        "server_cpu_s": None, "server_rss_bytes": None, "rate": 0.0, "latency_parts_ms": None,
    }  # fmt: skip
    assert drawn(tmp_path, [(make_run(name, **empty)[0], []) for name in TITLES]) == ["bytes-of-silence"]


def test_latencies_below_the_error_of_the_clocks_are_left_out(tmp_path):
    def results(error, place, **more):
        clock = {"processes": 2, "machines": 2 if error else 1, "error_ms": error}
        return Results.load(make_folder(tmp_path / place, [make_run("sse", clock=clock, **more)]))

    def shown(loaded):
        one = loaded.comparisons[0].series[0]
        captions = [plot.caption for plot in drawing.write(loaded, loaded.folder / "plots", DOTS_AND_CURVES)]
        return drawing.curves.measured(one), [caption for caption in captions if "clocks" in caption]

    (shares, median, low, _high), captions = shown(results(0.0, "one"))
    assert (shares[0], captions) == (0, [])
    (some, above, low, _high), captions = shown(results(2.0, "two"))
    assert list(above) == [value for value in median if value >= 2.0]
    assert list(some) == list(shares[-len(some) :])
    assert 0 < len(some) < len(shares)
    assert low.min() >= 2.0
    assert len(captions) == 2
    assert all("agree within 2.00 ms; lower latencies are not shown." in caption for caption in captions)
    assert shown(results(1e6, "far"))[0] is None
    assert shown(results(0.5, "well"))[1] == []
    withheld = results(2.0, "bare", latency_ms={"p50": None, "p90": 3.0, "p99": 4.0, "p999": 5.0})
    for path in withheld.folder.glob("runs/*/*.csv"):
        path.unlink()
    (shares, median, *_rest), captions = shown(withheld)
    assert (list(shares), list(median), len(captions)) == ([0.9, 0.99, 0.999], [3, 4, 5], 1)


def test_runs_without_files_of_deliveries_have_plots(tmp_path):
    runs = all_techniques(1)
    folder = make_folder(tmp_path, runs)
    for path in folder.glob("runs/*/*.csv"):
        path.unlink()
    drawing.write(Results.load(folder), folder / "plots", DOTS_AND_CURVES)
    assert plot_names(folder) == ["percentiles"]


@pytest.mark.parametrize("columns", ["client room id scheduled_ms arrived_ms latency_ms"])
def test_a_run_with_an_empty_file_of_deliveries_has_plots(tmp_path, columns):
    folder = make_folder(tmp_path, [make_run("sse")])
    table(folder / "runs" / "sse-0-1" / "deliveries.csv", columns, [])
    assert Results.load(folder).comparisons[0].series[0].deliveries == []
