"""What a delivery, a poll, a publish, an idle connection and a burst cost the lab's server and the yardsticks' in turn.

Each repetition measures all of them one after the other, so that the ratios hold on a machine whose speed changes.
"""

import asyncio
import os
import random
import statistics
import subprocess
from contextlib import contextmanager
from functools import partial

import psutil

from benchmarks.bench import bench_wire, load
from benchmarks.bench.load import HANDSHAKE, REQUEST
from benchmarks.servers.process import NO_SHARES, ROOT, cpu, printing_port
from lab.net import orphans

SUBSCRIBERS, RATE, SECONDS = 200, 20, 5  # a rate that the costliest yardstick keeps up with on one core
TEXT = "x" * 100
POLLERS, PUBLISHERS, JUNK_SENDERS = 16, 32, 4  # connections
HELD = 2_000  # idle connections of each technique, at once
LAB = ("manage.py", "serve", "--port", "0")
TUTORIAL, BROADCAST, STOCK = (
    ("-m", f"benchmarks.yardsticks.{name}") for name in ("tutorial", "broadcast", "django_view")
)
SOCKET, STREAM = "/ws/websocket/bench/", "/sse/bench/messages/"
POLL, HOLD = "/polling/bench/messages/", "/longpoll/bench/messages/?hold=55"


@contextmanager
def serving(command):
    """Run a server on the first core and this process on the others; yield (its port, its psutil.Process)."""
    with orphans.temporary_folder() as data:
        environment = os.environ | NO_SHARES | {"LAB_DATA": str(data), "PYTHONPATH": str(ROOT)}
        with printing_port(command, env=environment, stderr=subprocess.DEVNULL) as (port, server):
            yield port, apart(server)


def apart(server):
    """Give the server the first core and this process the others, where the system lets us choose."""
    cores = list(range(psutil.cpu_count()))
    if len(cores) > 1 and hasattr(server, "cpu_affinity"):
        server.cpu_affinity(cores[:1])
        psutil.Process().cpu_affinity(cores[1:])
    return server


def delivery(command, head, path, publish_path):
    """Return the server's CPU microseconds for a delivery; raise AssertionError where one was lost."""
    with serving(command) as (port, server):
        workload = SUBSCRIBERS, RATE, SECONDS, TEXT, partial(cpu, server)
        seconds, delivered = asyncio.run(load.fan_out(port, head, path, publish_path, *workload))
    # The tutorial's layer drops what a busy machine lets pile up; the lab may not.
    assert command is not LAB or delivered == SUBSCRIBERS * RATE * SECONDS, f"{path}: {delivered} deliveries"
    return seconds / delivered * 1e6


def polls(command):
    """Return how many polls with nothing new a server answers in a second of CPU, which is a second of one core."""
    with serving(command) as (port, server):
        request = REQUEST.format(path=f"{POLL}?after=0", port=port).encode()
        exchange = load.exchange(port, lambda _number: request, POLLERS, SECONDS, partial(cpu, server))
        statuses, seconds = asyncio.run(exchange)
    assert set(statuses) == {200}, f"polls were answered {statuses}"
    return statuses[200] / seconds


def publishes():
    """Return how many messages the lab accepts a second, each on disk before its answer."""
    with serving(LAB) as (port, server):
        request = partial(load.publish_request, port, POLL, TEXT)
        statuses, _seconds = asyncio.run(load.exchange(port, request, PUBLISHERS, SECONDS, partial(cpu, server)))
    assert set(statuses) == {201}, f"publishes were answered {statuses}"
    return statuses[201] / SECONDS


def burst():
    """Return the 99th percentile of other users' polls in ms while a few clients send bursts of junk frames."""
    with serving(LAB) as (port, _server):
        taken = asyncio.run(load.polls_beside_junk(port, f"{POLL}?after=0", SOCKET, POLLERS, JUNK_SENDERS, SECONDS))
    return statistics.quantiles(taken, n=100)[98] * 1e3


def idle(head, path):
    """Return the server's memory in KiB for a connection of HELD that are held at once; none may fail."""
    with serving(LAB) as (port, server):
        return asyncio.run(_idle(port, server, head, path))


async def _idle(port, server, head, path):
    answers = path != HOLD  # a held request has no answer yet
    (warm,) = await load.subscribe(port, head, path, 1, answers)
    await asyncio.sleep(1)
    before = server.memory_info().rss
    held = await load.subscribe(port, head, path, HELD, answers)
    await asyncio.sleep(2)
    after = server.memory_info().rss
    lost = sum(subscriber.lost for subscriber in held)
    for subscriber in (warm, *held):
        subscriber.transport.abort()
    assert not lost, f"{path}: {lost} of {HELD} connections failed"
    return (after - before) / HELD / 1024


MEASURES = {
    "tutorial": ("µs a delivery", "Channels' tutorial consumer", lambda: delivery(TUTORIAL, HANDSHAKE, "/b/", "/b/")),
    "broadcast": ("µs a delivery", "websockets.broadcast", lambda: delivery(BROADCAST, HANDSHAKE, "/", "/")),
    "websocket": ("µs a delivery", "the lab's WebSocket", lambda: delivery(LAB, HANDSHAKE, SOCKET, SOCKET)),
    "sse": ("µs a delivery", "the lab's SSE", lambda: delivery(LAB, REQUEST, STREAM, SOCKET)),
    "stock": ("polls a core-second", "a stock async view", lambda: polls(STOCK)),
    "polls": ("polls a core-second", "the lab's polling", lambda: polls(LAB)),
    "publishes": ("publishes a second", "the lab", publishes),
    "burst": ("ms", "other users' polls, p99 during a burst of junk frames", burst),
    "idle_websocket": ("KiB a connection", f"{HELD:,} idle WebSockets", lambda: idle(HANDSHAKE, SOCKET)),
    "idle_sse": ("KiB a connection", f"{HELD:,} idle event streams", lambda: idle(REQUEST, STREAM)),
    "idle_longpoll": ("KiB a connection", f"{HELD:,} held long polls", lambda: idle(REQUEST, HOLD)),
    "wire": ("", "a wire", bench_wire.measure),  # several figures, shown by themselves
}
# (what is divided, by what, whether the ratio aims to be at least or at most, the aim)
RATIOS = [
    ("tutorial", "websocket", "at least", 8),
    ("websocket", "broadcast", "at most", 1.5),
    ("sse", "websocket", "at most", 1.5),
    ("polls", "stock", "at least", 3.5),
]


def measure(repetitions, told=lambda done, of: None):
    """Return {name: [a figure of each repetition]}; `told(done, of)` hears of the progress.

    The wire's figures are dicts, as bench_wire gives them. Raises AssertionError where a delivery was lost, a
    request failed, or a connection was dropped.
    """
    figures = {name: [] for name in MEASURES}
    for repetition in range(repetitions):
        for place, name in enumerate(random.sample(list(MEASURES), len(MEASURES))):
            figures[name].append(MEASURES[name][2]())
            told(repetition * len(MEASURES) + place + 1, repetitions * len(MEASURES))
    return figures


def ratio(figures, over, under):
    """Return the median over the repetitions of one figure divided by another of the same repetition."""
    return statistics.median(one / other for one, other in zip(figures[over], figures[under], strict=True))
