"""The calibration: the load measures servers of known behaviour, so that the report can say how exact it is.

The floor is the median latency of a server that echoes at once: what loopback, the server's loop and the load need. It
is in every latency, so a server that waits 50 ms reads 50 ms and the floor.

A calibration is valid if no run breaks a bound of `validity.exceeded_bounds`, if that server keeps messages for 50 ms
within 0.5 ms, if its median latency is that time and the floor, within 0.3 ms or a third of the floor, and if the 99th
percentile of the server that stalls shows at least nine tenths of the stall. An invalid calibration refuses no run; the
report says what is wrong. An error of a few milliseconds spoils the latency of a push technique, but not of polling.
"""

import contextlib
import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.generator.histogram import Histogram
from benchmarks.scenarios.settings import ComparisonError
from benchmarks.servers.process import choose_cores, last_line, run_process

WAIT, STALL = 50.0, 1400.0  # ms
BEHAVIOURS = {"echo": (0.0, 0.0), "wait": (WAIT, 0.0), "stall": (0.0, STALL)}  # ms to wait, ms to stall
WAIT_ERROR_MAX = 0.5  # ms
FLOOR_ERROR_MAX = 0.3, 1 / 3  # ms, or a share of the floor, whichever is more
VISIBLE_STALL_MIN = 0.9  # share of the stall
RATE = 50.0  # messages a second for each server
WARMUP, DURATION = 0.5, 3.0  # seconds; a stall of 1.4 s delays about half of the scheduled messages
TIMEOUT = 30.0  # seconds for the load to end


def run(folder: Path, seed: int, behaviours: Mapping[str, tuple[float, float]] = BEHAVIOURS) -> dict[str, Any]:
    """Measure one server after another, with all files in `folder`/calibration; return what was measured.

    {"valid", "flags", "floor_ms", "loop_lag_ms", "generator_cpu", "servers": {name: see `read`}}. Raise ComparisonError
    if the load fails.
    """
    folder = folder / "calibration"
    shutil.rmtree(folder, ignore_errors=True)  # of an interrupted calibration
    server_core, load_core = choose_cores()
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(run_server(folder / name, wait, stall, server_core))
            for name, (wait, stall) in behaviours.items()
        }
        run_load(folder, plan(folder, seed, servers), load_core)
    measured = {name: read(folder / name) for name in behaviours}
    measured["wait"]["expected_ms"] = WAIT
    measured["stall"] |= {"stall_ms": STALL, "naive_ms": json.loads((folder / "stall" / "naive.json").read_text())}
    problems = flags(measured)
    figures = {"floor_ms": floor(measured), **generator_load(measured)}
    return {"valid": not problems, "flags": problems, **figures, "servers": measured}


@contextlib.contextmanager
def run_server(folder, wait, stall, core):
    """Run a server of known behaviour; yield (its address, its process id). It records every wait in `folder`."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.yardsticks.calibration_server", str(wait), str(stall)]
    command.append(str(folder / "waits.csv"))
    log = folder / "server.log"
    with log.open("w") as output, run_process(command, core, stdout=subprocess.PIPE, stderr=output) as process:
        port = process.stdout.readline().strip()
        if not port:
            raise ComparisonError(f"The calibration's server fails: {last_line(log)}")
        yield f"http://127.0.0.1:{port}", process.pid


def plan(folder, seed, servers):
    """Return the tasks of the load, as `calibration_load` takes them."""
    common = {"technique": "websocket", "rooms": 1, "publishers": 1, "rate": RATE, "seed": seed}
    common |= {"warmup": WARMUP, "duration": DURATION, "loglevel": "ERROR"}
    naive = {"host": servers["stall"][0], "path": str(folder / "stall" / "naive.json"), "seconds": WARMUP + DURATION}
    return {
        "servers": [
            common | {"host": address, "server-pid": process, "record": str(folder / name)}
            for name, (address, process) in servers.items()
        ],
        "naive": naive,
    }


def run_load(folder, tasks, core):
    """Run the load in a process of its own, on one core."""
    log = folder / "load.log"
    command = [sys.executable, "-m", "benchmarks.campaigns.calibration_load", json.dumps(tasks)]
    with (
        log.open("w") as output,
        run_process(command, core, stdout=output, stderr=output) as process,
        contextlib.suppress(subprocess.TimeoutExpired),
    ):
        process.wait(TIMEOUT)
    if process.returncode:
        raise ComparisonError(f"The calibration's load fails: {last_line(log)}")


def read(folder):
    """Return the summary of one server's run, with "waited_ms": how long the server kept messages, by its record.

    Its "flags" are the reasons to refuse the run. A note on a valid run compares a delay with the latency, and here the
    latency is the instrument's own.
    """
    summary = json.loads((folder / "summary.json").read_text())
    with (folder / "waits.csv").open() as file:
        waits = [float(row["departed_ms"]) - float(row["arrived_ms"]) for row in csv.DictReader(file)]
    names = "latency_ms", "published", "delivered", "loop_lag_ms", "publisher_lag_ms", "generator_cpu"
    flags = [] if summary["valid"] else summary["flags"]
    return {name: summary[name] for name in names} | {"flags": flags, "waited_ms": Histogram(waits).summary()}


def flags(measured):
    """Return the reasons against a calibration, one phrase each; empty if it is valid."""
    median, waited = measured["wait"]["latency_ms"]["p50"] or 0, measured["wait"]["waited_ms"]["p50"] or 0
    visible, least = measured["stall"]["latency_ms"]["p99"] or 0, floor(measured)
    checks = [
        (
            abs(waited - WAIT) > WAIT_ERROR_MAX,
            f"the server that should wait {WAIT:g} ms waited {waited:.2f} ms",
        ),
        (
            abs(median - waited - least) > floor_error_max(least),
            f"the median is {median:.2f} ms with a server that waited {waited:.2f} ms, and the floor is {least:.2f} ms",
        ),
        (visible < VISIBLE_STALL_MIN * STALL, f"p99 shows {visible:,.0f} ms of a stall of {STALL:,.0f} ms"),
    ]
    # One phrase for each reason: a load that is late or busy is so with all servers.
    of_runs = {
        re.sub(r"[\d,.]+", "", flag): f"{flag}, with the server “{name}”"
        for name, server in measured.items()
        for flag in server["flags"]
    }
    phrases = [*of_runs.values(), *(phrase for failed, phrase in checks if failed)]
    return [f"calibration: {phrase}" for phrase in phrases]


def floor(measured):
    """Return the floor in ms: the median latency of the server that echoes at once."""
    return measured["echo"]["latency_ms"]["p50"] or 0


def floor_error_max(floor):
    """Return by how many ms what is added to a wait may differ from the floor."""
    milliseconds, share = FLOOR_ERROR_MAX
    return max(milliseconds, share * floor)


def generator_load(measured):
    """Return the generator's lag and CPU: the worst of all servers."""
    lag = max((server["loop_lag_ms"] for server in measured.values()), key=lambda lag: lag["p99"] or 0)
    return {"loop_lag_ms": lag, "generator_cpu": max(server["generator_cpu"] for server in measured.values())}
