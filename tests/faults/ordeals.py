"""Strikes that take long or many readers, and tell a figure of their own in the trial's notes."""

import time

SLOW, RATE = 5, 1_024  # readers, and bytes a second that each of them reads
ROUND = 60  # seconds with the slow readers, after as many without
QUIET = 2  # messages a second in the room where so many wait
CHURN = 20  # seconds between the disconnects of a soak


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
        patient = {"interval": 5.0 * trial.haste} if crowd.technique == "polling" else {}
        crowd.rushing = [crowd.join(room, **patient) for _ in range(trial.count)]
    for crowd in trial.crowds:
        crowd.wait_for(crowd.rushing)
    wire.post("/wires/wire/fault", fault="reset")
    yield time.time()
    trial.pause(5 * trial.haste)


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
