"""Measures what a delivery, a poll, a publish, an idle connection and a burst cost the lab and the yardsticks.

Each repetition measures all of them one after another, so that the ratios hold on a machine whose speed changes.
"""

import asyncio
import os
import random
import statistics
import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import Any

import psutil

from benchmarks.bench import load, wire_cost
from benchmarks.bench.load import HANDSHAKE, REQUEST
from benchmarks.servers.process import NO_LIMITS, ROOT, cpu_seconds, run_on_port
from lab.net import orphans

SUBSCRIBERS, RATE, SECONDS = 200, 20, 5  # a rate that the slowest yardstick reaches on one core
TEXT = "x" * 100
POLLERS, PUBLISHERS, JUNK_SENDERS = 16, 32, 4  # connections
IDLE = 2_000  # connections of each technique
LAB = ("manage.py", "serve", "--port", "0")
TUTORIAL, BROADCAST, DJANGO_VIEW = (
    ("-m", f"benchmarks.yardsticks.{name}") for name in ("tutorial", "broadcast", "django_view")
)
SOCKET, STREAM = "/ws/websocket/bench/", "/sse/bench/messages/"
POLL, LONG_POLL = "/polling/bench/messages/", "/longpoll/bench/messages/?hold=55"


@contextmanager
def run_server(command):
    """Run a server on the first core and this process on the others; yield (its port, its psutil.Process)."""
    with orphans.temporary_folder() as data:
        environment = os.environ | NO_LIMITS | {"LAB_DATA": str(data), "PYTHONPATH": str(ROOT)}
        with run_on_port(command, env=environment, stderr=subprocess.DEVNULL) as (port, server):
            yield port, separate_cores(server)


def separate_cores(server):
    """Give the server the first core and this process the others, if the system allows it."""
    cores = list(range(psutil.cpu_count()))
    if len(cores) > 1 and hasattr(server, "cpu_affinity"):
        server.cpu_affinity(cores[:1])
        psutil.Process().cpu_affinity(cores[1:])
    return server


def delivery(command, request, path, publish_path):
    """Return the server's CPU microseconds for a delivery; raise AssertionError if the lab lost one."""
    with run_server(command) as (port, server):
        workload = SUBSCRIBERS, RATE, SECONDS, TEXT, partial(cpu_seconds, server)
        seconds, delivered = asyncio.run(load.fan_out(port, request, path, publish_path, *workload))
    # On a busy machine the tutorial's layer drops messages; the lab must not.
    assert command is not LAB or delivered == SUBSCRIBERS * RATE * SECONDS, f"{path}: {delivered} deliveries"
    return seconds / delivered * 1e6


def polls(command):
    """Return how many empty polls a server answers in a second of CPU time, that is, of one core."""
    with run_server(command) as (port, server):
        request = REQUEST.format(path=f"{POLL}?after=0", port=port).encode()
        exchange = load.exchange(port, lambda _number: request, POLLERS, SECONDS, partial(cpu_seconds, server))
        statuses, seconds = asyncio.run(exchange)
    assert set(statuses) == {200}, f"statuses of polls: {statuses}"
    return statuses[200] / seconds


def publishes():
    """Return how many messages the lab accepts per second, each on disk before its response."""
    with run_server(LAB) as (port, server):
        request = partial(load.publish_request, port, POLL, TEXT)
        exchange = load.exchange(port, request, PUBLISHERS, SECONDS, partial(cpu_seconds, server))
        statuses, _seconds = asyncio.run(exchange)
    assert set(statuses) == {201}, f"statuses of publishes: {statuses}"
    return statuses[201] / SECONDS


def burst():
    """Return the 99th percentile of other users' polls in ms while a few clients send bursts of junk frames."""
    with run_server(LAB) as (port, _server):
        workload = POLLERS, JUNK_SENDERS, SECONDS
        durations = asyncio.run(load.polls_beside_junk(port, f"{POLL}?after=0", SOCKET, *workload))
    return statistics.quantiles(durations, n=100)[98] * 1e3


def idle(request, path):
    """Return the server's memory in KiB for each of IDLE connections; none of them may fail."""
    with run_server(LAB) as (port, server):
        return asyncio.run(_idle(port, server, request, path))


async def _idle(port, server, request, path):
    responds = path != LONG_POLL  # a held request has no response yet
    (warm,) = await load.subscribe(port, request, path, 1, responds)
    await asyncio.sleep(1)
    before = server.memory_info().rss
    idle_connections = await load.subscribe(port, request, path, IDLE, responds)
    await asyncio.sleep(2)
    after = server.memory_info().rss
    lost = sum(subscriber.lost for subscriber in idle_connections)
    for subscriber in (warm, *idle_connections):
        subscriber.transport.abort()
    assert not lost, f"{path}: {lost} of {IDLE} connections failed"
    return (after - before) / IDLE / 1024


MEASUREMENTS: dict[str, tuple[str, str, Callable[[], Any]]] = {
    "tutorial": ("µs per delivery", "Channels' tutorial consumer", lambda: delivery(TUTORIAL, HANDSHAKE, "/b/", "/b/")),
    "broadcast": ("µs per delivery", "websockets.broadcast", lambda: delivery(BROADCAST, HANDSHAKE, "/", "/")),
    "websocket": ("µs per delivery", "the lab's WebSocket", lambda: delivery(LAB, HANDSHAKE, SOCKET, SOCKET)),
    "sse": ("µs per delivery", "the lab's SSE", lambda: delivery(LAB, REQUEST, STREAM, SOCKET)),
    "stock": ("polls per core-second", "a stock async view", lambda: polls(DJANGO_VIEW)),
    "polls": ("polls per core-second", "the lab's polling", lambda: polls(LAB)),
    "publishes": ("publishes per second", "the lab", publishes),
    "burst": ("ms", "other users' polls, p99 during a burst of junk frames", burst),
    "idle_websocket": ("KiB per connection", f"{IDLE:,} idle WebSockets", lambda: idle(HANDSHAKE, SOCKET)),
    "idle_sse": ("KiB per connection", f"{IDLE:,} idle event streams", lambda: idle(REQUEST, STREAM)),
    "idle_longpoll": ("KiB per connection", f"{IDLE:,} held long polls", lambda: idle(REQUEST, LONG_POLL)),
    "wire": ("", "a wire", wire_cost.measure),  # several figures, in a table of their own
}
# (dividend, divisor, kind of target, target)
RATIOS = [
    ("tutorial", "websocket", "at least", 8),
    ("websocket", "broadcast", "at most", 1.5),
    ("sse", "websocket", "at most", 1.5),
    ("polls", "stock", "at least", 3.5),
]


def measure(repetitions, on_progress=lambda done, total: None):
    """Return {name: [a figure for each repetition]}; `on_progress(done, total)` is called after each one.

    The wire's figures are dicts, see wire_cost. Raise AssertionError if a delivery was lost, a request failed, or a
    connection was dropped.
    """
    figures: dict[str, list] = {name: [] for name in MEASUREMENTS}
    for repetition in range(repetitions):
        for number, name in enumerate(random.sample(list(MEASUREMENTS), len(MEASUREMENTS)), 1):
            figures[name].append(MEASUREMENTS[name][2]())
            on_progress(repetition * len(MEASUREMENTS) + number, repetitions * len(MEASUREMENTS))
    return figures


def ratio(figures, over, under):
    """Return the median over the repetitions of one figure divided by another of the same repetition."""
    return statistics.median(one / other for one, other in zip(figures[over], figures[under], strict=True))
