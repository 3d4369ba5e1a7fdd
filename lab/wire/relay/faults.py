"""What goes wrong on a wire, on demand, by chance, and by schedule."""

import asyncio
import random

# fault: what it does. `seconds` ends a lasting one, without it it lasts until another comes; 0 < seconds <= 3,600.
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
TRICKLE = 200  # bytes per second
EVENTS_MAX = 1_000  # faults in a schedule


class NoFault(ValueError):
    """A fault that cannot be; the text is one sentence that says why."""


def checked(fields):
    """Return {"fault", "seconds"?, "rate"?} as it was given; raise NoFault where it cannot be."""
    if not set(fields) <= {"fault", "seconds", "rate"} or fields.get("fault") not in list(FAULTS):
        raise NoFault(f"fault: one of {', '.join(FAULTS)}; with it, seconds and rate.")
    for name, most in (("seconds", SECONDS_MAX), ("rate", 1e9)):
        value = fields.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most
        ):
            raise NoFault(f"{name}: a number over 0 and at most {most:,.0f}.")
    if fields["fault"] == "cut_every" and fields.get("seconds") is None:
        raise NoFault("cut_every: needs seconds.")
    if fields.get("rate") is not None and not (fields["fault"] == "trickle" and fields["rate"] >= 1):
        raise NoFault("rate: at least 1, and only for trickle.")
    return {name: value for name, value in fields.items() if value is not None}


class Faults:
    """The fault that is on a wire now, and what will end or repeat it."""

    def __init__(self, wire):
        self.wire = wire
        self.now = {"fault": "none"}
        self.timer = None
        self.running = None  # a schedule

    def state(self):
        """Return the fault that is on now."""
        return dict(self.now)

    def set(self, fields):
        """Put a fault on the wire in place of the one before; raise NoFault where it cannot be."""
        fields = checked(fields)
        self.lift()
        fault, seconds = fields["fault"], fields.get("seconds")
        if fault in ("cut", "reset"):
            self.cut_all(reset=fault == "reset")
            return
        self.now = fields
        if fault == "cut_every":
            self.cut_later(seconds)
            return
        self.wire.frozen = fault == "freeze"
        self.wire.refusing = fault == "refuse"
        self.wire.trickle = fields.get("rate", TRICKLE) if fault == "trickle" else 0
        self.wire.relink()
        if seconds is not None and fault != "none":
            self.timer = self.wire.loop.call_later(seconds, self.set, {"fault": "none"})

    def lift(self):
        """Take the fault off."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        self.now = {"fault": "none"}
        self.wire.frozen = self.wire.refusing = False
        self.wire.trickle = 0
        self.wire.relink()

    def cut_all(self, reset):
        """End every connection."""
        for connection in list(self.wire.connections):
            connection.cut(reset)

    def cut_later(self, seconds):
        """End every connection after a time by chance, and again."""
        self.timer = self.wire.loop.call_later(self.wire.chance.expovariate(1 / seconds), self.cut_now, seconds)

    def cut_now(self, seconds):
        """End every connection, by the toss of a coin with FIN or RST; then wait again."""
        self.cut_all(reset=self.wire.chance.random() < 0.5)
        self.cut_later(seconds)

    def follow(self, schedule):
        """Put the faults of `schedule`, [{"at": seconds from now, "fault", …}], on the wire, each in its time."""
        events = ordered(schedule)
        if self.running:
            self.running.cancel()
        self.running = self.wire.loop.create_task(self.run(events))

    async def run(self, events):
        """Wait for each fault's time and set it."""
        start = self.wire.loop.time()
        for at, fields in events:
            await asyncio.sleep(start + at - self.wire.loop.time())
            self.set(fields)

    def clear(self):
        """Take everything off, and what would come."""
        if self.running:
            self.running.cancel()
        self.lift()


def ordered(schedule):
    """Return [(at, fault's fields)] in order of time; raise NoFault where one cannot be."""
    if not isinstance(schedule, list) or len(schedule) > EVENTS_MAX:
        raise NoFault(f"schedule: a list of at most {EVENTS_MAX:,} faults.")
    events = []
    for entry in schedule:
        at = entry.get("at") if isinstance(entry, dict) else None
        if isinstance(at, bool) or not isinstance(at, (int, float)) or not 0 <= at <= SECONDS_MAX:
            raise NoFault(f"at: seconds from 0 to {SECONDS_MAX:,}.")
        events.append((at, checked({name: value for name, value in entry.items() if name != "at"})))
    return sorted(events, key=lambda event: event[0])


def by_chance(seed, seconds, every):
    """Return a schedule of `seconds` with a fault `every` so many seconds on average; the same for the same seed."""
    chance, at, schedule = random.Random(seed), 0.0, []
    while (at := at + chance.expovariate(1 / every)) < seconds and len(schedule) < EVENTS_MAX:
        fault = chance.choice(("cut", "reset", "freeze", "refuse", "trickle"))
        lasting = {} if fault in ("cut", "reset") else {"seconds": round(chance.uniform(0.1, 1) * every, 3)}
        schedule.append({"at": round(at, 3), "fault": fault, **lasting})
    return schedule
