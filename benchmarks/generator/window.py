"""One measured window: begin, cut where that is asked for, end, and what came of it. Runs inside Locust."""

import json
import time
from pathlib import Path

import gevent

from benchmarks.generator import run_summary, server_metrics
from benchmarks.scenarios.settings import repeated
from benchmarks.servers.wire import post

GRACE = 3.0  # seconds, besides a polling interval, in which stragglers may still arrive
LONGEST = 8  # intervals: some stage of a staircase asks less and less often
REPEATS = 0.2  # seconds after the last delivery in which it may come again


def record(environment):
    """Measure one window, write it down, and quit."""
    options, folder = environment.parsed_options, Path(environment.parsed_options.record)
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before the window: nothing is measured in vain
        notes, measured = measure(options, environment.load, environment.meter)
        run = repeated(options) | {"technique": options.technique, "stage": options.stage or None}
        run |= {"clients": len(notes.clients)} | run_summary.run(notes, measured, options)
        notes.write(folder)
        run_summary.write_histograms(folder, notes)
        (folder / "summary.json").write_text(json.dumps(run, indent=2) + "\n")
    finally:
        environment.runner.quit()


def measure(options, load, meter):
    """Return the Notes of one window and what was measured beside them."""
    patience = GRACE + options.interval * (LONGEST if options.stage else 1) + 4 * options.delay_ms / 1000
    start, end = load.begin(options.warmup, options.duration, patience)
    wait_until(start)
    before = meter.used()
    cut_at = None
    if options.cut != "none":
        wait_until((start + end) / 2)
        cut_at = cut(options.cut_by)
    wait_until(end)
    measured = {"used": meter.used() - before, "memory": meter.memory(), "sockets": meter.sockets()}
    measured |= {"memory_before": meter.before, "cut_at": cut_at, **server_metrics.read(options.record, start, end)}
    return load.notes(patience), measured | {"clock": load.clock()}


def wait_until(instant):
    """Sleep until an instant, seconds since the epoch."""
    time.sleep(max(0, instant - time.time()))


def cut(control):
    """Let the wire end every connection; return when, in ms since the epoch."""
    cut_at = time.time() * 1000
    post(f"{control}/wires/all/fault", {"fault": "cut"})
    return cut_at


class Alone:
    """The load of this one process."""

    def __init__(self, environment):
        self.recorder = environment.recorder

    def clock(self):
        """Return {"processes", "machines", "error_ms"}: one clock stamps everything."""
        return {"processes": 1, "machines": 1, "error_ms": 0.0}

    def begin(self, warmup, duration, patience):
        """Open the window; return its start and end in seconds since the epoch."""
        self.recorder.begin(warmup, duration)
        self.watching = gevent.spawn(self.recorder.watch)
        return self.recorder.start, self.recorder.end

    def notes(self, patience):
        """Wait for stragglers, at most `patience` seconds, and return the notes."""
        self.watching.join()
        deadline = time.monotonic() + patience
        while not self.recorder.notes().complete() and time.monotonic() < deadline:
            gevent.sleep(0.1)
        gevent.sleep(REPEATS)
        return self.recorder.notes()
