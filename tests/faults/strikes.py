"""What a fault does: each strike is given its Trial and yields the instant at which each fault was over.

Instants are seconds since the epoch. `trial.haste` shortens what lasts, for the suite's short form.
"""

import signal
import socket
import time
from contextlib import contextmanager

SNIPS = 20  # pieces cut a second, at most


def disconnect(kind):
    """End all connections of the wire at once, until each crowd has lost `count` of them on average."""

    def strike(trial):
        ended, wire = 0, trial.deployment.wire
        while trial.goes_on and ended < trial.count * len(trial.crowds):
            ended += wire.state("wire")["connections"]
            wire.post("/wires/wire/fault", fault=kind)
            yield time.time()
            trial.pause(1)

    return strike


def snip(trial):
    """Let each crowd's scissors cut `count` pieces."""
    while trial.goes_on and any(road.cuts < trial.count for road in trial.roads):
        for road in trial.roads:
            if road.cuts < trial.count:
                road.arm()
        trial.pause(1 / SNIPS)
        yield time.time()


def again(act, gap=1):
    """Do `act(trial)` `count` times, with `gap` seconds between on average; a fault is over when it returns."""

    def strike(trial):
        for _ in range(trial.count):
            act(trial)
            yield time.time()
            trial.pause(gap * trial.haste)

    return strike


def hold(seconds, state, gap=2):
    """Enter `state(trial)`, a context, for so many seconds, `count` times."""

    def act(trial):
        with state(trial):
            time.sleep(seconds * trial.haste)

    return again(act, gap)


def talk(trial):
    """Break nothing, until each crowd has been given `count` messages."""
    while trial.goes_on and any(sum(member.given for member in crowd.members) < trial.count for crowd in trial.crowds):
        time.sleep(0.1)
    yield time.time()


def wait(trial):
    """Let `count` seconds pass."""
    time.sleep(trial.count)
    yield time.time()


@contextmanager
def frozen(trial):
    """Let nothing pass the wire and nothing close: a black hole."""
    trial.deployment.wire.post("/wires/wire/fault", fault="freeze")
    yield
    trial.deployment.wire.post("/wires/wire/fault", fault="none")


@contextmanager
def redis_away(trial):
    """End Redis, and start it again."""
    trial.deployment.redis.stop()
    yield
    trial.deployment.redis.start()


@contextmanager
def redis_paused(trial):
    """Stop Redis's process in its tracks: it accepts and says nothing."""
    trial.deployment.redis.process.send_signal(signal.SIGSTOP)
    yield
    trial.deployment.redis.process.send_signal(signal.SIGCONT)


def flush(trial):
    """Let Redis forget everything."""
    with socket.create_connection(("127.0.0.1", trial.deployment.redis.port)) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(5) == b"+OK\r\n"


@contextmanager
def postgres_away(trial):
    """End PostgreSQL, and start it again."""
    trial.deployment.postgres.stop()
    yield
    trial.deployment.postgres.start()
