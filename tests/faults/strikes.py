"""The strikes, one for each fault: each gets its Trial, and informs the crowds when a strike is over.

`trial.haste` shortens durations, for the suite's short form.
"""

import signal
import socket
import time
from contextlib import contextmanager

from lab.wire.relay.connection import LINGER

SNIPS = 20  # pieces that are cut per second, at most


def disconnect(kind):
    """Return a strike that ends all connections of the wires at once, until each crowd has lost `count` of them."""

    def strike(trial):
        wire = trial.deployment.wire
        while trial.goes_on and (due := [crowd for crowd in trial.crowds if crowd.strikes < trial.count]):
            for crowd in due:
                open_now = wire.state(crowd.technique)["connections"]
                wire.post(f"/wires/{crowd.technique}/fault", fault=kind)
                if open_now:
                    crowd.struck(open_now)
            time.sleep(LINGER)  # until then, ended connections may count as open
            trial.pause(0.5)

    return strike


def snip(trial):
    """Let the Scissors of each crowd cut `count` pieces."""
    while trial.goes_on and (due := [crowd for crowd in trial.crowds if crowd.strikes < trial.count]):
        for crowd in due:
            crowd.road.arm()
        trial.pause(1 / SNIPS)
        for crowd in due:
            for at in crowd.road.cuts[crowd.strikes :]:
                crowd.struck(at=at)
    for crowd in trial.crowds:
        crowd.road.disarm()


def again(act, gap=1):
    """Return a strike that calls `act(trial)` `count` times, `gap` seconds apart on average; each is one fault."""

    def strike(trial):
        for _ in range(trial.count):
            act(trial)
            for crowd in trial.crowds:
                crowd.struck()
            trial.pause(gap * trial.haste)

    return strike


def hold(seconds, state, gap=2):
    """Return a strike that enters the context `state(trial)` for `seconds`, `count` times."""

    def act(trial):
        with state(trial):
            time.sleep(seconds * trial.haste)

    return again(act, gap)


def talk(trial):
    """Break nothing until each crowd has received `count` messages."""
    while trial.goes_on and any(given(crowd) < trial.count for crowd in trial.crowds):
        time.sleep(0.1)
    for crowd in trial.crowds:
        crowd.struck(given(crowd))


def given(crowd):
    """Return how many messages a crowd has received."""
    return sum(member.given for member in crowd.members)


def wait(trial):
    """Let `count` seconds pass."""
    time.sleep(trial.count)
    for crowd in trial.crowds:
        crowd.struck(trial.count)


@contextmanager
def frozen(trial):
    """Freeze the wires: nothing passes and no connection closes."""
    trial.put("freeze")
    yield
    trial.put("none")


@contextmanager
def redis_away(trial):
    """End Redis, and start it again."""
    trial.deployment.redis.stop()
    yield
    trial.deployment.redis.start()


@contextmanager
def redis_paused(trial):
    """Suspend Redis: it accepts connections and does not respond."""
    trial.deployment.redis.process.send_signal(signal.SIGSTOP)
    yield
    trial.deployment.redis.process.send_signal(signal.SIGCONT)


def flush(trial):
    """Delete everything in Redis."""
    with socket.create_connection(("127.0.0.1", trial.deployment.redis.port)) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(5) == b"+OK\r\n"


@contextmanager
def postgres_away(trial):
    """End PostgreSQL, and start it again."""
    trial.deployment.postgres.stop()
    yield
    trial.deployment.postgres.start()
