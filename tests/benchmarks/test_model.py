"""The model: its formulas agree with simulations, with a published measurement, and with the server's bytes."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import model
from benchmarks.literature.recomputed import regular_long_poll
from benchmarks.model import sizes
from benchmarks.model.formulas import HEARTBEAT_EVENT, HEARTBEAT_FRAME, PING
from benchmarks.model.parameters import Parameters
from lab.messages import frames
from lab.messages.message import Message
from support.processes import ROOT, SMALL

TECHNIQUES = tuple(model.MODELS)
CASES = [
    Parameters(rate=rate, delay=delay, interval=interval, hold=hold, turnaround=turnaround, pause=pause)
    for rate, delay, interval, hold, turnaround, pause in (
        (0.5, 0.025, 1.0, 25, 0.0, False),
        (4.0, 0.040, 0.15, 25, 0.002, True),
        (20.0, 0.025, 1.0, 2, 0.010, False),
        (1.0, 0.2, 2.0, 1, 0.0, True),
    )
]
MESSAGES = 400_000
parameters = st.builds(
    Parameters,
    rate=st.floats(0.01, 1000),
    delay=st.floats(0, 1, allow_subnormal=False),
    interval=st.floats(0.01, 100),
    pause=st.booleans(),
    hold=st.floats(0.1, 55),
    turnaround=st.floats(0, 0.1, allow_subnormal=False),
    fan_out=st.floats(0, 1, allow_subnormal=False),
    base=st.floats(0, 1, allow_subnormal=False),
)


def arrivals(p):
    return np.cumsum(np.random.default_rng(1).exponential(1 / p.rate, MESSAGES))


def simulate_polling(p):
    """Return (latencies, responses, empty responses, seconds) of a simulation: requests reach the server every P."""
    published = arrivals(p)
    polls = np.arange(0.37 * p.period, published[-1] + 2 * p.period, p.period)
    fetched_by = np.searchsorted(polls, published)
    return polls[fetched_by] - published + p.delay, len(polls), len(polls) - len(set(fetched_by)), polls[-1]


def simulate_longpoll(p):
    """Return the same for long polling: a request waits for the next message, at most for the hold."""
    published = arrivals(p).tolist()
    latencies, responses, empty, now, place = [], 0, 0, 0.0, 0
    while place < MESSAGES:
        if published[place] > now:
            now = min(published[place], now + p.hold)
        first = place
        while place < MESSAGES and published[place] <= now:
            latencies.append(now - published[place] + p.delay)
            place += 1
        responses += 1
        empty += place == first
        now += p.gap
    return np.array(latencies), responses, empty, now


@pytest.mark.parametrize("p", CASES, ids=str)
@pytest.mark.parametrize(
    ("technique", "simulate"), [("polling", simulate_polling), ("longpoll", simulate_longpoll)], ids=["poll", "long"]
)
def test_the_model_agrees_with_a_simulation(technique, simulate, p):
    latencies, responses, empty, seconds = simulate(p)
    assert model.mean(technique, p) == pytest.approx(latencies.mean(), rel=0.02)
    for fraction in (0.5, 0.9, 0.99):
        assert model.quantile(technique, p, fraction) == pytest.approx(np.quantile(latencies, fraction), rel=0.02)
    assert model.maximum(technique, p) == pytest.approx(latencies.max(), rel=0.02)
    assert model.requests(technique, p) == pytest.approx(responses / seconds, rel=0.02)
    assert model.empty_share(technique, p) == pytest.approx(empty / responses, rel=0.02, abs=0.002)
    simulated = (responses * (p.headers + p.empty) + MESSAGES * (p.message + 1)) / seconds
    assert model.payload(technique, p) == pytest.approx(simulated, rel=0.02)


@pytest.mark.parametrize("delay", [0.05, 0.1, 0.12, 0.15, 0.2])
def test_long_polling_agrees_with_a_simulation_of_regular_messages(delay):
    p = Parameters(rate=4.0, delay=delay, regular=True)
    assert model.mean("longpoll", p) == pytest.approx(regular_long_poll(delay, 0.250), rel=0.05)
    assert model.requests("longpoll", p) == pytest.approx(min(4.0, 1 / (2 * delay)))
    assert model.quantile("longpoll", p, 0.01) == pytest.approx(delay, rel=0.05)


def test_regular_messages_rarer_than_the_hold_count_as_random():
    p = Parameters(rate=0.01, regular=True)
    assert model.requests("longpoll", p) == model.requests("longpoll", replace(p, regular=False)) > 0.01


@pytest.mark.parametrize("technique", TECHNIQUES)
@settings(deadline=None)
@given(p=parameters, regular=st.booleans())
def test_the_bytes_up_are_part_of_all_bytes(technique, p, regular):
    p = replace(p, regular=regular)
    sent, segments = model.up(technique, p)
    assert 0 <= sent < model.payload(technique, p)
    assert 0 < segments < model.packets(technique, p)


@pytest.mark.parametrize(
    ("other", "level", "rate"),
    [
        ("longpoll", model.payload, 1.0),
        ("sse", model.payload, 19),
        ("sse", model.ip, 4.4),
        ("websocket", model.payload, 401),
        ("websocket", model.ip, 5.2),
    ],
)
def test_polling_costs_fewer_bytes_above_a_rate(other, level, rate):
    """The expected figures were derived by hand for H 400, m 100, d 25 ms, τ 25 s, T 1 s."""
    p = Parameters(delay=0.025)
    assert model.crossing("polling", other, p, level) == pytest.approx(rate, rel=0.02)


@pytest.mark.parametrize("interval", [0.5, 2.0, 10.0])
def test_polling_costs_less_than_long_polling_above_one_message_an_interval(interval):
    p = Parameters(delay=0.001, interval=interval, hold=1000)
    assert model.crossing("polling", "longpoll", p) == pytest.approx(1 / interval, rel=0.05)


def test_a_crossing_that_does_not_exist_is_none():
    assert model.crossing("websocket", "polling", Parameters()) is None
    assert model.crossing("polling", "polling", Parameters()) is None
    assert model.crossing("polling", "pigeon", Parameters()) is None


def test_the_model_agrees_with_a_published_measurement():
    """Pimentel & Nickerson 2012: a pause of 150 ms, 4 Hz, 40.3 ms one way: 151.3 ms, here 155.6."""
    p = Parameters(rate=4, delay=0.0403, interval=0.150, pause=True)
    assert model.mean("polling", p) * 1000 == pytest.approx(155.6, abs=0.1)


@pytest.mark.parametrize(("size", "framing"), [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_the_models_frame_is_as_long_as_rfc_6455_says(size, framing):
    assert model.MODELS["websocket"].framing(Parameters(message=size)) == framing


def test_the_models_framing_of_an_event_is_that_of_the_server():
    message = b"x" * 100
    event = b"id: 123\ndata: " + message + b"\n\n"
    chunk = b"%x\r\n%b\r\n" % (len(event), event)
    assert model.MODELS["sse"].framing(Parameters(message=100, digits=3)) == len(chunk) - len(message)


def test_the_models_message_is_as_long_as_the_servers():
    message = Message(7, "räume", "Ann", 'é "\n" 😀', "n" * 22, 1763678000123.25, 1763678000124.5678)
    given = json.loads(message.json) | {"arrived_at": 1.0}
    assert sizes.delivered("polling", given) == len(message.json)
    assert sizes.delivered("websocket", given) == len(frames.delivered(message).encode())


def test_the_models_heartbeat_is_that_of_the_server():
    modules = (
        "import django; django.setup(); from lab.messages.framing import chunk, text_frame; from sse import server"
    )
    sizes_of = "len(chunk(server.HEARTBEAT)), len(text_frame(frames.heartbeat().encode())), settings.HEARTBEAT"
    code = f"{modules}; from lab import settings; from lab.messages import frames; print({sizes_of})"
    written = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=os.environ | SMALL)
    event, frame, seconds = map(int, written.split())
    assert (HEARTBEAT_EVENT.down, HEARTBEAT_FRAME.down) == (event, frame)
    assert {HEARTBEAT_EVENT.seconds, HEARTBEAT_FRAME.seconds} == {seconds}


def test_the_models_ping_interval_is_that_of_the_server():
    from uvicorn import Config

    assert Config("lab.asgi:application").ws_ping_interval == PING.seconds
    assert "ws_ping" not in (ROOT / "lab/server/serve.py").read_text()


def simulated_heartbeats(rate, seconds, messages):
    """Return the heartbeats per second of a simulated server that sends one after `seconds` of silence."""
    times = np.cumsum(np.random.default_rng(1).exponential(1 / rate, messages))
    return np.floor(np.diff(times) / seconds).sum() / times[-1]


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_heartbeats_agree_with_a_simulation(rate):
    p = Parameters(rate=rate)
    for kept in (HEARTBEAT_EVENT, HEARTBEAT_FRAME):
        assert kept.rate(p) == pytest.approx(simulated_heartbeats(rate, kept.seconds, MESSAGES), rel=0.05)


def test_silence_costs_only_the_bytes_that_keep_connections_alive():
    p = Parameters(rate=0.0)
    assert model.payload("sse", p) == pytest.approx(33 / 15)
    assert model.payload("websocket", p) == pytest.approx(23 / 15 + (6 + 10) / 20)
    assert model.packets("websocket", p) == pytest.approx(2 / 15 + 4 / 20)
    assert model.up("websocket", p) == (pytest.approx(10 / 20), pytest.approx(1 / 15 + 2 / 20))


@pytest.mark.parametrize("technique", TECHNIQUES)
@settings(deadline=None)
@given(p=parameters)
def test_quantiles_integrate_to_the_mean(technique, p):
    fractions = (np.arange(4000) + 0.5) / 4000
    integral = np.mean([model.quantile(technique, p, fraction) for fraction in fractions])
    step = model.maximum(technique, p) / len(fractions)  # where the quantile jumps, the sum is wrong by at most this
    assert integral == pytest.approx(model.mean(technique, p), rel=2e-3, abs=step)


@pytest.mark.parametrize("technique", TECHNIQUES)
@settings(deadline=None)
@given(p=parameters, low=st.floats(0, 1), high=st.floats(0, 1))
def test_quantiles_grow_up_to_the_maximum(technique, p, low, high):
    low, high = sorted((low, high))
    values = [model.quantile(technique, p, fraction) for fraction in (0, low, high)] + [model.maximum(technique, p)]
    assert values == sorted(values)


@settings(deadline=None)
@given(p=parameters, more=st.floats(1, 10))
def test_a_longer_interval_means_fewer_requests_and_longer_waits(p, more):
    longer = replace(p, interval=p.interval * more)
    assert model.requests("polling", longer) <= model.requests("polling", p)
    assert model.mean("polling", longer) >= model.mean("polling", p)


@pytest.mark.parametrize("technique", TECHNIQUES)
@settings(deadline=None)
@given(p=parameters, more=st.floats(1, 10))
def test_bytes_grow_with_rate_and_size(technique, p, more):
    assert model.payload(technique, replace(p, message=p.message * more)) >= model.payload(technique, p)
    assert model.ip(technique, p) >= model.payload(technique, p)
    assert 0 <= model.empty_share(technique, p) <= 1


@settings(deadline=None)
@given(p=parameters)
def test_long_polling_waits_three_transits_at_most(p):
    p = replace(p, turnaround=0.0, fan_out=0.0, base=0.0)
    assert model.maximum("longpoll", p) <= 3 * p.delay + 1e-12


@pytest.mark.parametrize("technique", TECHNIQUES)
@settings(deadline=None)
@given(p=parameters, base=st.floats(0, 1))
def test_the_time_of_accepting_a_message_adds_to_every_latency(technique, p, base):
    slower, p = replace(p, base=base), replace(p, base=0.0)
    assert model.mean(technique, slower) == pytest.approx(model.mean(technique, p) + base)
    assert model.quantile(technique, slower, 0.9) == pytest.approx(model.quantile(technique, p, 0.9) + base)
    assert model.requests(technique, slower) == model.requests(technique, p)


def test_a_pause_begins_with_the_arrival_of_the_response():
    p = Parameters(interval=0.15, delay=0.04, turnaround=0.01, pause=True)
    assert p.period == pytest.approx(0.15 + 2 * 0.04 + 0.01)
    assert model.requests("polling", p) == pytest.approx(1 / 0.24)
    assert replace(p, pause=False).period == 0.15


def test_a_technique_without_a_model_has_no_prediction():
    p = Parameters()
    for predict in (model.mean, model.maximum, model.requests, model.empty_share, model.payload, model.ip):
        assert predict("pigeon", p) is None
    assert model.quantile("pigeon", p, 0.5) is None
