"""What a fault does: each strike is given its Trial and yields the instant at which each fault was over.

Instants are seconds since the epoch. `trial.haste` shortens what lasts, for the suite's short form.
"""

import signal
import socket
import time
from contextlib import contextmanager

SNIPS = 20  # pieces cut a second, at most
SLOW, RATE = 5, 1_024  # readers, and bytes a second that each of them reads
ROUND = 60  # seconds with the slow readers, after as many without
QUIET = 2  # messages a second in the room where so many wait
CHURN = 20  # seconds between the disconnects of a soak


def disconnect(kind):
    """End all connections of the wire at once, until each crowd has lost `count` of them on average."""

    def strike(trial):
        ended, wire = 0, trial.deployment.wire
        while ended < trial.count * len(trial.crowds):
            ended += wire.state("wire")["connections"]
            wire.post("/wires/wire/fault", fault=kind)
            yield time.time()
            trial.pause(1)

    return strike


def snip(trial):
    """Let each crowd's scissors cut `count` pieces."""
    while any(road.cuts < trial.count for road in trial.roads):
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
            trial.pause(gap)

    return strike


def hold(seconds, state, gap=2):
    """Enter `state(trial)`, a context, for so many seconds, `count` times."""

    def act(trial):
        with state(trial):
            time.sleep(seconds * trial.haste)

    return again(act, gap)


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


def slow_readers(trial):
    """Let some readers read very slowly, `count` times, and as long at full speed before; compare the others' p99."""
    wire = trial.deployment.wire
    rounds = []
    for crowd in trial.crowds:
        for _ in range(SLOW):
            crowd.join(crowd.rooms[0], wire.url("slow"))
    for _ in range(trial.count):
        began = time.time()
        time.sleep(ROUND * trial.haste)
        wire.post("/wires/slow/fault", fault="trickle", rate=RATE)
        slowed = time.time()
        time.sleep(ROUND * trial.haste)
        rounds.append((began, slowed, time.time()))
        wire.post("/wires/slow/fault", fault="none")
        yield time.time()
        trial.pause(5)
    for crowd in trial.crowds:
        pairs = [(crowd.p99(began, slowed), crowd.p99(slowed, ended)) for began, slowed, ended in rounds]
        told = "; ".join(f"{before:.1f} → {meanwhile:.1f} ms" for before, meanwhile in pairs)
        trial.notes[crowd.technique] = f"p99 of the others, before → meanwhile: {told}"


def rush(trial):
    """Let `count` more readers wait in a room of their own, and cut them all off at once."""
    wire = trial.deployment.wire
    for crowd in trial.crowds:
        room = f"{crowd.rooms[0]}-rush"
        crowd.join(room).talk(QUIET)
        patient = {"interval": 5.0} if crowd.technique == "polling" else {}
        crowd.rushing = [crowd.join(room, **patient) for _ in range(trial.count)]
    for crowd in trial.crowds:
        crowd.wait_for(crowd.rushing)
    wire.post("/wires/wire/fault", fault="reset")
    yield time.time()
    trial.pause(5)


def soak(trial):
    """Talk for `count` seconds with a disconnect now and then; compare what the server holds with what it held."""
    wire, over = trial.deployment.wire, time.monotonic() + trial.count
    third, before = over - trial.count * 2 / 3, None
    while (now := time.monotonic()) < over:
        if before is None and now > third:
            before = trial.deployment.gauges()
        time.sleep(min(CHURN, max(0.1, over - now)) / 2)
        if before is None or now < over - CHURN:
            wire.post("/wires/wire/fault", fault="reset")
            yield time.time()
            time.sleep(CHURN / 2)
    after = trial.deployment.gauges()
    told = ", ".join(f"{name} {before[name]:,} → {after[name]:,}" for name in before)
    for crowd in trial.crowds:
        trial.notes[crowd.technique] = told
