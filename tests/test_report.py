"""The report of a made-up results folder."""

import csv
import json
import random
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from benchmarks import deviation, looks, plots, report
from benchmarks.summary import Results

TITLES = {
    "polling": "Short polling",
    "longpoll": "Long polling",
    "sse": "Server-Sent Events",
    "websocket": "WebSocket",
}
HOSTILE = """<script>alert("1")</script>&'"$\\frac{1}{0}$ {{ 7*7 }}"""
BYTES = {"polling": (1_900, 3_300), "longpoll": (2_000, 4_300), "sse": (520, 3_350), "websocket": (540, 3_300)}
COST = {"polling": 1.9, "longpoll": 0.4, "sse": 0.06, "websocket": 0.05}


def make_run(technique, repetition=1, **more):
    """Return (run, deliveries) as the harness writes them; the figures are made up, and the same every time."""
    rng = random.Random(f"{technique} {repetition}")
    waits = {"polling": lambda: rng.uniform(0, 1000), "longpoll": lambda: rng.expovariate(1.5)}
    wait = waits.get(technique, lambda: 0)
    scheduled = sorted(rng.uniform(0, 20_000) for _ in range(40))
    deliveries = [(at, 1.5 + rng.expovariate(2) + wait()) for at in scheduled for _ in range(20)]
    values = sorted(latency for _at, latency in deliveries)
    count = len(values)
    up, down = BYTES.get(technique, (600, 3_000))
    run = {
        "technique": technique, "stage": None, "scenario": "default", "repetition": repetition, "clients": 20,
        "rooms": 1, "rate": 2.0, "text_bytes": 100, "interval": 1.0, "hold": 25, "duration_s": 20.0,
        "published": 40, "expected": count, "delivered": count, "arrived": count, "heard": 0,
        "lost": 0, "repeated": 0, "reordered": 0,
        "latency_ms": {"mean": sum(values) / count, "max": values[-1]}
        | {name: values[int(share * count)] for name, share in plots.curves.SHARES.items()},
        "tcp_bytes": {"up": up * 80, "down": down * 80}, "ip_bytes": {"up": up * 140, "down": down * 110},
        "requests": {"polling": 400, "longpoll": count}.get(technique, 0),
        "empty_responses": 60 if technique == "polling" else 0,
        "server_cpu_s": COST.get(technique, 0.1) * rng.uniform(0.9, 1.1), "server_rss_bytes": 64_000_000,
        "generator_cpu": 0.31, "loop_lag_ms": {"p99": 3.0}, "publisher_lag_ms": {"p99": 1.0},
        "valid": True, "flags": [],
    }  # fmt: skip
    return run | more, deliveries


def make_folder(folder, runs, **manifest):
    """Write a results folder of these (run, deliveries)."""
    manifest = {
        "scenario": "default", "seed": 7, "commit": "0a10fb6", "started": "2026-11-21T11:00:00+00:00",
        "machine": {"cpu": "a processor", "cores": 2}, "versions": {"python": "3.11.7", "django": "5.2.19"},
    } | manifest  # fmt: skip
    for run, deliveries in runs:
        path = folder / "runs" / f"{run['technique']}-{run['repetition']}" / "deliveries.csv"
        path.parent.mkdir(parents=True)
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["client", "room", "id", "scheduled_ms", "arrived_ms", "latency_ms"])
            for number, (at, latency) in enumerate(deliveries):
                writer.writerow([number % 20, "room", number // 20 + 1, at, at + latency, latency])
    document = {"manifest": manifest, "runs": [run for run, _deliveries in runs]}
    (folder / "results.json").write_text(json.dumps(document))
    return folder


def all_techniques(repetitions=3):
    return [make_run(name, number) for number in range(1, repetitions + 1) for name in TITLES]


def refused(technique, reason, repetition=1, **more):
    return make_run(technique, repetition, valid=False, flags=[reason], **more)


def written(folder, runs, **manifest):
    return report.write(make_folder(folder, runs, **manifest)).read_text(encoding="utf-8")


def text_of(page):
    """Return what a reader sees of a page."""
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def names(folder, ending="svg"):
    return sorted(path.stem for path in (folder / "plots").glob(f"*.{ending}"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of three runs of each technique."""
    folder = make_folder(tmp_path_factory.mktemp("results"), all_techniques())
    report.write(folder)
    return folder


@pytest.fixture
def page(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


PLOTS = ["bytes-per-message", "cpu", "percentiles", "through-time", "trade-off"]


def test_the_same_results_give_the_same_bytes(tmp_path):
    one, other = tmp_path / "a" / "results", tmp_path / "b" / "results"
    for folder in (one, other):
        folder.mkdir(parents=True)
        report.write(make_folder(folder, [make_run("polling", 1), make_run("polling", 2), make_run("sse")]))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len([path for path in files if path.suffix in (".svg", ".png")]) == 2 * len(PLOTS)
    assert not [path for path in files if (one / path).read_bytes() != (other / path).read_bytes()]


def test_remaking_leaves_no_stale_plot(tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "stale.svg").write_text("<svg/>")
    written(tmp_path, [make_run("sse")])
    assert names(tmp_path) == PLOTS


def test_the_page_stands_alone_and_names_every_technique(folder, page):
    links = re.findall(r"""(?:src|href|srcset|action)\s*=\s*["']?([^"'\s>]{0,40})""", page)
    assert links
    assert all(link.startswith(("data:image/svg+xml;base64,", "#")) for link in links)
    assert not re.search(r"<script|<link|<iframe|@import|url\(", page)
    assert not re.search(r"https?://", text_of(page))
    for title in TITLES.values():
        assert title in text_of(page)
    assert names(folder) == names(folder, "png") == PLOTS
    for svg in (folder / "plots").glob("*.svg"):
        assert not re.search(r"""href="(?!#|data:)""", svg.read_text()), svg


def test_the_answer_is_derived_from_the_figures(page):
    text = text_of(page)
    assert re.search(
        r"(WebSocket|Server-Sent Events) delivered soonest: half of the messages arrived within 1\.8", text
    )
    assert "cannot be told from it" in text
    assert "Long polling cost 941, 1.7 times as many" in text
    assert "WebSocket cost the server least" in text
    assert "Medians of 3 valid runs" in text


def test_nobody_is_best_who_is_alone(tmp_path):
    text = text_of(written(tmp_path, [make_run("polling"), refused("sse", "too busy")]))
    assert "So this compares nothing." in text
    assert "Short polling delivered: half of the messages" in text
    assert not re.search("soonest|fewest|least", text[: text.index("All figures")])


def test_says_how_to_run_it_again(page):
    text = text_of(page)
    assert "python manage.py compare --scenario default --seed 7" in text
    assert "0a10fb6" in text
    assert "runs/sse-1/deliveries.csv" in text


def test_the_model_stands_beside_what_was_measured(folder):
    results = Results.load(folder)
    rows = {(row.series.technique, row.what): row for row in deviation.rows(results.comparisons[0])}
    assert abs(rows["polling", "latency, mean"].difference) < 10
    assert rows["sse", "latency, p50"].predicted == pytest.approx(rows["websocket", "latency, p50"].predicted)
    assert all(row.notes for row in rows.values() if row.apart)
    assert not any(row.notes for row in rows.values() if not row.apart)


def test_a_refused_run_is_listed_with_its_reason_and_not_plotted(tmp_path):
    runs = [make_run("polling"), refused("websocket", "the generator used 95% of a core")]
    text = text_of(written(tmp_path, runs))
    assert "websocket, repetition 1 – refused: the generator used 95% of a core." in text
    assert "No figures for WebSocket" in text
    alone = tmp_path / "alone"
    alone.mkdir()
    report.write(make_folder(alone, [make_run("polling")]))
    for name in PLOTS:
        drawn, without = (folder / "plots" / f"{name}.svg" for folder in (tmp_path, alone))
        assert drawn.read_bytes() == without.read_bytes()


def test_a_refused_repetition_moves_no_figure(tmp_path):
    far = {"latency_ms": dict.fromkeys(("mean", "p50", "p90", "p99", "p999", "max"), 1e9)}
    folder = make_folder(tmp_path, [make_run("sse"), refused("sse", "late", repetition=2, **far)])
    (series,) = Results.load(folder).comparisons[0].series
    assert series.figure("latency_ms", "p50").high < 100
    assert len(series.deliveries) == 1


def test_a_lost_message_is_said_first(tmp_path):
    runs = [make_run("sse"), refused("sse", "3 of 800 deliveries were lost", repetition=2, lost=3, delivered=797)]
    text = text_of(written(tmp_path, runs))
    said = text.index("Server-Sent Events: 3 lost of 1,600 expected deliveries.")
    assert said < text.index("What was asked") < text.index("The answer")


def test_hostile_strings_are_escaped(tmp_path):
    runs = [
        make_run("polling"),
        refused("sse", HOSTILE),
        make_run("websocket", stage=HOSTILE, flags=[HOSTILE]),
        make_run("pigeon$x$", stage="<b>"),
    ]
    page = written(
        tmp_path, runs, scenario=HOSTILE, commit=HOSTILE, scenario_text=HOSTILE, machine={HOSTILE: [HOSTILE]}
    )
    assert "<script" not in page
    assert "· <b>" not in page
    assert HOSTILE in unescape(page)
    assert unescape(page).count("{{ 7*7 }}") >= 6


def test_no_runs_at_all(tmp_path):
    text = text_of(written(tmp_path, []))
    assert "There are no runs" in text
    assert names(tmp_path) == []


def test_an_empty_file_of_results(tmp_path):
    (tmp_path / "results.json").write_text("{}")
    assert "There are no runs" in text_of(report.write(tmp_path).read_text())


def test_no_run_that_counts(tmp_path):
    text = text_of(written(tmp_path, [refused(name, "nothing was published") for name in TITLES]))
    assert "No run counts" in text
    assert text.count("nothing was published") == len(TITLES)
    assert names(tmp_path) == []


def test_nothing_delivered(tmp_path):
    empty = {
        "latency_ms": dict.fromkeys(("mean", "p50", "p90", "p99", "p999", "max")),
        "delivered": 0, "arrived": 0, "expected": 0, "published": 0, "requests": 0, "empty_responses": 0,
        "server_cpu_s": None, "server_rss_bytes": None,
    }  # fmt: skip
    runs = [(make_run(name, **empty)[0], []) for name in TITLES]
    assert "Short polling" in text_of(written(tmp_path, runs))


@pytest.mark.parametrize("technique", ["polling", "websocket"])
def test_one_technique_alone(tmp_path, technique):
    assert TITLES[technique] in text_of(written(tmp_path, [make_run(technique)]))
    assert names(tmp_path) == PLOTS


def test_a_technique_that_nobody_knows(tmp_path):
    text = text_of(written(tmp_path, [make_run("sse"), make_run("pigeon")]))
    assert "It has no formulas for pigeon" in text
    assert names(tmp_path) == PLOTS


def test_runs_that_left_no_deliveries_on_disk(tmp_path):
    folder = make_folder(tmp_path, all_techniques(1))
    shutil.rmtree(folder / "runs")
    report.write(folder)
    assert names(folder) == [name for name in PLOTS if name != "through-time"]


def test_runs_that_know_little(tmp_path):
    run = {"technique": "polling", "repetition": 1, "valid": True}
    (tmp_path / "results.json").write_text(json.dumps({"runs": [run, {"technique": "sse"}, {}]}))
    assert "no reason was recorded" in text_of(report.write(tmp_path).read_text())


def test_each_workload_has_a_section_and_plots_of_its_own(tmp_path):
    runs = [make_run("sse", 1, clients=20), make_run("sse", 2, clients=200)]
    text = text_of(written(tmp_path, runs))
    assert "20 readers" in text
    assert "200 readers" in text
    assert len(names(tmp_path)) == 2 * len(PLOTS)


def test_intervals_of_one_technique_are_told_apart(tmp_path):
    runs = [make_run("polling", 1, interval=1.0), make_run("polling", 2, interval=5.0)]
    text = text_of(written(tmp_path, runs))
    assert "Short polling · interval 1 s" in text
    assert "Short polling · interval 5 s" in text


def test_needs_no_django():
    code = "import sys; from benchmarks import report; sys.exit('django' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=Path(report.__file__).parent.parent, check=False).returncode
        == 0
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (0.01234, "0.0123"), (0.99989, "1.00"), (12.34, "12.3"), (99.96, "100"), (1234.5, "1,234")],
)
def test_figures_have_as_many_digits_as_they_deserve(value, text):
    assert looks.number(value) == text


def test_deliveries_that_two_runs_claim_are_nobodys(tmp_path):
    folder = make_folder(tmp_path, [make_run("sse")])
    document = json.loads((folder / "results.json").read_text())
    document["runs"].append(document["runs"][0] | {"clients": 200})
    (folder / "results.json").write_text(json.dumps(document))
    assert not any(series.deliveries for one in Results.load(folder).comparisons for series in one.series)


def test_a_folder_without_results_is_one_sentence(tmp_path):
    with pytest.raises(SystemExit, match="the results cannot be read"):
        report.main([tmp_path])
    with pytest.raises(SystemExit, match="usage"):
        report.main([])
