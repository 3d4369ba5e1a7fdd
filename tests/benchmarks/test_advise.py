"""The advice on a technique: it follows from the model and the measurements, and says what they cannot show."""

import http.client
import json
import os
import re
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import pytest

from benchmarks import model
from benchmarks.advice import costs
from benchmarks.advice.advisor import advise
from benchmarks.advice.costs import Cost, Measurements
from benchmarks.advice.question import BOUNDS, Question, QuestionError
from benchmarks.campaigns.manifest import cpu_name
from lab.pages.margin import MARGIN
from support.processes import ROOT
from support.raw_http import get

HERE = {"cpu": cpu_name(), "cores": os.cpu_count()}
EQUAL = Measurements(("a",), {name: Cost(0.001, 0.0001, runs=3) for name in model.MODELS}, 0.002)

CROWDED = Question(rate=1, clients=1000, rooms=10, latency_ms=100)


def run(technique, clients, *, seconds, scenario="fan-out", **more):
    """Return a run of 100 messages to `clients` readers; with techniques that poll, each sends 100 requests."""
    counts = {"published": 100, "arrived": 100 * clients, "heard": 0, "requests": 100 * clients}
    figures = {"server_cpu_s": seconds, "valid": True, "stage": None, "latency_ms": {"p50": 2.0}, "scenario": scenario}
    return {"technique": technique, **counts, **figures, **more}


def write(folder, name, runs, machine=HERE):
    (folder / name).mkdir(exist_ok=True)
    path = folder / name / "results.json"
    path.write_text(json.dumps({"manifest": {"machine": machine}, "runs": runs}))
    return path


def test_polling_is_advised_for_a_busy_room_that_can_wait():
    advice = advise(Question(rate=20, clients=100, latency_ms=5000), EQUAL)
    assert advice.options[0].technique == "polling"
    assert advice.close == [advice.options[0]]


def test_a_pushing_technique_is_advised_if_nobody_can_wait():
    advice = advise(Question(rate=1, latency_ms=100, delay_ms=85), EQUAL)
    assert [option.technique for option in advice.fitting] == ["sse", "websocket"]


def test_what_differs_by_less_than_ten_per_cent_is_too_close_to_call():
    advice = advise(Question(rate=1, latency_ms=100), EQUAL)
    assert {option.technique for option in advice.close} == {"sse", "websocket"}
    assert all(option.score <= MARGIN for option in advice.close)


def spread(runs, low=1.0, high=1.0, **more):
    """Return the Measurements of `runs` runs of each technique; those of WebSocket cost `more` than the others."""
    named = {name: {"publish": 0.001, "unit": 0.0001} for name in model.MODELS}
    named["websocket"] |= more
    costs_of = {name: Cost(**cost, runs=runs, low=low, high=high) for name, cost in named.items()}
    return Measurements(("a",), costs_of, 0.002)


@pytest.mark.parametrize(
    ("measured", "close"),
    [
        (spread(3, unit=0.00015), {"sse"}),
        (spread(3, 0.8, 1.2, unit=0.00015), {"sse", "websocket"}),
        (spread(3, 0.8, 1.2, unit=0.0003), {"sse"}),
        (spread(1, unit=0.00011), {"sse", "websocket"}),
        (spread(1, unit=0.00015), {"sse"}),
        (spread(2, unit=0.0003), {"sse"}),
    ],
)
def test_a_winner_is_named_only_if_the_runs_show_it(measured, close):
    assert {option.technique for option in advise(CROWDED, measured).close} == close


def django(code):
    """Run code in a process with Django; return what it prints, as JSON."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "lab.settings"}
    code = f"import django, json; django.setup(); {code}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(*pairs):
    """Return the advice for each (Question, Measurements): verdict, reasons, row of the cores."""
    code = (
        "import django, json; django.setup()\n"
        "from benchmarks.advice import text\n"
        "from benchmarks.advice.advisor import advise\n"
        "from benchmarks.advice.costs import Cost, Measurements\n"
        "from benchmarks.advice.question import Question\n"
        f"found = [advise(*pair) for pair in {pairs!r}]\n"
        "rows = [dict(text.figures(one))['server, cores'] for one in found]\n"
        "told = [(text.verdict(one), ' '.join(text.reasons(one))) for one in found]\n"
        "print(json.dumps([(*one, row) for one, row in zip(told, rows)]))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "lab.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_advice_says_how_many_runs_there_are_and_what_they_cannot_show():
    small = Measurements(("a",), EQUAL.costs, 0.002, readers=10)
    scattered = spread(3, 0.8, 1.2, unit=0.00015)
    one, three, beyond, unclear = said(
        (CROWDED, spread(1)), (CROWDED, spread(3, unit=0.00015)), (CROWDED, small), (CROWDED, scattered)
    )
    assert one[0].startswith("Too close to call: the costs of ")
    assert one[0].endswith(" differ by at most 10 %.")
    assert unclear[0].startswith("Too close to call: the runs do not show which of ")
    assert "at least 1 run of each technique: a. So few runs do not show how much they scatter" in one[1]
    assert three[0] == "Use Server-Sent Events."
    assert three[1].endswith("at least 3 runs of each technique: a.")
    assert "Only rooms of at most 10 readers were measured" in beyond[1]
    assert "--scenario fan-out" in beyond[1]
    assert all(cell.startswith("≤ ") for cell in beyond[2])
    assert not any("≤" in cell for cell in one[2] + three[2])


def test_a_costs_distance_from_its_fit_comes_from_the_runs(tmp_path):
    taken = [0.8, 0.9, 1.0, 1.1, 1.2]
    write(tmp_path, "1", [run(name, 10, seconds=seconds) for name in model.MODELS for seconds in taken])
    for cost in costs.newest(tmp_path).costs.values():
        assert (cost.runs, cost.low, cost.high) == (5, pytest.approx(0.8), pytest.approx(1.2))
    write(tmp_path, "2", [run(name, 10, seconds=1.0) for name in model.MODELS])
    assert {(cost.runs, cost.low, cost.high) for cost in costs.newest(tmp_path).costs.values()} == {(1, 1.0, 1.0)}


@pytest.mark.parametrize("latency", [1, 1000])
def test_no_latency_and_no_small_figure_is_shown_as_zero(latency):
    """Without measurements, the model leaves out the server's own time."""
    slow = Question(rate=0.001, clients=1, latency_ms=latency)
    code = "from benchmarks.advice import advisor, text; from benchmarks.advice.question import Question;"
    code += f" advice = advisor.advise({slow!r}, advisor.Measurements()); rows = dict(text.figures(advice))"
    shown = django(f"{code}; print(json.dumps([rows, text.verdict(advice), *text.reasons(advice)]))")
    rows, *sentences = shown
    zeros = {what: cells for what, cells in rows.items() if {"0", "≤ 0"} & set(cells)}
    assert list(zeros) == ["requests a second"], "which is 0 if messages are pushed"
    assert not re.search(r"\b0 ms", " ".join(sentences))


def test_faster_than_light_is_too_fast_for_all():
    advice = advise(Question(latency_ms=50, delay_ms=279), EQUAL)
    assert advice.fitting == advice.close == []
    assert len(advice.options) == len(model.MODELS)
    assert {option.technique for option in advice.fastest} == {"sse", "websocket"}


def test_techniques_that_tie_are_named_together():
    dearer = spread(3, unit=0.0003)
    far = Question(latency_ms=50, delay_ms=279)
    (none, _reasons, _cores), (_verdict, reasons, _row) = said((far, EQUAL), (CROWDED, dearer))
    assert none == (
        "None is fast enough. With the fastest, Server-Sent Events or WebSocket, "
        "99 in 100 messages arrive within 291 ms."
    )
    assert re.search(r"WebSocket needs about as many bytes as Server-Sent Events, and 2\.\d+ times the CPU\.", reasons)


@pytest.mark.parametrize("latency", [30, 300, 3_000, 3_000_000])
def test_the_polling_interval_is_just_short_enough(latency):
    polling = next(one for one in advise(Question(latency_ms=latency, delay_ms=5), EQUAL).options if one.interval)
    assert polling.fits == (polling.p99_ms <= latency)
    if 0.1 < polling.interval < 3600:
        assert polling.p99_ms == pytest.approx(latency, rel=0.11)


@pytest.mark.parametrize("field", BOUNDS)
def test_a_field_outside_its_bounds_is_refused_in_one_sentence(field):
    low, high = BOUNDS[field]
    for value in (high + 1, low - 1, float("nan")):
        with pytest.raises(QuestionError, match=f"^{field}: from .* to .*\\.$"):
            Question(**{field: value})


def test_without_measurements_bytes_alone_decide():
    advice = advise(Question(), Measurements())
    assert {option.cores for option in advice.options} == {None}
    assert advice.options[0].bytes == min(option.bytes for option in advice.options)


def test_publishing_and_delivering_are_separated_if_rooms_of_several_sizes_were_measured(tmp_path):
    runs = [
        run(name, clients, seconds=100 * 0.002 + 100 * clients * 0.0001)
        for name in model.MODELS
        for clients in (5, 50, 500)
    ]
    write(tmp_path, "1", runs)
    measurements = costs.newest(tmp_path)
    assert measurements.readers == 0
    for cost in measurements.costs.values():
        assert (cost.publish, cost.unit) == (pytest.approx(0.002), pytest.approx(0.0001))


def test_small_rooms_say_nothing_of_large_ones(tmp_path):
    write(tmp_path, "1", [run(name, 10, seconds=1.0) for name in model.MODELS])
    measurements = costs.newest(tmp_path)
    assert advise(Question(clients=20), measurements).options[0].cores is not None
    advice = advise(Question(clients=1000), measurements)
    assert {option.cores for option in advice.options} == {None}
    assert advice.options[0].bytes == min(option.bytes for option in advice.options)
    assert all(option.cores_max > 0 for option in advice.options)
    assert {option.technique for option in advice.close} >= {"sse", "websocket"}


def test_the_newest_valid_results_of_each_scenario_count(tmp_path):
    write(tmp_path, "1", [run(name, 10, seconds=9.0) for name in model.MODELS])
    write(tmp_path, "2", [run(name, 10, seconds=1.0) for name in model.MODELS])
    write(tmp_path, "3", [run(name, 10, seconds=5.0, valid=False) for name in model.MODELS])
    write(tmp_path, "4", [run(name, 10, seconds=5.0, layer="redis") for name in model.MODELS])
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "results.json").write_text("{")
    assert costs.newest(tmp_path).folders == ("2",)


@pytest.mark.parametrize("machine", [HERE | {"cpu": "Abacus"}, HERE | {"cores": HERE["cores"] + 1}, {}])
def test_results_of_another_machine_are_ignored(tmp_path, machine):
    write(tmp_path, "1", [run(name, 10, seconds=1.0) for name in model.MODELS], machine)
    assert costs.newest(tmp_path) == Measurements()


def test_results_are_read_once_and_again_when_they_change(tmp_path, monkeypatch):
    reads, usable = [], costs.usable_runs
    monkeypatch.setattr(costs, "usable_runs", lambda path: reads.append(path) or usable(path))
    runs = [run(name, 10, seconds=1.0) for name in model.MODELS]
    for change in (None, "1", "2", "1"):  # nothing, a new folder, a newer one, the older one written again
        if change:
            path = write(tmp_path, change, runs)
            os.utime(path, ns=(0, path.stat().st_mtime_ns + len(reads) + 1))  # a clock may not have advanced meanwhile
        read = [costs.newest(tmp_path) for _ in range(3)]
        assert read[0] is read[2]
    assert [path.parent.name for path in reads] == ["1", "2", "1", "2", "1"]


def command(*given):
    """Run `manage.py advise`; return (its output, its error)."""
    done = subprocess.run([sys.executable, "manage.py", "advise", *given], cwd=ROOT, capture_output=True, text=True)
    return done.stdout, done.stderr


@pytest.mark.server
def test_the_command_gives_advice():
    output, complaint = command("--rate", "20", "--latency", "5000")
    assert re.search(r"^(Use|Too close to call:) .*polling", output, re.MULTILINE | re.IGNORECASE)
    assert complaint == ""


@pytest.mark.server
@pytest.mark.parametrize("given", [["--rate", "0"], ["--rooms", "200"]])
def test_the_command_refuses_in_one_sentence(given):
    output, complaint = command(*given)
    assert output == ""
    assert re.fullmatch(r"CommandError: \w+: [^\n]*\.\n", complaint)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({}, 200), ({"rate": "x"}, 400), ({"rooms": 101}, 400), ({"network": "moon"}, 400), ({"clients": 10**20}, 400)],
)
def test_the_page_gives_advice_and_refuses_invalid_fields(server, wrong, status):
    parameters = {"rate": 20, "clients": 100, "rooms": 1, "latency_ms": 5000, "text_bytes": 100, "network": "local"}
    connection = http.client.HTTPConnection(*urlsplit(server.url).netloc.split(":"))
    connection.request("GET", f"/advise/?{urlencode(parameters | wrong)}")
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    assert response.status == status
    assert ('class="wrong"' in page) == (status == 400)
    assert ('id="verdict"' in page) == (status == 200)


@pytest.mark.parametrize(
    "query", ["utm_source=x", "utm_source=x&fbclid=%00%ff", "=", "csrfmiddlewaretoken=x&question=y"]
)
def test_the_page_ignores_unknown_fields_and_fills_in_missing_ones(server, query):
    usual, rate = (get(server.url, f"/advise/{given}") for given in ("", "?rate=20"))
    known, more = (get(server.url, f"/advise/?{given}") for given in (query, f"{query}&rate=20"))
    assert [response.status for response in (usual, rate, known, more)] == [200] * 4
    assert advised(known) == advised(usual) != advised(rate) == advised(more)


def advised(response):
    return re.search(r'<section class="advice".*?</section>', response.body.decode(), re.DOTALL)[0]


def test_the_page_shows_a_command_as_code(start):
    page = get(start().url, "/advise/").body.decode()
    assert "`" not in page
