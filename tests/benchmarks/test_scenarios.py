"""Scenarios: the settings of their files, the sentence for each mistake, and the plan of runs."""

import re
from collections import Counter

import pytest

from benchmarks import model
from benchmarks.campaigns import cli_options
from benchmarks.model.parameters import Parameters
from benchmarks.model.sizes import empty, headers, message
from benchmarks.scenarios import plan, scenario
from benchmarks.scenarios.settings import ComparisonError

BASE = """\
purpose = "All techniques, for a moment."
prediction = "Polling waits."
clients = 8
rooms = 2
rate = 20.0
warmup = 0.5
duration = 1.5
"""
POINTS = """
[[point]]
name = "near"
[[point]]
name = "far"
delay_ms = 40.3
techniques = ["polling"]
"""


def sizes_of(technique):
    return Parameters(headers=headers(technique), message=message(technique, 100), empty=empty(technique))


def read(text):
    return scenario.read("small.toml", text)


@pytest.mark.parametrize("path", sorted(scenario.FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_except_quick_has_a_purpose_and_a_prediction(path):
    loaded = scenario.load(path.stem)
    assert loaded.purpose.endswith(".")
    assert loaded.prediction.endswith(".")
    assert path.read_text().startswith("# About ")  # it says how long it takes
    assert plan.runs(loaded)


def test_the_rates_in_the_prediction_of_polling_are_those_of_the_model():
    def crossing(other, level):
        return model.crossing("polling", other, sizes_of("polling"), level, sizes_of(other))

    figures = [float(figure) for figure in re.findall(r"[0-9.]+(?=[ ,:])", scenario.load("rate").prediction)]
    long, event, socket = (crossing(other, model.ip) for other in ("longpoll", "sse", "websocket"))
    assert figures[:2] == [round(long, 1), round(event, 1)] == [round(long, 1), round(socket, 1)]
    assert figures[2:] == [round(crossing(other, model.payload)) for other in ("sse", "websocket")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BASE.replace("rooms = 2", "rooms = 0"), "line 4: rooms must be a whole number from 1 to 1,000, not 0"),
        (BASE.replace("rooms = 2", "rooms = 2.5"), "line 4: rooms must be a whole number"),
        (BASE.replace("rooms = 2", "rooms = true"), "line 4: rooms must be a whole number"),
        (BASE.replace("rooms = 2", "rooms = 9"), "line 4: rooms must be at most the number of clients"),
        (BASE.replace("rate = 20.0", "rate = nan"), "line 5: rate must be a number"),
        (BASE.replace("rate = 20.0", "rates = 20.0"), "line 5: rates is not a setting"),
        (BASE.replace("rate = 20.0", "rate = "), "line 5"),
        (BASE.replace("rate = 20.0\n", ""), "lacks rate"),
        (BASE.replace('prediction = "Polling waits."\n', ""), "lacks prediction"),
        (BASE.replace('"Polling waits."', '" "'), "line 2: prediction must be a sentence"),
        (BASE.replace('"Polling waits."', "7"), "line 2: prediction must be a sentence"),
        (BASE + 'server = "apache"', "line 8: server must be one of uvicorn, daphne, hypercorn, granian, not 'apache'"),
        (BASE + "layer = []", "line 8: layer must be one of memory, redis, pubsub, not []"),
        (BASE + 'techniques = ["pigeon"]', "line 8: techniques: there is no technique 'pigeon'"),
        (BASE + "techniques = [[]]", "line 8: techniques: there is no technique []"),
        (BASE + 'techniques = "sse"', "line 8: techniques must be a list"),
        (BASE + "[sweep]\nclients = [1, 10]", "line 9: clients must be at least the number of rooms"),
        (BASE + "[sweep]\nrooms = [1, 10]", "line 9: rooms must be at most the number of clients"),
        (BASE + POINTS + "clients = 1", "line 15: clients must be at least the number of rooms"),
        (BASE + POINTS + "clients = 10\nrooms = 11", "line 16: rooms must be at most the number of clients"),
        (BASE + "sweep.rate = [1.0, -4.0]", "line 8: rate must be a number"),
        (BASE + "sweep = { rate = [1.0, -4.0] }", "line 8: rate must be a number"),
        (BASE + "[sweep]\n# two\nrate = [\n1.0,\n-4.0]", "line 10: rate must be a number"),
        (BASE + "[[point]]\nname = 'a'\n[[ point ]]\n'name' = 'b'\n\"rate\" = -1", "line 12: rate must be a number"),
        (BASE + "[stages]\n# the first\nsse = 3", "line 10: sse must be a list of names"),
        (
            BASE.replace("rate = 20.0", "rate = -1")
            .replace('"All', '"""\nrate = 5\n[sweep]\nAll')
            .replace('moment."', 'moment."""'),
            "line 8: rate must be a number",
        ),
        (BASE.replace("rate = 20.0", "rate = -1").replace("\n", "\r\n"), "line 5: rate must be a number"),
        (BASE + "[sweep]\nclients = [10, 0]", "line 9: clients must be a whole number from 1 to 100,000, not 0"),
        (BASE + "[sweep]\nclients = [10, 10]", "line 9: clients must not repeat a value"),
        (BASE + "[sweep]\nclients = []", "line 9: clients must be a list of 1 to 100 values"),
        (BASE + "[sweep]\nseed = [1, 2]", "line 9: seed cannot be swept"),
        (BASE + "[sweep]\nclients = [10]\nrate = [1.0]", "line 8: sweep must name one setting"),
        (BASE + "sweep = 3", "line 8: sweep must name one setting"),
        (BASE + "[sweep]\nrate = [1.0]\n" + POINTS, "line 8: sweep and point cannot both be given"),
        (BASE + "[[point]]\nrate = 1.0", "line 8: name must be given"),
        (BASE + POINTS.replace("far", "near"), "line 12: name must be given and differ at each point"),
        (BASE + POINTS.replace("delay_ms = 40.3", "delay_ms = -1"), "line 13: delay_ms must be a number"),
        (BASE + POINTS.replace("delay_ms = 40.3", "seed = 4"), "line 13: seed is not a setting of a point"),
        (BASE + POINTS.replace('["polling"]', '["pigeon"]'), "line 14: techniques: there is no technique 'pigeon'"),
        (BASE + "point = 3", "line 8: point must be 1 to 100 [[point]] tables"),
        (BASE + '[stages]\nwebsocket = ["roof"]', "line 9: websocket: websocket has no stage 'roof'"),
        (BASE + '[stages]\npigeon = ["roof"]', "line 9: pigeon: there is no technique 'pigeon'"),
        (BASE + "[stages]\nwebsocket = 3", "line 9: websocket must be a list of names"),
        (BASE + "stages = 3", "line 8: stages must be a table"),
        (BASE + "techniques = " + 5_000 * "[", "small.toml is not TOML"),
    ],
)
def test_a_mistake_is_reported_in_one_sentence_with_its_line(text, words):
    with pytest.raises(ComparisonError) as refused:
        read(text)
    assert words in str(refused.value)
    assert re.fullmatch(r"small.toml[^\n]+\.", str(refused.value))


def test_a_sweep_makes_a_point_of_each_value():
    swept = read(BASE + "[sweep]\nclients = [10, 50]")
    assert swept.sweep == {"setting": "clients", "values": [10, 50]}
    assert [swept.at(point).clients for point in (0, 1)] == [10, 50]
    assert {swept.at(point).rate for point in (0, 1)} == {20}


def test_points_may_have_their_own_names_settings_and_techniques():
    chosen = read(BASE + POINTS)
    assert [(label, chosen.at(point).delay_ms) for point, label in enumerate(chosen.labels)] == [
        ("near", 0),
        ("far", 40.3),
    ]
    assert Counter(run.point for run in plan.runs(chosen, ["polling", "sse"])) == {0: 2, 1: 1}


def test_a_setting_given_by_hand_counts_at_every_point():
    assert [
        read(BASE + POINTS).at(1).delay_ms,
        scenario.changed(read(BASE + POINTS), {"delay_ms": 7.0}).at(1).delay_ms,
    ] == [40.3, 7]
    swept = scenario.changed(read(BASE + "[sweep]\nclients = [10, 50]"), {"clients": 20})
    assert (swept.sweep, len(swept.points), swept.at(0).clients) == (None, 1, 20)
    swept = scenario.changed(swept, {"rate": [1.0, 2.0, 3.0]})
    assert [swept.at(point).rate for point in range(3)] == [1, 2, 3]
    with pytest.raises(ComparisonError, match="rooms must be at most the number of clients"):
        scenario.changed(swept, {"rooms": 21})


def test_only_one_setting_may_be_swept():
    near = read(BASE + "[sweep]\ndelay_ms = [5.0, 50.0]")
    assert scenario.changed(near, {"delay_ms": [1.0, 2.0, 3.0]}).sweep == {"setting": "delay_ms", "values": [1, 2, 3]}
    swept = scenario.changed(near, {"rate": [1.0, 4.0], "delay_ms": 5.0})
    assert [(swept.at(point).rate, swept.at(point).delay_ms) for point in (0, 1)] == [(1, 5), (4, 5)]
    for chosen, lists, words in (
        (
            read(BASE),
            {"clients": [20, 100], "rate": [1.0, 4.0]},
            "rate: a list is a sweep, but clients is swept already",
        ),
        (near, {"rate": [1.0, 4.0]}, "rate: a list is a sweep, but delay_ms is swept already"),
        (
            read(BASE + POINTS),
            {"rate": [1.0, 4.0]},
            "rate: a list is a sweep, but the scenario small has its own points",
        ),
        (read(BASE + POINTS), {"delay_ms": [1.0, 4.0]}, "delay_ms: a list is a sweep, but the scenario small has"),
    ):
        with pytest.raises(ComparisonError, match=f"^{words}"):
            scenario.changed(chosen, lists)


def test_all_runs_are_interleaved_in_an_order_that_the_seed_decides():
    chosen = scenario.changed(read(BASE + "[sweep]\nclients = [10, 50]"), {"repetitions": 20, "seed": 5})
    runs = plan.runs(chosen, ["polling", "sse"], {"polling": ("",)})
    assert (
        runs
        == plan.runs(chosen, ["polling", "sse"])
        != plan.runs(scenario.changed(chosen, {"seed": 6}), ["polling", "sse"])
    )
    blocks = [tuple((run.technique, run.point) for run in runs[start : start + 4]) for start in range(0, 80, 4)]
    every = [("polling", 0), ("polling", 1), ("sse", 0), ("sse", 1)]
    assert all(sorted(block) == every for block in blocks)
    assert len(set(blocks)) > 5
    assert [run.repetition for run in runs] == [number for number in range(1, 21) for _ in range(4)]


def test_each_run_has_its_own_folder():
    chosen = read(BASE + '[sweep]\nclients = [10, 50]\n[stages]\nwebsocket = ["echo", ""]')
    places = [run.folder for run in plan.runs(chosen)]
    assert len(set(places)) == len(places) == 10
    assert {"runs/websocket-echo-0-1", "runs/websocket-1-1", "runs/polling-0-1"} <= set(places)


@pytest.mark.parametrize("name", ["nowhere", "", "../secrets", "no\0where", "/", 300 * "x"])
def test_an_unknown_scenario_is_refused_in_one_sentence(name):
    with pytest.raises(ComparisonError) as refused:
        scenario.load(name)
    assert re.fullmatch(r"[^\n]+\.", str(refused.value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rate=2.5", {"rate": 2.5}),
        ("clients=[10, 50]", {"clients": [10, 50]}),
        ("server=granian", {"server": "granian"}),
        ("=", None),
        ("rate", None),
        ("rate=1\nseed=2", None),
        ('layer="', None),
    ],
)
def test_the_command_line_can_set_what_a_scenario_can(text, value):
    if value is None:
        with pytest.raises(ComparisonError, match="NAME=VALUE"):
            cli_options.setting(text)
    else:
        assert cli_options.setting(text) == value


def test_a_stage_is_combined_with_its_technique_only():
    assert cli_options.stages("async,finished", ["sse", "websocket"]) == {"sse": [""], "websocket": ["async", ""]}
    with pytest.raises(ComparisonError, match="there is no stage 'async', choose among finished, "):
        cli_options.stages("async", ["sse"])
