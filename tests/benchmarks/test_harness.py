"""The measurements: schedule, histogram and ledger, and a short comparison from end to end."""

import csv
import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil
import pytest

from benchmarks.campaigns import runner, terminal_table
from benchmarks.generator import hdr_files, ledger, recorder, schedule, validity
from benchmarks.generator.histogram import Histogram
from benchmarks.scenarios import plan, scenario
from benchmarks.scenarios.settings import RECORDED
from lab.techniques import TECHNIQUES
from support.processes import ROOT, until

SMALL = """\
purpose = "All techniques, for a moment."
prediction = "Polling waits."
clients = 8
rooms = 2
rate = 20.0
text_bytes = 100
interval = 0.2
warmup = 0.5
duration = 1.5
"""
LONGEST = 600  # seconds for a short comparison: ten times what a busy machine needs
ATTEMPTS = 3  # runs until one is valid
COMPARE = [sys.executable, "manage.py", "compare"]
FIELDS = {
    "technique",
    "stage",
    "scenario",
    "repetition",
    "point",
    "label",
    "place",
    *RECORDED,
    "duration_s",
    "published",
    "expected",
    "delivered",
    "lost",
    "repeated",
    "reordered",
    "latency_ms",
    "latency_parts_ms",
    "tcp_bytes",
    "ip_bytes",
    "bytes_per_message",
    "payload_bytes",
    "publish_bytes",
    "requests",
    "empty_responses",
    "connections",
    "server_cpu_s",
    "server_rss_bytes",
    "cpu_ms_per_1000_deliveries",
    "generator_cpu",
    "loop_lag_ms",
    "publisher_lag_ms",
    "clock",
    "reconnect",
    "per_client_second",
    "rss_per_connection_bytes",
    "server_sockets",
    "server_loop_lag_ms",
    "queries_per_second",
    "valid",
    "lossy",
    "flags",
}


def small(folder, text=SMALL):
    """Write a scenario and return its path."""
    path = folder / "small.toml"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    """Make a short comparison of all techniques; return (folder of the results, output of the terminal)."""
    return compared(tmp_path_factory.mktemp("comparison"))


def compared(folder, *options):
    """Make a short comparison into a folder; return (folder of the results, output of the terminal)."""
    command = [*COMPARE, "--scenario", small(folder), "--out", folder, "--seed", "7", "--bare", *options]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST)
    assert shown.returncode == 0, shown.stderr
    (results,) = folder.glob("*-small")
    return results, shown.stdout


@pytest.fixture(scope="module")
def undisturbed(comparison, tmp_path_factory):
    """Return a function that finds (folder of the results, valid run) of a technique, or makes such a run.

    A refused run shows nothing about the program; if all are refused, the test is skipped with the reason.
    """
    runs_by_name = {}

    def one(name):
        for attempt in range(ATTEMPTS):
            if name not in runs_by_name or not runs_by_name[name][1]["valid"]:
                again = tmp_path_factory.mktemp(f"again-{name}") if attempt else None
                place = compared(again, "--techniques", name)[0] if again else comparison[0]
                runs = json.loads((place / "results.json").read_text())["runs"]
                runs_by_name[name] = place, next(run for run in runs if run["technique"] == name)
        if not runs_by_name[name][1]["valid"]:
            pytest.skip(f"{ATTEMPTS} runs were refused: {'; '.join(runs_by_name[name][1]['flags'])}")
        return runs_by_name[name]

    return one


@pytest.fixture(scope="module")
def runs(comparison):
    """The comparison's runs by technique."""
    results = json.loads((comparison[0] / "results.json").read_text())
    return {run["technique"]: run for run in results["runs"]}


def rows(path):
    """Return a CSV file's rows as dicts."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.server
def test_every_technique_has_a_run_with_every_field(runs):
    assert sorted(runs) == sorted(TECHNIQUES)
    for run in runs.values():
        assert set(run) >= FIELDS
        assert list(run["latency_ms"]) == ["mean", "p50", "p90", "p99", "p999", "max"]
        assert (run["clients"], run["rooms"], run["rate"], run["interval"]) == (8, 2, 20, 0.2)


@pytest.mark.server
def test_every_message_reaches_every_reader_once_and_in_order(runs):
    for run in runs.values():
        assert run["published"] > 0
        assert run["delivered"] == run["expected"] == run["published"] * 4
        assert (run["lost"], run["repeated"], run["reordered"], run["unanswered"], run["early"]) == (0, 0, 0, 0, 0)


@pytest.mark.server
def test_the_figures_are_plausible(runs):
    for run in runs.values():
        latencies = run["latency_ms"]
        percentiles = [latencies[name] for name in ("p50", "p90", "p99", "p999", "max")]
        assert percentiles == sorted(percentiles)
        assert 0 < latencies["mean"] < latencies["max"]
        parts = dict(run["latency_parts_ms"])
        assert parts.pop("read") > 0 < parts["committed"]
        assert sum(parts.values()) == pytest.approx(latencies["mean"], rel=0.01)
        for way in ("up", "down"):
            assert run["ip_bytes"][way] > run["tcp_bytes"][way] >= 0
        assert run["bytes_per_message"]["ip"] > run["bytes_per_message"]["tcp"] > 100
        assert run["server_cpu_s"] > 0 < run["server_rss_bytes"]
        assert run["server_loop_lag_ms"]["p50"] < run["server_loop_lag_ms"]["max"]
        assert run["queries_per_second"] > 2 * 20 / 8  # messages that are stored together share statements
        assert run["duration_s"] > 1.2  # on a busy machine a window may end later, never earlier
        assert run["connections"] == 8


@pytest.mark.server
def test_a_streamed_message_costs_two_segments(undisturbed):
    """The message's segment and its acknowledgement, 52 bytes of headers each."""
    for name in ("sse", "websocket"):
        _place, run = undisturbed(name)
        assert run["tcp_bytes"]["up"] == run["requests"] == run["empty_responses"] == 0
        added = run["bytes_per_message"]["ip"] - run["bytes_per_message"]["tcp"]
        assert 52 < added <= 104 * 1.05  # messages that are sent together share segments


@pytest.mark.server
def test_a_frame_costs_its_json_and_four_bytes(undisturbed):
    """RFC 6455: a server's frame of 126 to 65,535 bytes has four bytes of framing."""
    place, run = undisturbed("websocket")
    publishes = rows(place / run["place"] / "publishes.csv")
    numbers = {
        "id": 10,
        "sent_at": float(publishes[0]["scheduled_ms"]),
        "published_at": float(publishes[0]["answered_ms"]),
    }
    texts = {"room": publishes[0]["room"], "author": "Publisher 0", "text": 100 * "x", "nonce": 22 * "x"}
    message = json.dumps({"type": "message"} | numbers | texts, separators=(",", ":"))
    assert run["bytes_per_message"]["tcp"] == pytest.approx(4 + len(message), rel=0.03)


def test_the_bytes_of_messages_are_those_received_in_the_window():
    load = recorder.Recorder()
    message = {"id": 1, "room": "r", "author": "Ann", "text": "é", "nonce": "n", "sent_at": 1.5, "published_at": 2.5}
    text = json.dumps({"type": "message"} | message, ensure_ascii=False, separators=(",", ":"))
    for arrived in (5.0, 10.0, 19.0, 20.0):
        load.arrive("websocket", message | {"arrived_at": arrived}, arrived)
    load.window, load.span = load.counts(), (10.0, 20.0)
    window = load.records().window
    assert (window.arrived, window.payload) == (2, 2 * len(text.encode()))


@pytest.mark.server
def test_polls_keep_their_interval(runs):
    run = runs["polling"]
    polls = 8 * run["duration_s"] / 0.2
    assert 0.3 * polls < run["requests"] < 1.15 * polls  # fewer if other programs keep the machine busy
    assert run["latency_ms"]["p50"] > runs["websocket"]["latency_ms"]["p50"]


@pytest.mark.server
def test_the_raw_data_give_the_same_ledger_and_latencies(comparison, runs):
    for run in runs.values():
        place = comparison[0] / run["place"]
        deliveries, publishes = rows(place / "deliveries.csv"), rows(place / "publishes.csv")
        published, readers = {}, {row["client"]: row["room"] for row in rows(place / "clients.csv")}
        for row in publishes:
            published.setdefault(row["room"], []).append(int(row["id"]))
        counts = ledger.count(published, readers, ((row["client"], row["room"], int(row["id"])) for row in deliveries))
        assert counts == {key: run[key] for key in counts}
        latencies = Histogram(float(row["latency_ms"]) for row in deliveries)
        assert latencies.summary() == pytest.approx(run["latency_ms"], rel=1e-3)


@pytest.mark.server
def test_the_histograms_of_each_run_are_in_the_format_of_hdrhistogram(comparison, runs):
    log_reader = pytest.importorskip("hdrh.log", reason="hdrhistogram has no wheel for this machine").HistogramLogReader
    for run in runs.values():
        place = comparison[0] / run["place"]
        assert "Percentile" in (place / "latency.hgrm").read_text()
        merged, reference = (hdr_files.counts([]) for _ in range(2))
        with closing(log_reader(str(place / "latency.hlog"), reference)) as log:
            while log.add_next_interval_histogram(merged):
                pass
        assert merged.get_total_count() == run["delivered"]
        assert merged.get_value_at_percentile(50) / 1000 == pytest.approx(run["latency_ms"]["p50"], rel=1e-3)


@pytest.mark.server
def test_the_manifest_holds_all_that_a_repetition_needs(comparison):
    manifest = json.loads((comparison[0] / "results.json").read_text())["manifest"]
    assert (manifest["seed"], manifest["scenario_text"]) == (7, SMALL)
    assert {"python", "django", "channels", "uvicorn", "locust", "websockets"} <= set(manifest["versions"])
    assert manifest["machine"]["cores"] >= 1
    assert manifest["started"] <= manifest["finished"]
    assert isinstance(manifest["kernel_stamps"], bool)


@pytest.mark.server
def test_the_terminal_shows_table_conclusion_and_report(comparison):
    folder, shown = comparison
    assert not re.search(
        r"[━\x1b]| left$|^\d+ of \d+, ", shown, re.MULTILINE
    )  # progress bars are not part of the output
    for words in (*TECHNIQUES, "p99", "lost", "valid runs", "report.html"):
        assert words in shown, shown
    assert "Half of the messages" in shown or "nothing to compare" in shown  # if the machine is too busy
    assert (folder / "report.html").is_file()


def test_locust_drives_the_technique_chosen_on_its_own_page(server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, Path(sys.executable).with_name("locust"), "-f", ROOT / "benchmarks" / "locustfile.py"]
    options = ["--host", server.url, "--web-port", str(port), "--logfile", tmp_path / "log"]
    # From another folder, where nothing of the project is on Python's path.
    with subprocess.Popen([*command, *options], cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            page = fetch_text(f"http://127.0.0.1:{port}/")
            assert all(f'"{technique}"' in page for technique in TECHNIQUES)
            form = {"user_count": 10, "spawn_rate": 10, "host": server.url, "technique": "sse", "rooms": 2, "rate": 9.0}
            fetch_text(f"http://127.0.0.1:{port}/swarm", form)
            deadline, deliveries = time.monotonic() + 15, {}
            while deliveries.get("num_requests", 0) < 20 and time.monotonic() < deadline:
                stats = json.loads(fetch_text(f"http://127.0.0.1:{port}/stats/requests"))["stats"]
                deliveries = next((line for line in stats if line["name"] == "delivery"), {})
                time.sleep(0.1)
        finally:
            process.terminate()
    assert deliveries["method"] == "sse", (tmp_path / "log").read_text()[:2000]
    assert deliveries["num_failures"] == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def fetch_text(address, form=None):
    """Return a response as text; the server may take 15 seconds to start."""
    data = None if form is None else urlencode(form).encode()
    deadline = time.monotonic() + 15
    while True:
        try:
            with urlopen(address, data, timeout=15) as response:
                return response.read().decode()
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.server
def test_a_stall_delays_every_message_that_was_scheduled_meanwhile(tmp_path):
    """Counted from the publish itself, only one message in each room would be late: coordinated omission."""
    frozen = []

    def freeze():
        children = psutil.Process().children(recursive=True)
        server = max((child for child in children if "serve" in child.cmdline()), key=psutil.Process.create_time)
        until(lambda: len(server.net_connections("tcp")) > 8, "nobody connects")  # the window begins 0.5 s later
        time.sleep(1.2)
        server.suspend()
        frozen.append(time.time() * 1000)
        time.sleep(0.7)
        frozen.append(time.time() * 1000)
        server.resume()

    def on_time(_what, elapsed):
        if elapsed > 0.2 and not threads:
            threads.append(threading.Thread(target=freeze))
            threads[0].start()

    threads = []
    settings = scenario.load(small(tmp_path, SMALL.replace("duration = 1.5", "duration = 3.0")))
    run = plan.Run("websocket", "", 0, 1)
    runner.measure(tmp_path, settings, run, on_time=on_time)
    threads[0].join()
    begin, end = frozen
    deliveries = rows(tmp_path / run.folder / "deliveries.csv")
    during = [row for row in deliveries if begin < float(row["scheduled_ms"]) < end]
    assert all(float(row["arrived_ms"]) >= end for row in during if float(row["latency_ms"]) > 50)
    late = [row for row in during if float(row["latency_ms"]) >= end - float(row["scheduled_ms"])]
    assert len({(row["room"], row["id"]) for row in late}) > 8  # of about 28


def test_pace_skips_no_instant_after_a_stall():
    start = time.time()
    planned = [start + 0.01 * number for number in range(1, 21)]
    begun = []
    for instant in schedule.pace(iter(planned), start + 1):
        begun.append((instant, time.time()))
        if len(begun) == 5:
            time.sleep(0.1)
    assert [instant for instant, _ in begun] == planned
    assert all(now >= instant for instant, now in begun)
    stalled_until = begun[5][1]
    assert all(now >= stalled_until for _, now in begun[5:])
    assert begun[6][1] - begun[6][0] > 0.05  # the seventh waited for the fifth, which is recorded


def test_pace_ends_before_the_end():
    start = time.time()
    planned = [start, start + 0.01, start + 0.02]
    assert list(schedule.pace(planned, start + 0.015)) == planned[:2]


def test_instants_are_poisson():
    times = list(islice(schedule.instants(random.Random(1), 50, 100), 5_000))
    gaps = [after - before for before, after in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert times[0] > 100
    assert mean == pytest.approx(1 / 50, rel=0.05) == deviation


def test_percentiles_to_three_digits():
    figures = Histogram(range(1, 1001)).summary()
    expected = {"mean": 500.5, "p50": 500, "p90": 900, "p99": 990, "p999": 999, "max": 1000}
    assert figures == pytest.approx(expected, rel=1e-3)


def test_an_empty_histogram_has_no_figures():
    assert set(Histogram().summary().values()) == {None}


@pytest.mark.parametrize(
    ("arrived", "fault"),
    [
        ([1, 2, 3, 4], {}),
        ([1, 3, 4], {"lost": 1, "delivered": 3}),
        ([1, 2, 2, 3, 4, 2], {"repeated": 2}),
        ([1, 3, 2, 4], {"reordered": 1}),
        ([4, 1, 2, 3], {"reordered": 3}),
        ([1, 2, 3, 4, 5], {"delivered": 5}),
        ([], {"lost": 4, "delivered": 0}),
    ],
)
def test_the_ledger_finds_lost_repeated_and_reordered_messages(arrived, fault):
    sound = {"published": 4, "expected": 4, "delivered": 4, "lost": 0, "repeated": 0, "reordered": 0}
    counts = ledger.count({"a": [1, 2, 3, 4]}, {0: "a"}, [(0, "a", number) for number in arrived])
    assert counts == sound | fault


def test_the_ledger_finds_a_message_of_another_room():
    counts = ledger.count({"a": [1], "b": [1]}, {0: "a", 1: "b"}, [(0, "a", 1), (1, "b", 1), (1, "a", 1)])
    assert (counts["delivered"], counts["expected"]) == (3, 2)


def sound_run(**faults):
    """Return the figures that decide whether a run is valid."""
    lag = {"p99": 1.0}
    run = {"published": 4, "expected": 4, "delivered": 4, "lost": 0, "repeated": 0, "reordered": 0, "unanswered": 0}
    return (
        run
        | {
            "other_cpu": 0.9,
            "early": 0,
            "silent": False,
            "failure": "",
            "generator_cpu": 0.3,
            "loop_lag_ms": lag,
            "publisher_lag_ms": lag,
            "latency_ms": {"p99": 50.0},
        }
        | faults
    )


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"lost": 2, "delivered": 2}, "2 of 4 deliveries were lost"),
        ({"repeated": 1}, "1 deliveries were repeated"),
        ({"reordered": 1}, "out of order"),
        ({"delivered": 5}, "5 deliveries came although only 4 were expected"),
        ({"silent": True}, "nothing was published"),
        ({"unanswered": 3}, "3 publishes were not acknowledged"),
        ({"generator_cpu": 0.81}, "81% of a core"),
        ({"loop_lag_ms": {"p99": 90}}, "loop was 90 ms late"),
        ({"publisher_lag_ms": {"p99": 90}}, "publishing was 90 ms late"),
        ({"failure": "OSError: away"}, "OSError: away"),
    ],
)
def test_a_refused_run_has_its_reasons(faults, words):
    assert validity.judge(sound_run(), False)["flags"] == []
    flag, *more = validity.judge(sound_run(**faults), False)["flags"]
    assert words in flag
    assert more == (["other programs used 0.9 cores"] if "late" in flag else [])


def test_a_late_publisher_is_reported_if_it_adds_much_to_a_latency():
    run = validity.judge(sound_run(latency_ms={"p99": 4.0}), False)
    assert run["valid"]
    assert run["flags"] == ["publishing was 1.0 ms late at p99, which is 25% of the latency's p99"]


def test_losses_are_reported_first():
    assert "lost" in validity.losses(sound_run(lost=1, delivered=3, generator_cpu=0.9))[0]


@pytest.mark.server
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scenario", "nowhere"], "There is no scenario nowhere: give a file, or one of"),
        (["--techniques", "polling,pigeon"], "--techniques: there is no technique 'pigeon'"),
        (["--repetitions", "0"], "--repetitions must be a whole number"),
        (["--out", "/proc/nowhere"], "cannot be created"),
    ],
)
def test_an_impossible_comparison_is_refused_in_one_sentence(options, words):
    shown = subprocess.run([*COMPARE, *options], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST)
    assert shown.returncode == 1
    assert words in shown.stderr
    assert shown.stderr.count("\n") == 1


@pytest.mark.server
def test_a_refused_run_is_part_of_no_conclusion(runs):
    lossy = [run | {"valid": False, "flags": ["2 of 9 deliveries were lost"]} for run in runs.values()]
    assert "nothing to compare" in terminal_table.conclusion(terminal_table.summarize(lossy))
    assert all("lost" in sentence for sentence in terminal_table.flags(terminal_table.summarize(lossy)))


@pytest.mark.server
def test_the_conclusion_names_each_techniques_cost_without_a_ranking(runs):
    said = terminal_table.conclusion(
        terminal_table.summarize([run | {"valid": True} for run in runs.values()])
    )  # on a busy machine some are refused
    assert re.match(r"Half of the messages arrive within \(ms\): polling [\d.]+, longpoll [\d.]+,", said)
    assert "which differences are more than chance" in said


def test_a_load_started_by_hand_makes_a_folder_with_a_report(server, tmp_path):
    """As for several machines: Locust's own command line, with --record."""
    place = tmp_path / "not" / "yet"
    load = ["locust", "-f", "benchmarks/locustfile.py", "--headless", "--only-summary", "--host", server.url]
    values = {"technique": "sse", "users": 4, "spawn-rate": 4, "rooms": 2, "rate": 20, "warmup": 0.3, "duration": 1}
    options = [f"--{name}={value}" for name, value in (values | {"record": place}).items()]
    subprocess.run([sys.executable, "-m", *load, *options], cwd=ROOT, capture_output=True, timeout=LONGEST, check=True)
    subprocess.run([sys.executable, "-m", "benchmarks.report", place], cwd=ROOT, timeout=LONGEST, check=True)
    assert json.loads((place / "summary.json").read_text())["clients"] == 4
    assert "4 readers, 2 rooms, 20 messages a second in each room" in (place / "report.md").read_text()
