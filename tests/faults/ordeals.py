"""Strikes that need much time or many readers, and that measure a figure of their own."""

import statistics
import time

from faults import measured

SLOW, RATE = 5, 1_024  # readers, and bytes per second that each of them reads
ROUND = 20  # seconds with the slow readers, after as many without
QUIET = 2  # messages per second in the room where the many readers wait
CHURN = 20  # seconds between the disconnects of a soak
REST = 10  # seconds without a disconnect before the servers' resources are read
READINGS = 5  # one each second; their median counts


def slow_readers(trial):
    """Let some readers read at full speed and then very slowly, `count` times; compare the p99 of the others."""
    wire = trial.deployment.wire
    rounds = []
    for crowd in trial.crowds:
        crowd.wait_for([crowd.join(crowd.rooms[0], wire.url("slow")) for _ in range(SLOW)])
    for _ in range(trial.count):
        began = time.time()
        time.sleep(ROUND * trial.haste)
        wire.post("/wires/slow/fault", fault="trickle", rate=RATE)
        slowed = time.time()
        time.sleep(ROUND * trial.haste)
        rounds.append((began, slowed, time.time()))
        wire.post("/wires/slow/fault", fault="none")
        for crowd in trial.crowds:
            crowd.struck()
        trial.pause(5 * trial.haste)
    for crowd in trial.crowds:
        pairs = measured.pairs(crowd.log, rounds)
        times = "; ".join(f"{before:.1f} → {meanwhile:.1f} ms" for before, meanwhile in pairs)
        of_what = "p99 of the others in each round" + " (too short to be judged)" * (not measured.telling(rounds))
        crowd.note = f"{of_what}, before → meanwhile: {times}"
        crowd.broken["slowed"] = list(measured.slowed(crowd.log, rounds))


def rush(trial):
    """Let `count` more readers wait in a separate room, and disconnect all of them at once."""
    for crowd in trial.crowds:
        room = f"{crowd.rooms[0]}-rush"
        crowd.join(room).talk(QUIET)
        patient = {"interval": 5.0 * trial.haste} if crowd.technique == "polling" else {}
        crowd.rushing = [crowd.join(room, **patient) for _ in range(trial.count)]
    for crowd in trial.crowds:
        crowd.wait_for(crowd.rushing)
    trial.put("reset")
    over = time.time()
    while trial.goes_on and any(reconnected(crowd) < trial.count for crowd in trial.crowds):
        time.sleep(0.1)
    for crowd in trial.crowds:
        crowd.struck(reconnected(crowd), over)
    trial.pause(5 * trial.haste)


def reconnected(crowd):
    """Return how many of the disconnected readers have noticed it."""
    return sum(1 for member in crowd.rushing if member.client.reconnects)


def soak(trial):
    """Publish for `count` seconds with a disconnect now and then; compare the servers' resources before and after.

    The first reading is after a third of the time: until then the pools of connections fill, nginx's to the servers
    and the servers' to the database, and each server's recent messages of the rooms.
    """
    began = time.monotonic()
    churn(trial, trial.count / 3)
    before, started = held(trial), time.monotonic()
    churn(trial, trial.count * 2 / 3)
    after, ended = held(trial), time.monotonic()
    broken = list(measured.grown(before, after, ended - started))
    for crowd in trial.crowds:
        crowd.strikes = int(ended - began)
        crowd.note = ", ".join(f"{name} {before[name]:,} → {after[name]:,}" for name in before)
        crowd.broken["grown"] = broken


def churn(trial, seconds):
    """Disconnect all clients now and then, for `seconds`."""
    over = time.monotonic() + seconds
    while (left := over - time.monotonic()) > 0:
        trial.put("reset")
        for crowd in trial.crowds:
            crowd.struck()
        time.sleep(min(CHURN * trial.haste, left))


def held(trial):
    """Return the servers' resources after all clients are back: the median of a few readings."""
    time.sleep(REST * trial.haste)
    readings = []
    for _ in range(READINGS):
        readings.append(trial.deployment.resource_usage())
        time.sleep(trial.haste)
    return {name: statistics.median_low(reading[name] for reading in readings) for name in readings[0]}
