"""The load spread over Locust's workers: the master opens one window in all of them and takes their notes together.

By Locust's own messages: a worker tells its clock before anybody of its users comes (`lab-clock`); once all are there,
the master tells the window (`lab-window`); when that is over, the notes come in parts (`lab-notes`).
"""

import time

import gevent
from locust.runners import MasterRunner, WorkerRunner

from benchmarks.generator import clock
from benchmarks.generator.records import Notes

AHEAD = 0.5  # seconds that the window's begin may take to reach all workers
PART = 5_000  # deliveries in one message: heartbeats must not wait for it
PATIENCE = 30.0  # seconds for the notes to come, after the window and its stragglers


def listen(environment):
    """Register what a master or a worker listens to; nothing for a process that is alone."""
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        runner.register_message("lab-clock", lambda environment, msg: environment.load.hear_clock(msg))
        runner.register_message("lab-notes", lambda environment, msg: environment.load.hear_notes(msg))
    elif isinstance(runner, WorkerRunner):
        runner.register_message("lab-window", work, concurrent=True)


def tell_clock(environment):
    """Tell the master how far this worker's clock is from the server's."""
    offset, error = clock.offset(environment.host)
    told = {"machine": clock.machine(), "offset": offset, "error": error}
    environment.runner.send_message("lab-clock", told)


def work(environment, msg):
    """Measure the window in this worker, wait for stragglers, send the notes."""
    window, recorder = msg.data, environment.recorder
    recorder.begin(window["warmup"], window["duration"], window["at"], window["offset"], window["first"])
    recorder.watch()
    time.sleep(window["patience"])
    notes = recorder.notes().packed()
    deliveries = notes.pop("deliveries")
    for start in range(0, len(deliveries), PART):
        environment.runner.send_message("lab-notes", {"deliveries": deliveries[start : start + PART]})
        gevent.sleep(0)
    environment.runner.send_message("lab-notes", notes)


class Workers:
    """The master's side of the load; as `window.Alone`."""

    def __init__(self, environment):
        self.environment = environment
        self.clocks = {}  # worker: what it told
        self.deliveries = {}  # worker: those that have come
        self.whole = {}  # worker: its Notes, once all have come

    def hear_clock(self, msg):
        """Keep what a worker tells of its clock."""
        self.clocks[msg.node_id] = msg.data

    def hear_notes(self, msg):
        """Keep a part of a worker's notes."""
        deliveries = self.deliveries.setdefault(msg.node_id, [])
        if set(msg.data) == {"deliveries"}:
            deliveries += msg.data["deliveries"]
        else:
            self.whole[msg.node_id] = Notes.unpacked(msg.data | {"deliveries": deliveries})

    def clock(self):
        """Return {"processes", "machines", "error_ms"} of all clocks that stamp something."""
        return clock.together(self.clocks.values())

    def begin(self, warmup, duration, patience):
        """Open the window in every worker; return its start and end in seconds since the epoch, by our clock."""
        self.wait_for(self.is_there, "workers did not start all users in time")
        runner, first, at = self.environment.runner, 0, time.time() + AHEAD
        apart = self.clock()["machines"] > 1  # else one clock stamps everything, and needs no other
        ours = clock.offset(self.environment.host)[0] if apart else 0.0
        for worker, told in self.clocks.items():
            window = {"warmup": warmup, "duration": duration, "patience": patience, "at": at + ours / 1000}
            window |= {"offset": told["offset"] if apart else 0.0, "first": first}
            runner.send_message("lab-window", window, worker)
            first += runner.clients[worker].user_classes_count.get("Publisher", 0)
        return at + warmup, at + warmup + duration

    def notes(self, patience):
        """Wait for all workers' notes and return them as one."""
        self.wait_for(lambda: len(self.whole) == len(self.clocks), "workers did not send their notes", patience)
        first, *others = self.whole.values()
        return sum(others, first)

    def is_there(self):
        """Tell whether all workers have told their clocks and started their users; Locust itself does not wait."""
        runner = self.environment.runner
        told = len(self.clocks) == len(self.environment.parsed_options.workers)
        return told and runner.user_count == runner.target_user_count

    def wait_for(self, true, otherwise, more=0.0):
        """Wait until `true()`; raise TimeoutError, `otherwise`, after PATIENCE and so many seconds `more`."""
        deadline = time.monotonic() + PATIENCE + more
        while not true():
            if time.monotonic() > deadline:
                raise TimeoutError(otherwise)
            gevent.sleep(0.05)
