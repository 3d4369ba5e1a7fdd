"""The reports of made-up results: their conclusions, tables, plots and warnings."""

import json
import re
import shutil
from html import unescape
from xml.etree import ElementTree

import pytest

from benchmarks import report
from benchmarks.analysis import format as formats
from benchmarks.analysis.results import Results
from benchmarks.findings import deviation, tables
from benchmarks.plots import drawing
from support.fake_results import (
    CALIBRATION,
    HOSTILE,
    TITLES,
    all_techniques,
    make_folder,
    make_run,
    plot_names,
    read,
    refused_run,
    sweep_of,
    text_of,
    write_report,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three runs of each technique, and their report."""
    folder = make_folder(tmp_path_factory.mktemp("results"), all_techniques(), CALIBRATION)
    report.write(folder)
    return folder


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Three runs of each technique with 10, 50 and 200 readers."""
    runs = sweep_of("clients", [10, 50, 200])
    sweep = {"setting": "clients", "values": [10, 50, 200]}
    return make_folder(tmp_path_factory.mktemp("results"), runs, sweep=sweep)


@pytest.fixture
def page(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def markdown(folder):
    return (folder / "report.md").read_text(encoding="utf-8")


def test_the_page_is_self_contained_and_names_every_technique(page):
    links = re.findall(r"""(?:src|href|srcset|action)\s*=\s*["']?([^"'\s>]{0,40})""", page)
    assert links
    assert all(link.startswith(("data:image/svg+xml;base64,", "#")) for link in links)
    assert not re.search(r"<script|<link|<iframe|@import|url\(", page)
    assert not re.search(r"https?://", text_of(page))
    for title in TITLES.values():
        assert title in text_of(page)


def test_the_markdown_has_the_same_content_and_links_the_plots(folder, page, markdown):
    shown = re.findall(r"!\[[^\]]*\]\((plots/[^)]*)\)", markdown)
    assert len(shown) == page.count("<img ")
    assert all((folder / path).is_file() for path in shown)
    headings = [text_of(heading) for heading in re.findall(r"<h2>(.*?)</h2>", page)]
    assert [heading for heading in headings if f"## {heading}\n" not in markdown] == []
    section = text_of(re.search(r'<section class="answer">.*?</section>', page, re.DOTALL)[0])
    for sentence in re.findall(r"[^.]+ delivers soonest[^.]+", section):
        assert sentence.split(":")[0].replace("The answer ", "").strip() in markdown
    cells = re.search(r"\| p50, ms \|(.*)\|", markdown)[1].split("|")
    assert all(re.search(r"[\d.,]+", cell)[0] in text_of(page) for cell in cells)


def test_every_row_of_the_markdowns_tables_has_all_its_cells(markdown, swept):
    for text in (markdown, read(swept, "report.md")):
        tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
        assert len(tables) >= 3
        for table in tables:
            counts = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
            assert len(counts) == 1, table


def test_the_conclusion_names_the_lowest_if_the_runs_show_it(page):
    text = text_of(page)
    soonest = "Server-Sent Events and WebSocket deliver soonest: half of the messages arrive within 1.8"
    assert soonest in text or " and ".join(reversed(soonest.split(" deliver")[0].split(" and "))) in text
    assert "the runs show no difference" in text
    assert "Long polling needs 941, 1.7 times as many" in text
    assert "WebSocket costs the server least" in text
    assert "an interval of 3 runs contains the true median in 75 of 100 cases" in text


@pytest.mark.parametrize("repetitions", [1, 2])
def test_one_run_or_two_give_no_ranking(tmp_path, repetitions):
    text = text_of(read(make_folder(tmp_path, all_techniques(repetitions))))
    assert not re.search("show no difference|as long|as many|as much", text[: text.index("All figures")])
    assert "one or two runs have no interval" in text
    assert not re.search("soonest|fewest|least", text[: text.index("All figures")])


@pytest.mark.parametrize("few", [1, 2])
def test_a_technique_with_too_few_runs_is_named_but_not_ranked(tmp_path, few):
    """The answer and the note about runs say the same, and so does a sweep."""
    runs = [run for run in all_techniques() if run[0]["technique"] != "longpoll" or run[0]["repetition"] <= few]
    response = text_of(read(make_folder(tmp_path / "one", runs)))
    response = response[: response.index("All figures")]
    assert "so no order is claimed for Long polling. One is called lower than another if" in response
    assert re.search(r"needs? the fewest bytes: [^;]*; Short polling needs [^;]*; too few runs to rank Long", response)
    assert response.count("too few runs to rank Long polling with ") == 3
    assert not re.search(r"Long polling (and|takes|needs|costs|delivers)|and Long polling", response)
    swept = [
        run for run in sweep_of("clients", [10, 50]) if run[0]["technique"] != "longpoll" or run[0]["repetition"] <= few
    ]
    text = text_of(read(make_folder(tmp_path / "sweep", swept)))
    assert "so no order is claimed for Long polling at some points." in text
    assert not re.search(r"lowest at [^:;.]*: [^;.]*Long polling", text)


def test_overlapping_runs_give_no_ranking(tmp_path):
    runs = [
        make_run(name, number, latency_ms={"p50": 10.0 * number + extra})
        for name, extra in (("sse", 0.0), ("websocket", 1.0))
        for number in (1, 2, 3)
    ]
    text = text_of(read(make_folder(tmp_path, runs)))
    assert "Median latency (ms): 20.0 by Server-Sent Events and 21.0 by WebSocket; the runs show no difference." in text


@pytest.mark.parametrize(("more", "differs"), [(0, False), (1, False), (9, False), (11, True)])
def test_a_difference_below_the_margin_gives_no_winner(tmp_path, more, differs):
    """The conclusion, the bold figures of the table and the ends of a sweep have one rule: a margin in per cent."""

    def runs(point=0, **swept):
        return [
            make_run(name, n, point=point, ip_bytes={"up": 0, "down": 800 * size + n}, **swept)
            for n in (1, 2, 3)
            for name, size in (("longpoll", 1200), ("polling", 1210), ("sse", 380 + 3.8 * more), ("websocket", 380))
        ]

    folder = make_folder(tmp_path / "one", runs())
    for name in ("report.html", "report.md"):
        text = text_of(read(folder, name))
        several = "Server-Sent Events and WebSocket need the fewest bytes: 380"
        assert ("WebSocket needs the fewest bytes: 380 per" in text) == differs
        assert (several in text or "WebSocket and Server-Sent Events need the fewest bytes: 380" in text) != differs
        assert re.search(r"Short polling needs 1,210, 3\.2 times as many, and Long polling about as much", text)
    (point,) = Results.load(folder).comparisons
    best = [series.title for series, cell in zip(point.valid, tables.cells(point, "ip"), strict=True) if cell.best]
    assert best == (["WebSocket"] if differs else ["Server-Sent Events", "WebSocket"])
    sweep = [run for place, rate in enumerate((1.0, 10.0)) for run in runs(place, rate=rate)]
    titles = "WebSocket" if differs else "Server-Sent Events and WebSocket"
    assert f"lowest at both ends: {titles}." in text_of(read(make_folder(tmp_path / "sweep", sweep)))


def test_a_single_technique_is_not_called_the_best(tmp_path):
    folder = make_folder(tmp_path, [make_run("polling", 1), make_run("polling", 2), refused_run("sse", "too busy")])
    text = text_of(read(folder))
    assert "So there is nothing to compare." in text
    assert not re.search("soonest|fewest|least", text[: text.index("All figures")])


def test_the_conclusion_of_a_sweep_says_what_grows_and_who_is_lowest(swept):
    text = text_of(read(swept))
    assert "Varied: readers: 10, 50 and 200" in text
    assert "IP level (bytes per delivered message), readers from 10 to 200:" in text
    assert "Long polling grows from 1,103 to 3,308" in text
    assert "lowest at both ends: Server-Sent Events and WebSocket" in text
    assert "All figures at readers: 50" in text


def test_a_crossing_is_reported_between_two_values(tmp_path):
    runs = [
        make_run(name, number, point=point, rate=rate, latency_ms={"p50": p50 + number / 100})
        for point, rate in enumerate((1.0, 10.0))
        for number in (1, 2, 3)
        for name, p50 in (("polling", (50, 5)[point]), ("longpoll", 20))
    ]
    text = text_of(read(make_folder(tmp_path, runs)))
    assert "Short polling falls below Long polling between 1 and 10" in text
    assert "lowest at 1: Long polling; lowest at 10: Short polling" in text


def test_points_with_names_stand_in_the_order_of_the_scenario(tmp_path):
    names = ["uvicorn", "daphne", "granian"]
    runs = sweep_of("server", names, ("sse",), 1)
    folder = make_folder(tmp_path, runs, sweep={"setting": "server", "values": names})
    assert [point.value for point in Results.load(folder).comparisons] == names
    text = text_of(read(folder))
    assert "All figures at server: daphne" in text
    assert "(uvicorn)" in text


def test_the_conclusion_of_a_reconnect_is_the_time_until_readers_are_back(tmp_path):
    back = {"back_ms": {"p50": 100.0, "p99": 900.0, "max": 950.0}, "missed": 0, "late": 4, "requests": 21, "away": 0}
    runs = [
        make_run(name, number, point=point, cut=cut, reconnect=back, server_sockets=25)
        for number in (1, 2)
        for point, cut in enumerate(("jitter", "no-jitter"))
        for name in ("sse", "websocket")
    ]
    text = text_of(read(make_folder(tmp_path, runs)))
    assert "Reconnected after the cut, half of the readers (ms)" in text
    assert "delivered late messages" in text
    assert "most within 100 ms readers 21 21" in text  # the median of two counts, which are equal
    assert "not reconnected at the end readers 0 0" in text
    assert "open connections connections 25 25" in text


def test_a_median_between_two_counts_has_a_decimal():
    crowd = tables.METRICS["crowd"]
    assert [crowd.format(value) for value in (21, 21.0, 21.5, 1234.0, None)] == ["21", "21", "21.5", "1,234", "–"]
    assert tables.METRICS["p50"].format(21.0) == "21.0"


def test_the_only_technique_with_enough_runs_is_not_marked_as_best(tmp_path):
    folder = make_folder(tmp_path, [*(make_run("polling", number) for number in (1, 2, 3)), make_run("sse")])
    (point,) = Results.load(folder).comparisons
    assert not any(cell.best for _heading, rows in tables.groups(point) for row in rows for cell in row[2])


def test_published_figures_are_beside_the_measured_ones(tmp_path):
    means = ("polling", 155.0), ("websocket", 42.0)
    runs = [make_run(name, 1, label="edmonton", latency_ms={"mean": mean}) for name, mean in means]
    folder = make_folder(tmp_path, runs, scenario="literature")
    for name in ("report.html", "report.md"):
        text = text_of(read(folder, name))
        assert "Published figures" in text
        assert re.search(r"polling, Edmonton\W+ms\W+151\W+156\W+2.\d %\W+155\W+2.\d %", text)


def test_a_stage_that_loses_messages_is_never_the_best(tmp_path):
    naive = [make_run("longpoll", n, stage="hold", lost=9, latency_ms={"p50": 0.1 + n / 100}) for n in (1, 2, 3)]
    medians = ("sse", 2), ("polling", 9)
    sound = [make_run(name, n, latency_ms={"p50": p50 + n / 100}) for n in (1, 2, 3) for name, p50 in medians]
    folder = make_folder(tmp_path, [*naive, *sound])
    assert not re.search("Long polling · hold (delivers|needs|costs)", text_of(read(folder)))
    (point,) = Results.load(folder).comparisons
    best = [series.title for series, cell in zip(point.valid, tables.cells(point, "p50"), strict=True) if cell.best]
    assert best == ["Server-Sent Events"]


def test_the_conclusion_of_a_staircase_names_each_stage(tmp_path):
    lost = {"echo": 80, "async": 0, None: 0}
    runs = [make_run("websocket", 1, stage=stage, place=f"runs/{stage}", lost=count) for stage, count in lost.items()]
    text = text_of(read(make_folder(tmp_path, runs)))
    assert "Lost (% of expected deliveries): WebSocket 10.0 (echo), 0 (async) and 0 (finished)." in text
    assert "IP level (bytes per delivered message): WebSocket 548 (echo), 548 (async) and 548 (finished)." in text


def test_the_conclusion_of_a_silence_is_bytes_per_second(tmp_path):
    silent = {"rate": 0.0, "published": 0, "expected": 0, "delivered": 0, "arrived": 0}
    silent["latency_ms"] = dict.fromkeys(("mean", "p50", "p90", "p99", "p999", "max"))
    text = text_of(read(make_folder(tmp_path, [(make_run(name, **silent)[0], []) for name in TITLES])))
    assert "IP level (bytes per second and reader):" in text
    assert "% of a core" in text


def test_the_report_says_how_to_repeat_the_comparison(page, markdown):
    for text in (text_of(page), markdown):
        assert "python manage.py compare --scenario default --seed 7" in text
        assert "0a10fb6" in text
        assert "What does each technique cost?" in text
        assert "Polling waits." in text
    assert "runs/sse-0-1/deliveries.csv" in page


def test_the_report_shows_the_calibration_with_its_flags(page, markdown):
    for text in (text_of(page), markdown.replace("\\", "")):
        assert "outside its bound" in text
        assert "the server that waits 50 ms read 51.2 at the median" in text
        assert "50.00 ms and the floor, ± 0.30 ms" in text
        assert "The floor is 0.410 ms: this is how long a message takes if the server echoes it at once, and" in text
        assert "1,390" in text


def test_results_without_a_calibration_say_so(swept):
    assert "contain no calibration" in text_of(read(swept))


def test_the_models_figures_are_beside_the_measured_ones(folder):
    rows = {
        (row.series.technique, row.metric.name): row
        for row in deviation.deviations(Results.load(folder).comparisons[0])
    }
    assert abs(rows["polling", "mean"].difference) < 10
    assert 1.5 < rows["sse", "p50"].predicted < 3.0
    assert rows["polling", "max"].bound
    assert not rows["polling", "p999"].bound
    for name in ("report.html", "report.md"):
        assert re.search(r"longest latency\W+ms\W+[\d.,]+\W+≤ 1,0\d\d", text_of(read(folder, name)))
    assert all(row.reasons for row in rows.values() if row.far)
    assert not any(row.reasons for row in rows.values() if not row.far)
    counted = [row for row in rows.values() if row.metric.kind in ("latency", "bytes")]
    near = sum(not row.far for row in counted)
    assert deviation.summary(counted).startswith(f"{near} of {len(counted)} latency and byte figures are within 10 %")


def test_the_model_uses_the_links_delay(tmp_path):
    runs = sweep_of("delay_ms", [5.0, 100.0], ("sse", "polling"), 1)
    near, far = Results.load(make_folder(tmp_path, runs)).comparisons
    for place in (0, 1):
        shorter, longer = (
            {row.metric.name: row.predicted for row in deviation.deviations(point) if row.series is point.series[place]}
            for point in (near, far)
        )
        assert longer["p50"] - shorter["p50"] == pytest.approx(95)


def test_a_refused_run_is_listed_with_its_reason_and_moves_no_figure(tmp_path):
    far = {"latency_ms": dict.fromkeys(("mean", "p50", "p90", "p99", "p999", "max"), 1e9)}
    runs = [make_run("sse"), refused_run("sse", "late", repetition=2, **far), refused_run("websocket", "95% of a core")]
    folder = make_folder(tmp_path, runs)
    text = text_of(read(folder))
    assert "websocket, repetition 1 – refused: 95% of a core." in text
    assert "No figures for WebSocket" in text
    sse = Results.load(folder).comparisons[0].series[0]
    assert sse.estimate("p50").high < 100
    assert len(sse.deliveries) == 1


def test_a_lost_message_is_reported_first(tmp_path):
    runs = [make_run("sse"), refused_run("sse", "3 of 800 deliveries were lost", repetition=2, lost=3, delivered=797)]
    folder = make_folder(tmp_path, runs)
    for text in (text_of(read(folder)), read(folder, "report.md")):
        said = text.index("Server-Sent Events: 3 lost of 1,600 expected deliveries.")
        assert said < text.index("The question") < text.index("The answer")


def test_hostile_strings_are_escaped(tmp_path):
    runs = [
        make_run("polling"),
        refused_run("sse", HOSTILE, label=HOSTILE),
        make_run("websocket", stage=HOSTILE, flags=[HOSTILE]),
        make_run("pigeon$x$", stage="<b>"),
    ]
    manifest = dict.fromkeys(("scenario", "commit", "scenario_text", "purpose", "prediction"), HOSTILE)
    folder = make_folder(tmp_path, runs, machine={HOSTILE: [HOSTILE]}, **manifest)
    page = read(folder)
    assert "<script" not in page
    assert "· <b>" not in page
    assert HOSTILE in unescape(page)
    assert unescape(page).count("{{ 7*7 }}") >= 6
    assert not re.search(r"(?<!\\)<script", re.sub(r"(?m)^    .*", "", read(folder, "report.md")))
    drawn = drawing.write(Results.load(folder), folder / "plots", [drawing.curves.percentiles])
    assert ElementTree.parse(drawn[0].svg).getroot().tag.endswith("svg")


def test_results_without_runs_have_a_report(tmp_path):
    text = text_of(write_report(tmp_path, []))
    assert "There are no runs" in text
    assert plot_names(tmp_path) == []


def test_an_empty_file_of_results_has_a_report(tmp_path):
    (tmp_path / "results.json").write_text("{}")
    assert "There are no runs" in text_of(report.write(tmp_path).read_text())


def test_results_with_only_refused_runs_have_a_report(tmp_path):
    text = text_of(read(make_folder(tmp_path, [refused_run(name, "nothing was published") for name in TITLES])))
    assert "No run is valid" in text
    assert text.count("nothing was published") == len(TITLES)


def test_an_unknown_technique_has_a_report(tmp_path):
    text = text_of(read(make_folder(tmp_path, [make_run("sse"), make_run("pigeon")])))
    assert "It has no formulas for pigeon" in text


def test_runs_without_raw_data_have_a_report(tmp_path):
    folder = make_folder(tmp_path, all_techniques(1))
    shutil.rmtree(folder / "runs")
    assert "Short polling" in text_of(read(folder))
    results = Results.load(folder)
    with pytest.raises(FileNotFoundError, match="stored no deliveries"):
        results.deliveries(results.runs[0])


def test_runs_that_lack_many_fields_have_a_report(tmp_path):
    run = {"technique": "polling", "repetition": 1, "valid": True}
    (tmp_path / "results.json").write_text(json.dumps({"runs": [run, {"technique": "sse"}, {}, 7]}))
    assert "no reason was recorded" in text_of(report.write(tmp_path).read_text())


def test_a_frame_has_one_row_for_each_run_and_finds_its_deliveries(swept):
    results = Results.load(swept)
    frame = results.frame
    assert len(frame) == len(results.runs) == 36
    assert frame.groupby(["technique", "clients"])["latency_ms.p50"].count().eq(3).all()
    row = frame[frame.technique == "sse"].iloc[0]
    deliveries = results.deliveries(row)
    assert len(deliveries) == row.delivered
    assert deliveries["latency_ms"].median() == pytest.approx(row["latency_ms.p50"], rel=0.02)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (0.01234, "0.0123"), (0.99989, "1.00"), (12.34, "12.3"), (99.96, "100"), (1234.5, "1,234")],
)
def test_figures_are_rounded_to_significant_digits(value, text):
    assert formats.number(value) == text


def test_deliveries_that_two_runs_claim_are_ignored(tmp_path):
    folder = make_folder(tmp_path, [make_run("sse")])
    document = json.loads((folder / "results.json").read_text())
    document["runs"].append(document["runs"][0] | {"clients": 200})
    (folder / "results.json").write_text(json.dumps(document))
    assert not any(series.deliveries for one in Results.load(folder).comparisons for series in one.series)


def test_a_place_outside_the_folder_is_not_read(tmp_path):
    folder = make_folder(tmp_path / "results", [make_run("sse")])
    (folder / "runs").rename(tmp_path / "elsewhere")
    document = json.loads((folder / "results.json").read_text())
    document["runs"][0]["place"] = "../elsewhere/sse-0-1"
    (folder / "results.json").write_text(json.dumps(document))
    results = Results.load(folder)
    with pytest.raises(FileNotFoundError):
        results.deliveries(results.runs[0])


def test_if_the_report_fails_the_terminal_still_shows_the_results(tmp_path):
    (tmp_path / "plots").write_text("no folder")
    (tmp_path / "results.json").write_text('{"runs": []}')
    (said,) = report.write_and_summarize(tmp_path)
    assert said.startswith(f"The report fails, but the results are complete in {tmp_path}: FileExistsError")


def test_a_folder_without_results_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(SystemExit, match="the results cannot be read"):
        report.main([tmp_path])
    with pytest.raises(SystemExit, match="usage"):
        report.main([])
