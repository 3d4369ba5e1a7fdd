"""The faults: one for each row of the table."""

from collections.abc import Callable
from dataclasses import dataclass

from faults import ordeals, strikes
from faults.crowd import DAY
from faults.mid_frame_cutter import Censor, Scissors
from faults.strikes import again, disconnect, hold

FORMS = ("short", "medium", "full")  # of the suite
HASTE = {"short": 0.2, "medium": 1.0, "full": 1.0}  # factor by which durations are shortened


@dataclass(frozen=True)
class Fault:
    """A fault; `counts`: its strikes in each of FORMS, 0 to leave it out; `needs`: the part that must exist."""

    name: str
    title: str
    counts: tuple
    unit: str
    strike: Callable
    needs: str = ""
    scissors: type | None = None
    clocks: tuple = (0,)  # ms by which the authors' clocks are wrong
    apart: bool = (
        False  # one technique at a time, because times are compared, or because a machine can run only one crowd
    )

    def count(self, form):
        """Return how often it strikes in a form of the suite."""
        return self.counts[FORMS.index(form)]

    def breaks(self, deployment):
        """Return whether the deployment has the part that the fault breaks."""
        return not self.needs or self.needs in deployment.parts


FAULTS = [
    Fault("fin", "Connections ended by FIN", (40, 500, 2_500), "connections", disconnect("cut")),
    Fault("rst", "Connections ended by RST", (40, 500, 2_500), "connections", disconnect("reset")),
    Fault("inside", "Cut inside a frame, event or response", (20, 300, 5_000), "cuts", strikes.snip, scissors=Scissors),
    Fault("unanswered", "The response to a publish cut after the commit", (10, 200, 2_000), "cuts", strikes.snip,
          scissors=Censor),
    Fault("sigkill", "SIGKILL of a server", (2, 10, 200), "times", again(lambda trial: trial.deployment.kill(), 2)),
    Fault("sigterm", "SIGTERM of a server", (1, 5, 50), "times", again(lambda trial: trial.deployment.terminate(), 2)),
    Fault("locked", "The database locked for 10 s", (1, 2, 20), "times",
          hold(10, lambda trial: trial.deployment.locked())),
    Fault("full", "Disk full for 5 s", (1, 2, 10), "times", hold(5, lambda trial: trial.deployment.full()),
          needs="disk"),
    Fault("redis", "Redis restarted", (1, 10, 100), "times", hold(0, strikes.redis_away), needs="redis"),
    Fault("redis60", "Redis unavailable for 60 s", (0, 1, 1), "times", hold(60, strikes.redis_away), needs="redis"),
    Fault("paused", "Redis silent for 5 s", (1, 2, 20), "times", hold(5, strikes.redis_paused), needs="redis"),
    Fault("flushall", "Redis FLUSHALL", (1, 5, 20), "times", again(strikes.flush), needs="redis"),
    Fault("postgres", "PostgreSQL restarted", (1, 5, 20), "times", hold(0, strikes.postgres_away), needs="postgres"),
    Fault("hole5", "Black hole of 5 s", (1, 2, 10), "times", hold(5, strikes.frozen)),
    Fault("hole30", "Black hole of 30 s", (0, 1, 3), "times", hold(30, strikes.frozen)),
    Fault("hole120", "Black hole of 120 s", (0, 1, 1), "times", hold(120, strikes.frozen)),
    Fault("clocks", "Clients' clocks a day off", (2, 20, 300), "seconds", strikes.wait, clocks=(-DAY, DAY)),
    Fault("rush", "Readers reconnecting at once", (25, 250, 1_000), "readers", ordeals.rush, apart=True),
    Fault("slow", "Five slow readers at 1 KB/s", (1, 3, 9), "rounds", ordeals.slow_readers, apart=True),
    Fault("soak", "Soak", (3, 480, 3_600), "seconds", ordeals.soak),
]  # fmt: skip
# No fault, long enough for a bug to appear some ten times with each technique: see ONE_IN in suite.py.
PEACE = Fault("peace", "Nothing", (300, 2_000, 100_000), "deliveries", strikes.talk)
BY_NAME = {fault.name: fault for fault in FAULTS}
