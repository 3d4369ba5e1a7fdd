"""Faults of a wire: on demand, at random, or by a schedule."""

import asyncio
import random

# What each fault does. `seconds` limits how long it lasts, 0 < seconds <= 3,600; without it, until the next fault.
FAULTS = {
    "none": "everything passes",
    "cut": "every connection ends by FIN, now",
    "reset": "every connection ends by RST, now",
    "freeze": "nothing passes and nothing closes, for `seconds`",
    "refuse": "new connections are reset, for `seconds`",
    "trickle": "each browser reads `rate` bytes per second (default 200), for `seconds`",
    "cut_every": "every connection ends, by FIN or RST, at random instants, every `seconds` on average",
}
SECONDS_MAX = 3_600
RATE_MAX = 1e9  # bytes per second
TRICKLE = 200  # bytes per second
EVENTS_MAX = 1_000  # faults in a schedule


class InvalidFault(ValueError):
    """A fault or a schedule is invalid; the text is one sentence that says why."""


def validated(fields: dict) -> dict:
    """Return {"fault", "seconds"?, "rate"?} without missing values; raise InvalidFault."""
    if not set(fields) <= {"fault", "seconds", "rate"} or fields.get("fault") not in list(FAULTS):
        raise InvalidFault(f"fault: one of {', '.join(FAULTS)}; with it, seconds and rate.")
    for name, maximum in (("seconds", SECONDS_MAX), ("rate", RATE_MAX)):
        value = fields.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and 0 < value <= maximum):
            raise InvalidFault(f"{name}: a number over 0 and at most {maximum:,.0f}.")
    if fields["fault"] == "cut_every" and fields.get("seconds") is None:
        raise InvalidFault("cut_every: needs seconds.")
    if fields.get("rate") is not None and not (fields["fault"] == "trickle" and fields["rate"] >= 1):
        raise InvalidFault("rate: at least 1, and only for trickle.")
    return {name: value for name, value in fields.items() if value is not None}


class Faults:
    """The current fault of a wire, and the timer or schedule that changes it."""

    def __init__(self, wire):
        self.wire = wire
        self.current = {"fault": "none"}
        self.timer: asyncio.TimerHandle | None = None
        self.schedule: asyncio.Task | None = None

    def state(self) -> dict:
        """Return the current fault."""
        return dict(self.current)

    def set(self, fields, by=None):
        """Replace the current fault by another one; `by`: who does. Raises InvalidFault."""
        fields = validated(fields)
        self.clear()
        fault, seconds = fields["fault"], fields.get("seconds")
        if fault in ("cut", "reset"):
            self.wire.changes.add("fault", by, fault=fault)
            self.cut_all(reset=fault == "reset")
            return
        self.current = fields
        if fault != "none":
            self.wire.changes.begin("fault", by, fault=fault)
        if fault == "cut_every":
            self.cut_later(seconds)
            return
        self.wire.frozen = fault == "freeze"
        self.wire.refusing = fault == "refuse"
        self.wire.trickle = fields.get("rate", TRICKLE) if fault == "trickle" else 0
        self.wire.update()
        if seconds is not None and fault != "none":
            self.timer = self.wire.loop.call_later(seconds, self.set, {"fault": "none"})

    def clear(self):
        """End the current fault."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        self.wire.changes.end()
        self.current = {"fault": "none"}
        self.wire.frozen = self.wire.refusing = False
        self.wire.trickle = 0
        self.wire.update()

    def cut_all(self, reset):
        """End every connection, by RST or by FIN."""
        for connection in list(self.wire.connections):
            connection.cut(reset)

    def cut_later(self, seconds):
        """End every connection after a random time, `seconds` on average, and so on."""
        self.timer = self.wire.loop.call_later(self.wire.rng.expovariate(1 / seconds), self.cut_now, seconds)

    def cut_now(self, seconds):
        """End every connection, at random by FIN or by RST; then wait again."""
        self.cut_all(reset=self.wire.rng.random() < 0.5)
        self.cut_later(seconds)

    def follow(self, schedule):
        """Set each fault of `schedule`, [{"at": seconds from now, "fault", …}], at its time; raise InvalidFault."""
        events = ordered(schedule)
        if self.schedule:
            self.schedule.cancel()
        self.schedule = self.wire.loop.create_task(self.run(events))

    async def run(self, events):
        """Set each fault at its time."""
        start = self.wire.loop.time()
        for at, fields in events:
            await asyncio.sleep(start + at - self.wire.loop.time())
            self.set(fields)

    def stop(self):
        """End the current fault and the schedule."""
        if self.schedule:
            self.schedule.cancel()
        self.clear()


def ordered(schedule) -> list[tuple[float, dict]]:
    """Return the (time, fields) of a schedule's faults in order of time; raise InvalidFault."""
    if not isinstance(schedule, list) or len(schedule) > EVENTS_MAX:
        raise InvalidFault(f"schedule: a list of at most {EVENTS_MAX:,} faults.")
    events = []
    for entry in schedule:
        at = entry.get("at") if isinstance(entry, dict) else None
        if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= SECONDS_MAX:
            raise InvalidFault(f"at: seconds from 0 to {SECONDS_MAX:,}.")
        events.append((at, validated({name: value for name, value in entry.items() if name != "at"})))
    return sorted(events, key=lambda event: event[0])


def random_schedule(seed: str, seconds: float, every: float) -> list[dict]:
    """Return a schedule of `seconds` with a fault each `every` seconds on average; equal seeds give equal schedules."""
    rng, at = random.Random(seed), 0.0
    schedule: list[dict] = []
    while (at := at + rng.expovariate(1 / every)) < seconds and len(schedule) < EVENTS_MAX:
        fault = rng.choice(("cut", "reset", "freeze", "refuse", "trickle"))
        duration = {} if fault in ("cut", "reset") else {"seconds": round(rng.uniform(0.1, 1) * every, 3)}
        schedule.append({"at": round(at, 3), "fault": fault, **duration})
    return schedule
