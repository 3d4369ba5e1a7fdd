"""The calibration: the load reads servers of known behaviour, so that a report can say how far it is to be trusted.

Rule: a calibration is valid when no server's run broke a bound of `validity.bounds`, the median before the server that
waits 50 ms lies within 0.5 ms of that, and the 99th percentile before the server that stalls shows at least nine
tenths of the stall. An invalid one throws no run away; the report says what is wrong: an error of so many milliseconds
spoils a push technique's figure and does not touch a poll's.
"""

import contextlib
import csv
import json
import re
import shutil
import subprocess
import sys

from benchmarks.generator.measures import Histogram
from benchmarks.scenarios.settings import CannotCompare
from benchmarks.servers.process import cores, last_line, started

WAIT, STALL = 50.0, 1400.0  # ms
BEHAVIOURS = {"echo": (0.0, 0.0), "wait": (WAIT, 0.0), "stall": (0.0, STALL)}  # ms to wait, ms to stall
MEDIAN_OFF_MAX = 0.5  # ms
SHOWN_MIN = 0.9  # of the stall
RATE = 50.0  # messages a second before each server
WARMUP, DURATION = 0.5, 3.0  # seconds; with a stall of 1.4 s, about half of what is scheduled falls into it
PATIENCE = 30.0  # seconds for the load to end


def run(folder, seed, behaviours=BEHAVIOURS):
    """Read one server after another, all files in `folder`/calibration; return what the load saw and what they did.

    Raises CannotCompare where the load fails.
    """
    place = folder / "calibration"
    shutil.rmtree(place, ignore_errors=True)  # what an interrupted one left
    server_core, load_core = cores()
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(known(place / name, *its, server_core)) for name, its in behaviours.items()
        }
        load(place, plan(place, seed, servers), load_core)
    seen = {name: read(place / name) for name in behaviours}
    seen["wait"]["expected_ms"] = WAIT
    seen["stall"] |= {"stall_ms": STALL, "naive_ms": json.loads((place / "stall" / "naive.json").read_text())}
    refusals = flags(seen)
    return {"valid": not refusals, "flags": refusals, **generator(seen), "servers": seen}


@contextlib.contextmanager
def known(folder, wait, stall, core):
    """Run a server of known behaviour; yield (its address, its process id). It tells in `folder` what it did."""
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "benchmarks.yardsticks.calibration_server",
        str(wait),
        str(stall),
        str(folder / "waits.csv"),
    ]
    log = folder / "server.log"
    with log.open("w") as output, started(command, core, stdout=subprocess.PIPE, stderr=output) as process:
        port = process.stdout.readline().strip()
        if not port:
            raise CannotCompare(f"The calibration's server fails: {last_line(log)}")
        yield f"http://127.0.0.1:{port}", process.pid


def plan(place, seed, servers):
    """Return what the load has to do."""
    of_all = {"technique": "websocket", "rooms": 1, "publishers": 1, "rate": RATE, "seed": seed}
    of_all |= {"warmup": WARMUP, "duration": DURATION, "loglevel": "ERROR"}
    naive = {"host": servers["stall"][0], "path": str(place / "stall" / "naive.json"), "seconds": WARMUP + DURATION}
    return {
        "servers": [
            of_all | {"host": address, "server-pid": number, "record": str(place / name)}
            for name, (address, number) in servers.items()
        ],
        "naive": naive,
    }


def load(place, plan, core):
    """Run the load in a process of its own, on one core."""
    log = place / "load.log"
    command = [sys.executable, "-m", "benchmarks.campaigns.calibration_load", json.dumps(plan)]
    with (
        log.open("w") as output,
        started(command, core, stdout=output, stderr=output) as process,
        contextlib.suppress(subprocess.TimeoutExpired),
    ):
        process.wait(PATIENCE)
    if process.returncode:
        raise CannotCompare(f"The calibration's load fails: {last_line(log)}")


def read(folder):
    """Return what the load saw of one server, and by the server's own record how long it kept each message."""
    figures = json.loads((folder / "summary.json").read_text())
    with (folder / "waits.csv").open() as file:
        waits = [float(row["departed_ms"]) - float(row["arrived_ms"]) for row in csv.DictReader(file)]
    names = "latency_ms", "published", "delivered", "loop_lag_ms", "publisher_lag_ms", "generator_cpu", "flags"
    return {name: figures[name] for name in names} | {"waited_ms": Histogram(waits).summary()}


def flags(seen):
    """Return in words why a calibration is not valid; an empty list for a valid one."""
    median, waited = seen["wait"]["latency_ms"]["p50"] or 0, seen["wait"]["waited_ms"]["p50"] or 0
    shown = seen["stall"]["latency_ms"]["p99"] or 0
    refusals = [
        (
            abs(median - WAIT) > MEDIAN_OFF_MAX,
            f"the median reads {median:.2f} ms before a server that is to wait {WAIT:g} ms and waited {waited:.2f} ms",
        ),
        (shown < SHOWN_MIN * STALL, f"p99 shows {shown:,.0f} ms of a stall of {STALL:,.0f} ms"),
    ]
    # One sentence a reason: a load that is late or busy is so before all servers.
    of_runs = {
        re.sub(r"[\d,.]+", "", flag): f"{flag}, before the server of the {name}"
        for name, its in seen.items()
        for flag in its["flags"]
    }
    said = [*of_runs.values(), *(words for refused, words in refusals if refused)]
    return [f"calibration: {words}" for words in said]


def generator(seen):
    """Return how late and how busy the load was: the worst of what was noted before any server."""
    lag = max((its["loop_lag_ms"] for its in seen.values()), key=lambda lag: lag["p99"] or 0)
    return {"loop_lag_ms": lag, "generator_cpu": max(its["generator_cpu"] for its in seen.values())}
