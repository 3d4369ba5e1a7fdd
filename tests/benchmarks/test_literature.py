"""The recomputation of published figures: it reproduces them from their own premises."""

import math

import pytest

from benchmarks.literature import replication
from benchmarks.literature.recomputed import MEBI, lubbers, regular_long_poll, rows
from benchmarks.literature.sources import SOURCES, Row
from benchmarks.scenarios import scenario

ROWS = {(row.source, row.what): row for row in rows()}


def written(value, like):
    """Return a figure with as many decimals as the published one; truncated, as its authors did."""
    decimals = len(f"{like}".partition(".")[2])
    return {math.floor(value * 10**decimals) / 10**decimals, round(value, decimals)}


@pytest.mark.parametrize("row", [row for row in lubbers() if row.unit == "2²⁰ bit/s"], ids=lambda row: row.what)
def test_the_figures_of_lubbers_and_greco_are_reproduced_exactly(row):
    assert row.published in written(row.recomputed, row.published)


def test_decimal_megabits_give_five_per_cent_more():
    row = ROWS["lubbers", "polling, 10,000 clients"]
    assert row.recomputed * MEBI / 1e6 == pytest.approx(69.68)


def test_edmontons_polling_lies_within_three_per_cent():
    row = ROWS["pimentel", "polling, Edmonton"]
    assert row.recomputed == pytest.approx(155.6)
    assert row.difference(row.recomputed) == pytest.approx(2.8, abs=0.1)


@pytest.mark.parametrize(
    "key",
    [
        ("pimentel", "WebSocket, Edmonton"),  # the link's delay is set to this figure
        ("grigorik", "smallest frame, up"),
        ("vyvere", "clients served by SSE"),  # deliveries per second are derived from it
    ],
)
def test_a_premise_does_not_count_as_reproduced(key):
    assert ROWS[key].recomputed is None


def test_every_recomputed_figure_lies_within_three_per_cent():
    apart = {row.what: row.difference(row.recomputed) for row in ROWS.values()}
    assert {what: per_cent for what, per_cent in apart.items() if abs(per_cent or 0) > 3} == {}


@pytest.mark.parametrize(("delay", "transits"), [(0.05, 1), (0.12, 1), (0.126, 2), (0.2, 2)])
def test_regular_messages_find_a_waiting_request_if_the_round_trip_is_shorter_than_their_interval(delay, transits):
    assert regular_long_poll(delay, 0.250) / delay == pytest.approx(transits, rel=0.05)


def test_every_source_is_named_and_has_figures():
    assert {row.source for row in ROWS.values()} == set(SOURCES)


def test_a_measured_figure_stands_beside_the_published_one():
    key = "pimentel", "polling, Edmonton"
    measured = {(row.source, row.what): row.measured for row in rows({key: 152.0})}
    assert measured[key] == 152.0
    assert sum(value is not None for value in measured.values()) == 1


def test_a_figure_that_was_not_published_has_no_difference():
    assert Row("rfc6202", "x", "ms", None).difference(1.0) is None
    assert Row("rfc6202", "x", "ms", 1.0).difference(None) is None


def run(label, technique, **figures):
    """Return a run of ten messages, one request each."""
    counted = {"requests": 10, "arrived": 10, "duration_s": 10.0, "text_bytes": 30, "server_cpu_s": 1.0}
    return {"label": label, "technique": technique, "valid": True, **counted, **figures}


def test_the_scenario_measures_the_figures_of_the_literature():
    labels = set(scenario.load("literature").labels)
    used = set()

    def of(label, technique, figure):
        used.add(label)

    list(replication.measured(of))
    assert used == labels


def test_every_measured_figure_has_a_published_one_beside_it():
    keys = {key for key, _figure in replication.measured(lambda *arguments: None)}
    assert keys <= set(ROWS)


def test_edmonton_is_the_mean_of_the_median_run():
    runs = [run("edmonton", "polling", latency_ms={"mean": mean}) for mean in (150.0, 152.0, 190.0)]
    runs.append(run("edmonton", "polling", latency_ms={"mean": 1.0}) | {"valid": False})
    assert replication.figures(runs) == {("pimentel", "polling, Edmonton"): 152.0}


def test_headers_are_the_bytes_without_the_messages():
    polled = run("lubbers", "polling", tcp_bytes={"up": 10 * 200, "down": 10 * (200 + 190)}, payload_bytes=10 * 190)
    figures = replication.figures([polled])
    assert figures["lubbers", "polling, 1,000 clients"] == pytest.approx(400 * 8 * 1000 / MEBI)


PUSHED = run("abril", "websocket", tcp_bytes={"up": 0, "down": 10 * (4 + 191)})


def test_a_frame_costs_four_bytes_over_125():
    """RFC 6455: a frame has two bytes of framing up to 125 bytes; these messages are longer."""
    counted = PUSHED | {"payload_bytes": 10 * 191}
    figures = replication.figures([counted, counted | {"label": "lubbers"}])
    assert figures["appelqvist", "framing, WebSocket"] == 4.0
    assert figures["lubbers", "WebSocket, 1,000 clients"] == pytest.approx(0.0305, abs=5e-5)


def test_runs_without_the_bytes_of_messages_have_no_framing():
    assert replication.figures([PUSHED]) == {("abril", "five messages, WebSocket"): 5 * 195}
    *_others, last = replication.sentences(replication.records([PUSHED]))
    assert last.startswith("Headers and frames are missing")
    counted = PUSHED | {"payload_bytes": 10 * 191}
    assert not any("are missing" in said for said in replication.sentences(replication.records([counted])))


def test_the_table_has_a_line_for_every_row():
    table = replication.table()
    assert len(table) == len(ROWS)
    assert table["measured"].isna().all()


def test_the_conclusion_counts_reproduced_figures_and_names_the_latencies():
    assert replication.sentences(replication.records([])) == []  # nothing was measured
    runs = [
        run("edmonton", "polling", latency_ms={"mean": 161.0}),
        run("edmonton", "websocket", latency_ms={"mean": 80.6}),
    ]
    recomputed, near, far = replication.sentences(replication.records(runs))
    assert recomputed.startswith("22 of 22 published figures follow from their own premises")
    assert near.startswith("Measured here, 1 of 3 are within 10 % of the published ones; polling, Edmonton 161 ms (")
    assert far.startswith("2 are further away, from polling : WebSocket, Edmonton -47 % to WebSocket, Edmonton +100 %")
