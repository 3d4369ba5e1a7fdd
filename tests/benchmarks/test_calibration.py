"""The calibration: the load measures servers of known behaviour correctly, and reports what is out of bounds."""

import csv
import json

import pytest

from benchmarks.campaigns import calibration

ADDED_MAX = 5.0  # ms that the load itself may add to a server's time
PLANTED = {
    "echo": (0.0, 0.0),
    "wait": (60.0, 0.0),
    "stall": (0.0, 0.0),
}  # wrong on purpose: 60 instead of 50 ms, and no stall


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder of one calibration."""
    return tmp_path_factory.mktemp("calibrated")


@pytest.fixture(scope="module")
def calibrated(place):
    """The results of the calibration."""
    return calibration.run(place, seed=3)


def rows(place, server, name):
    """Return {message: row} of one of a server's files, with times as numbers."""
    with (place / "calibration" / server / name).open() as file:
        return {row["id"]: {key: float(row[key]) for key in row if key.endswith("_ms")} for row in csv.DictReader(file)}


@pytest.mark.server
def test_the_calibration_is_written_as_json_with_figures_for_every_server(calibrated):
    assert json.loads(json.dumps(calibrated)) == calibrated
    assert calibrated["valid"] == (not calibrated["flags"])
    assert calibrated["generator_cpu"] > 0
    assert calibrated["floor_ms"] == calibrated["servers"]["echo"]["latency_ms"]["p50"] > 0
    servers = calibrated["servers"].values()
    assert calibrated["loop_lag_ms"]["p99"] >= max(server["loop_lag_ms"]["p99"] for server in servers)
    for figures in servers:
        spread = [figures["latency_ms"][name] for name in ("p50", "p90", "p99", "p999", "max")]
        assert spread == sorted(spread)
        assert figures["delivered"] == figures["published"] > 50


@pytest.mark.parametrize("server", calibration.BEHAVIOURS)
def test_every_latency_is_the_servers_time_plus_the_time_before_and_after(calibrated, place, server):
    """All times are from one clock, so their order is right however busy the machine is."""
    deliveries, publishes = rows(place, server, "deliveries.csv"), rows(place, server, "publishes.csv")
    waits = rows(place, server, "waits.csv")
    assert len(deliveries) == calibrated["servers"][server]["delivered"]
    for number, delivery in deliveries.items():
        publish, wait = publishes[number], waits[number]
        stamps = publish["scheduled_ms"], publish["started_ms"], wait["arrived_ms"], wait["departed_ms"]
        assert [*stamps, delivery["arrived_ms"]] == sorted([*stamps, delivery["arrived_ms"]])


@pytest.mark.server
def test_the_measured_wait_is_that_of_the_server(calibrated, place):
    """The fastest message shows what the load itself adds; a busy machine delays many messages, but not all."""
    deliveries, waits = rows(place, "wait", "deliveries.csv"), rows(place, "wait", "waits.csv")
    kept = {number: wait["departed_ms"] - wait["arrived_ms"] for number, wait in waits.items()}
    added = [delivery["latency_ms"] - kept[number] for number, delivery in deliveries.items()]
    assert 0 < min(added) < ADDED_MAX
    figures = calibrated["servers"]["wait"]
    assert figures["expected_ms"] == 50 <= figures["waited_ms"]["p50"] <= figures["latency_ms"]["p50"]


@pytest.mark.server
def test_the_stall_is_in_the_open_loops_p99_and_hidden_from_the_closed_one(calibrated):
    """Coordinated omission: a closed loop, which waits for each response, measures only one late message."""
    figures = calibrated["servers"]["stall"]
    stall = figures["stall_ms"]
    assert figures["waited_ms"]["max"] > 0.9 * stall  # a message that arrives when the stall begins waits for all of it
    assert figures["latency_ms"]["p99"] > 0.9 * stall
    assert figures["naive_ms"]["max"] > 0.9 * stall
    assert figures["naive_ms"]["p50"] < figures["naive_ms"]["p90"] < figures["latency_ms"]["p90"] / 2


@pytest.mark.server
def test_servers_that_do_not_behave_as_labelled_are_refused(tmp_path):
    (tmp_path / "calibration" / "wait").mkdir(parents=True)  # an earlier one was interrupted
    planted = calibration.run(tmp_path, seed=3, behaviours=PLANTED)
    assert not planted["valid"]
    assert planted["servers"]["wait"]["latency_ms"]["p50"] > 60
    waited = planted["servers"]["wait"]["waited_ms"]["p50"]
    assert any(f"should wait 50 ms waited {waited:.2f} ms" in flag for flag in planted["flags"])
    assert waited >= 60
    assert any("of a stall of 1,400 ms" in flag for flag in planted["flags"])


def seen(median=50.2, waited=50.0, shown=1380.0, flag=(), floor=0.3):
    """Return the figures that decide whether a calibration is valid."""
    return {
        "echo": {"flags": list(flag), "latency_ms": {"p50": floor}},
        "wait": {"flags": [], "latency_ms": {"p50": median}, "waited_ms": {"p50": waited}},
        "stall": {"flags": [], "latency_ms": {"p99": shown}},
    }


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"median": 50.7}, "the median is 50.70 ms with a server that waited 50.00 ms, and the floor is 0.30 ms"),
        ({"median": 49.9}, "the median is 49.90 ms"),
        ({"median": None}, "the median is 0.00 ms"),
        ({"median": 50.2, "floor": 0.9}, "the floor is 0.90 ms"),
        ({"median": 52.7, "floor": 2.0}, "the floor is 2.00 ms"),
        ({"waited": 50.6, "median": 50.9}, "the server that should wait 50 ms waited 50.60 ms"),
        ({"shown": 1200.0}, "p99 shows 1,200 ms of a stall of 1,400 ms"),
        ({"shown": None}, "p99 shows 0 ms"),
        ({"flag": ["nothing was published"]}, "nothing was published, with the server “echo”"),
    ],
)
def test_a_figure_outside_its_bound_is_reported(fault, words):
    assert calibration.flags(seen()) == []
    (flag,) = calibration.flags(seen(**fault))
    assert words in flag


@pytest.mark.parametrize(("median", "floor"), [(50.66, 0.87), (50.59, 0.3), (50.01, 0.3), (52.6, 2.0), (51.4, 2.0)])
def test_what_every_message_takes_is_no_error(median, floor):
    """The floor of the same run is part of the reading, within 0.3 ms or a third of it."""
    assert calibration.flags(seen(median=median, floor=floor)) == []


def test_a_remark_on_all_servers_is_reported_once():
    late = seen(flag=["publishing was 399 ms late"])
    late["wait"]["flags"] = ["publishing was 1,426.5 ms late"]
    assert calibration.flags(late) == ["calibration: publishing was 1,426.5 ms late, with the server “wait”"]


@pytest.mark.parametrize("valid", [True, False])
def test_only_the_reasons_to_refuse_a_run_count_not_the_notes_on_a_valid_one(tmp_path, valid):
    """A publisher that is half a millisecond late is a fifth of what an echo takes, and says nothing of the reading."""
    names = "latency_ms", "published", "delivered", "loop_lag_ms", "publisher_lag_ms", "generator_cpu"
    summary = dict.fromkeys(names) | {"valid": valid, "flags": ["publishing was late"]}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    (tmp_path / "waits.csv").write_text("arrived_ms,departed_ms\n1.0,1.5\n")
    assert calibration.read(tmp_path)["flags"] == ([] if valid else ["publishing was late"])


@pytest.mark.server
def test_a_load_that_fails_is_reported_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(calibration, "RATE", "many")
    with pytest.raises(calibration.ComparisonError, match=r"calibration's load fails: .*rate"):
        calibration.run(tmp_path, seed=3)
