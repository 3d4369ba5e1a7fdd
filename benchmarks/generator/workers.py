"""A load of several processes: Locust's master opens one window in all workers and joins their records.

They use messages of Locust: before its users start, a worker sends its clock (`lab-clock`); when all have started, the
master sends the window (`lab-window`); after it, each worker sends its records in parts (`lab-records`).
"""

import time

import gevent
from locust.runners import MasterRunner, WorkerRunner

from benchmarks.generator import clock
from benchmarks.generator.records import Records

NOTICE = 0.5  # seconds from sending the window to its beginning, enough to reach all workers
PART = 5_000  # deliveries in one message, so that heartbeats need not wait for long
TIMEOUT = 30.0  # seconds for the records to come, after the window and its late messages


def listen(environment):
    """Register the messages of a master or a worker; none for a single process."""
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        runner.register_message("lab-clock", lambda environment, msg: environment.load.on_clock(msg))
        runner.register_message("lab-records", lambda environment, msg: environment.load.on_records(msg))
    elif isinstance(runner, WorkerRunner):
        runner.register_message("lab-window", run_window, concurrent=True)


def send_clock(environment):
    """Send the offset of this worker's clock to the master."""
    offset, error = clock.offset(environment.host)
    message = {"machine": clock.machine_id(), "offset": offset, "error": error}
    environment.runner.send_message("lab-clock", message)


def run_window(environment, msg):
    """Measure the window in this worker, wait for late messages, send the records."""
    window, recorder = msg.data, environment.recorder
    recorder.begin(window["warmup"], window["duration"], window["at"], window["offset"])
    recorder.watch()
    time.sleep(window["grace"])
    records = recorder.records().packed()
    deliveries = records.pop("deliveries")
    for start in range(0, len(deliveries), PART):
        environment.runner.send_message("lab-records", {"deliveries": deliveries[start : start + PART]})
        gevent.sleep(0)
    environment.runner.send_message("lab-records", records)


class Workers:
    """The master's side of the load, with the methods of `window.SingleProcess`."""

    def __init__(self, environment):
        self.environment = environment
        self.clocks = {}  # {worker: its message}
        self.deliveries = {}  # {worker: those received so far}
        self.received = {}  # {worker: its complete Records}

    def on_clock(self, msg):
        """Store a worker's clock."""
        self.clocks[msg.node_id] = msg.data

    def on_records(self, msg):
        """Store a part of a worker's records."""
        deliveries = self.deliveries.setdefault(msg.node_id, [])
        if set(msg.data) == {"deliveries"}:
            deliveries += msg.data["deliveries"]
        else:
            self.received[msg.node_id] = Records.unpacked(msg.data | {"deliveries": deliveries})

    def clock(self):
        """Return {"processes", "machines", "error_ms"} of all clocks."""
        return clock.combine(self.clocks.values())

    def begin(self, warmup, duration, grace):
        """Begin publishing in every worker; return the window's start and end in seconds since the epoch, our clock."""
        self.wait_for(self.is_ready, "workers did not start all users in time")
        runner, at = self.environment.runner, time.time() + NOTICE
        several = self.clock()["machines"] > 1  # on one machine there is one clock, and nothing to correct
        ours = clock.offset(self.environment.host)[0] if several else 0.0
        for worker, theirs in self.clocks.items():
            window = {"warmup": warmup, "duration": duration, "grace": grace, "at": at + ours / 1000}
            window |= {"offset": theirs["offset"] if several else 0.0}
            runner.send_message("lab-window", window, worker)
        return at + warmup, at + warmup + duration

    def records(self, grace):
        """Wait for the records of all workers and return them as one."""
        self.wait_for(lambda: len(self.received) == len(self.clocks), "workers did not send their records", grace)
        first, *others = self.received.values()
        return sum(others, first)

    def is_ready(self):
        """Return whether all workers have sent their clocks and started their users; Locust does not wait for that."""
        runner = self.environment.runner
        all_sent = len(self.clocks) == len(self.environment.parsed_options.workers)
        return all_sent and runner.user_count == runner.target_user_count

    def wait_for(self, condition, error, more=0.0):
        """Wait until `condition()` is true; raise TimeoutError(error) after TIMEOUT and so many seconds `more`."""
        deadline = time.monotonic() + TIMEOUT + more
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(error)
            gevent.sleep(0.05)
