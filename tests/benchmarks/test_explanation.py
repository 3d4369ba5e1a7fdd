"""Explanations of deviations from the model: a reason is given only if its direction and its size fit."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.analysis.metrics import METRICS
from benchmarks.analysis.results import Comparison
from benchmarks.analysis.series import Estimate, Series
from benchmarks.findings import deviation, reasons
from benchmarks.findings.reasons import byte_counts, latency

EVERY_SECOND = {"arrivals": "regular", "pacing": "rate", "rate": 1.0, "interval": 1.0}
WORKLOAD = {"clients": 10, "rooms": 5, "rate": 4.0, "interval": 1.0, "delay_ms": 0.0, "hold": 25, "text_bytes": 30}
WORKLOAD |= {"pacing": "rate", "arrivals": "poisson", "publishers": 1, "server": "uvicorn", "layer": "memory"}
RUN = {"valid": True, "clients": 10, "duration_s": 14.0, "expected": 560, "delivered": 560, "arrived": 560}
RUN |= {"requests": 560, "empty_responses": 0, "published": 280, "server_cpu_s": 0.56, "reconnects": 0}
RUN |= {"tcp_bytes": {"up": 80_000, "down": 240_000}, "ip_bytes": {"up": 110_000, "down": 300_000}}
AWAY = {"late": 60, "back_ms": {"mean": 250.0, "max": 500.0}}  # 11 % of the deliveries


def row(technique, name, measured, predicted, run=(), accepting=2.0, **settings):
    """Return a Deviation; the server took `accepting` ms for most messages, and twice that for the rest."""
    series = Series(Path(), technique, None, technique, [RUN | dict(run)])
    series.acceptance_times, series.spacing = [np.repeat([accepting, 2 * accepting], [60, 40])], Estimate()
    comparison = Comparison(WORKLOAD | settings, [series])
    return deviation.Deviation(comparison, series, METRICS[name], Estimate.of([measured]), predicted)


def said(*args, **more):
    """Return the explanation of a row."""
    return "; ".join(reasons.explain(row(*args, **more)))


@pytest.mark.parametrize(
    ("changed", "keeps"),
    [
        ({}, True),
        ({"interval": 0.25}, True),  # four polls between two messages
        ({"interval": 0.3}, False),
        ({"rate": 4.0}, False),  # four messages between two polls
        ({"arrivals": "poisson"}, False),
        ({"pacing": "pause"}, False),
        ({"rate": 0.0}, False),
    ],
)
def test_a_message_keeps_its_place_in_the_interval(changed, keeps):
    assert latency.is_phase_locked(EVERY_SECOND | changed) is keeps


@pytest.mark.parametrize(("count", "share"), [(10, None), (10, 0.5), (10, 0.99), (1000, 0.9)])
def test_the_chance_deviation_is_that_of_random_waits(count, share):
    drawn = np.sort(np.random.default_rng(1).random((20_000, count)))
    figures = drawn.mean(axis=1) if share is None else drawn[:, int(np.ceil(share * count)) - 1]
    assert latency.scatter(count, share) == pytest.approx((figures.mean(), figures.std()), rel=0.03)


def test_the_chance_deviation_counts_readers_if_each_always_waits_equally_long():
    assert "with 10 readers, chance can put" in said("polling", "mean", 390.0, 502.0, **EVERY_SECOND)
    assert "with 560 deliveries, chance can put" in said("polling", "mean", 475.0, 502.0)


def test_chance_does_not_explain_large_deviations():
    assert said("polling", "mean", 390.0, 502.0) == "not explained"  # 560 random waits
    assert said("polling", "mean", 1900.0, 502.0, **EVERY_SECOND) == "not explained"  # longer than the interval


def test_a_delivery_before_the_response_saves_at_most_the_time_of_accepting():
    assert "before the publisher's acknowledgement" in said("websocket", "mean", 2.0, 3.0)
    assert said("longpoll", "mean", 104.0, 168.0, delay_ms=100.0) == "not explained"


def test_a_wire_explains_only_higher_latencies():
    assert "the wire that adds the delay" in said("sse", "p50", 11.9, 10.0, delay_ms=8.0)
    assert "the wire" not in said("sse", "p50", 8.9, 10.0, delay_ms=8.0)
    assert said("sse", "p50", 60.0, 10.0, delay_ms=8.0) == "not explained"


def test_redis_explains_at_most_the_time_of_accepting():
    assert "Redis" in said("sse", "mean", 4.0, 2.5, layer="redis")
    assert "Redis" not in said("sse", "mean", 2.0, 2.5, layer="redis")
    assert "Redis" not in said("sse", "mean", 9.0, 2.5, layer="redis")
    assert "Redis" not in said("polling", "mean", 560.0, 502.0, layer="redis")


def test_a_response_takes_the_servers_computing_time():
    assert "computes 1.0 ms" in said("longpoll", "mean", 3.5, 3.0)
    assert said("longpoll", "mean", 4.5, 3.0) == "not explained"
    assert said("sse", "mean", 3.5, 3.0) == "not explained"


def test_the_tail_is_explained_by_the_tail_of_accepting():
    assert "in the tail" in said("sse", "p99", 5.9, 4.0)
    assert said("sse", "p99", 6.1, 4.0) == "not explained"
    assert said("sse", "p50", 3.0, 2.0) == "not explained"


def test_another_server_wakes_a_task_to_push():
    assert "granian" in said("websocket", "p50", 3.0, 2.5, server="granian")
    assert said("websocket", "p50", 9.0, 2.5, server="granian") == "not explained"


def test_a_cut_explains_only_late_deliveries_of_readers_that_were_away():
    cut = {"run": {"reconnect": AWAY}, "cut": "jitter"}
    assert "reconnected after 500 ms" in said("sse", "p99", 300.0, 4.0, **cut)
    assert "reconnected after 500 ms" in said("sse", "mean", 40.0, 4.0, **cut)
    assert said("sse", "mean", 70.0, 4.0, **cut) == "not explained"  # 11 % of 500 ms is 54
    assert said("sse", "p50", 8.0, 4.0, **cut) == "not explained"  # most of them were not late
    assert said("sse", "p99", 700.0, 4.0, **cut) == "not explained"
    assert "cut off" not in said("sse", "p99", 3.0, 4.0, **cut)


def test_a_queue_explains_latencies_only_at_a_busy_server():
    busy = {"server_cpu_s": 11.2}  # 80 % of a core, 20 ms a poll
    assert "80 % of a core" in said("polling", "mean", 590.0, 502.0, run=busy)
    assert said("polling", "mean", 700.0, 502.0, run=busy) == "not explained"
    assert said("polling", "p99", 1795.0, 994.0) == "not explained"


def test_messages_that_share_a_response_explain_fewer_requests():
    fewer = {"requests": 280}
    assert "2.0 messages share a response" in said("longpoll", "requests", 2.0, 3.9, run=fewer)
    assert said("longpoll", "requests", 4.9, 3.9) == "not explained"


def test_polls_are_more_or_fewer_by_the_phase_of_the_first():
    assert "random phase" in said("polling", "requests", 0.13, 0.11)
    assert said("polling", "requests", 1.5, 1.0) == "not explained"
    assert said("polling", "requests", 0.5, 1.0) == "not explained"
    assert "a round trip takes 2,0" in said("polling", "requests", 0.5, 1.0, delay_ms=1_000.0)


def test_readers_that_were_away_explain_fewer_requests():
    cut = {"reconnects": 10, "reconnect": {"back_ms": {"mean": 2_800.0}}}
    assert "sent no requests" in said("polling", "requests", 0.82, 1.0, run=cut)
    assert "sent no requests" not in said("polling", "requests", 0.6, 1.0, run=cut)


def bytes_row(technique, requests, payload, segments, run=(), **settings):
    """Return the explanation of the IP bytes of runs with this many requests, each with these bytes and segments."""
    count = requests or RUN["arrived"]
    tcp = {"up": 0.3 * count * payload, "down": 0.7 * count * payload}
    ip = {way: amount + count * segments / 2 * 52 for way, amount in tcp.items()}
    figures = {"requests": requests, "tcp_bytes": tcp, "ip_bytes": ip} | dict(run)
    deviating = row(technique, "ip_second", sum(ip.values()) / 140, 1.0, run=figures, **settings)
    deviating.predicted = byte_counts.predicted_bytes(deviating).sum
    assert deviating.far
    return "; ".join(reasons.explain(deviating))


def test_more_bytes_are_explained_by_requests_before_segments():
    text = bytes_row("longpoll", 560, 560, 3.0, arrivals="regular", rate=2.0, run={"expected": 280})
    assert text.startswith("100 % more requests")
    assert "segments" not in text


def test_more_segments_than_planned_are_named():
    text = bytes_row("longpoll", 560, 642, 5.0, arrivals="regular", server="hypercorn")
    assert text == "5.00 segments per request instead of 3.00: hypercorn writes in more parts"
    assert bytes_row("longpoll", 560, 642, 5.0, arrivals="regular").endswith("not explained")
    far = bytes_row("longpoll", 560, 642, 4.7, arrivals="regular", delay_ms=20.0)
    assert far.endswith("the wire acknowledges a request before it has the response from the other side")
    assert "a message of 1,890 bytes takes several" in bytes_row("sse", 0, 2_700, 10.0, text_bytes=2_500)
    assert "share a segment" in bytes_row("websocket", 0, 215, 0.5)


def test_other_headers_are_explained_by_another_server():
    text = bytes_row("polling", 140, 1_500, 3.0, server="granian")
    assert text.endswith("granian writes headers of another size")
    assert bytes_row("polling", 140, 2_500, 3.0).endswith("not explained")


def test_reconnects_explain_bytes_of_at_most_their_exchanges():
    assert "cut off" in bytes_row("sse", 0, 240, 2.6, run={"reconnects": 100})
    assert "cut off" not in bytes_row("sse", 0, 240, 2.6, run={"reconnects": 10})


def test_regular_messages_of_several_publishers_have_no_formula():
    assert said("longpoll", "mean", 104.0, 168.0, arrivals="regular", publishers=2).startswith(
        "several publishers published regularly"
    )


def test_unexplained_deviations_are_counted():
    known, unknown = row("sse", "p99", 5.9, 4.0), row("sse", "p99", 60.0, 4.0)
    near = row("sse", "p50", 4.0, 4.0)
    for each in (known, unknown):
        each.reasons = reasons.explain(each)
    assert deviation.summary([near, known]).endswith("; the others are explained below.")
    assert deviation.summary([near, known, unknown]).endswith("; 1 of the 2 others is not explained.")
    assert deviation.summary([near]).endswith("1 of 1 latency and byte figures are within 10 % of the model.")
