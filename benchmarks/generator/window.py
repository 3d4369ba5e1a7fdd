"""Measures one window inside Locust: begin, perhaps cut the readers off, end, write the results."""

import json
import time
from pathlib import Path

import gevent

from benchmarks.generator import hdr_files, message_stamps, run_summary, server_metrics
from benchmarks.scenarios.settings import recorded
from benchmarks.servers.wire import post

GRACE = 3.0  # seconds, besides a polling interval, in which late messages may still arrive
LONGEST = 8  # intervals, for a stage that polls less and less often
REPEATS = 0.2  # seconds after the last delivery in which it may be repeated


def measure_and_quit(environment):
    """Measure one window, write the results, and quit."""
    options, folder = environment.parsed_options, Path(environment.parsed_options.record)
    try:
        folder.mkdir(parents=True, exist_ok=True)  # first, so that an error costs no measurement
        records, measured = measure(options, environment.load, environment.usage)
        run = recorded(options) | {"technique": options.technique, "stage": options.stage or None}
        run |= {"clients": len(records.clients)} | run_summary.summarize(records, measured, options)
        records.write(folder)
        hdr_files.write(folder, records)
        message_stamps.write(folder, measured["stamps"])
        (folder / "summary.json").write_text(json.dumps(run, indent=2) + "\n")
    finally:
        environment.runner.quit()


def measure(options, load, usage):
    """Return the Records of one window and a dict of what was measured beside them."""
    grace = GRACE + options.interval * (LONGEST if options.stage else 1) + 4 * options.delay_ms / 1000
    start, end = load.begin(options.warmup, options.duration, grace)
    wait_until(start)
    before = usage.processor_time()
    cut_at = None
    if options.cut != "none":
        wait_until((start + end) / 2)
        cut_at = cut(options.cut_by)
    wait_until(end)
    measured = {"used": usage.processor_time() - before, "memory": usage.memory(), "sockets": usage.sockets()}
    measured |= {"memory_before": usage.memory_before, "cut_at": cut_at}
    measured |= server_metrics.read(options.record, start, end)
    records = load.records(grace)
    return records, measured | {
        "clock": load.clock(),
        "stamps": message_stamps.read(options.host) if options.stamps else {},
    }


def wait_until(instant):
    """Sleep until an instant, seconds since the epoch."""
    time.sleep(max(0, instant - time.time()))


def cut(control):
    """Cut all connections on the wire with this control; return the time, ms since the epoch."""
    cut_at = time.time() * 1000
    post(f"{control}/wires/all/fault", {"fault": "cut"})
    return cut_at


class SingleProcess:
    """A load of one process, which runs the window itself."""

    def __init__(self, environment):
        self.recorder = environment.recorder

    def clock(self):
        """Return {"processes", "machines", "error_ms"}; one clock has no error."""
        return {"processes": 1, "machines": 1, "error_ms": 0.0}

    def begin(self, warmup, duration, grace):
        """Begin publishing; return the window's start and end in seconds since the epoch."""
        self.recorder.begin(warmup, duration)
        self.watching = gevent.spawn(self.recorder.watch)
        return self.recorder.start, self.recorder.end

    def records(self, grace):
        """Wait for late messages, at most `grace` seconds, and return the Records."""
        self.watching.join()
        deadline = time.monotonic() + grace
        while not self.recorder.records().complete() and time.monotonic() < deadline:
            gevent.sleep(0.1)
        gevent.sleep(REPEATS)
        return self.recorder.records()
