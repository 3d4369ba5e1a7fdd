"""The runner: each technique in turn, by Locust, against a server process of its own."""

import contextlib
import json
import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

import psutil

from benchmarks.manifest import manifest
from benchmarks.scenario import CannotCompare
from benchmarks.server import cores, last_line, serving, started

SHARED = ("rooms", "publishers", "rate", "text_bytes", "interval", "hold")  # what the run repeats of its scenario
AROUND = 2.5  # seconds that a run takes besides warm-up and window, as a rule
PATIENCE = 60.0  # seconds over that, after which a run is given up


def order(techniques, repetitions, seed):
    """Return (repetition, technique) of all runs: in every repetition each technique once, in random order."""
    rng = random.Random(seed)
    return [(number, name) for number in range(1, repetitions + 1) for name in rng.sample(techniques, len(techniques))]


def seconds(scenario):
    """Return how long one run takes, as a rule."""
    return scenario.warmup + scenario.duration + AROUND


def new_folder(parent, scenario):
    """Make the folder of the results, named by the time (UTC); raise CannotCompare where that cannot be."""
    folder = parent / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{scenario.name}"
    try:
        folder.mkdir(parents=True)
    except OSError as exc:
        raise CannotCompare(f"The folder {folder} cannot be made: {exc.strerror}.") from exc
    return folder


def compare(folder, scenario, techniques, on_time=lambda name, elapsed: None):
    """Yield each run's figures when it is complete, and keep `results.json` in `folder` up to date.

    `on_time(technique, elapsed)` is called several times a second with the seconds that the run has taken.
    """
    results = {"manifest": manifest(scenario, techniques, cores()), "runs": []}
    results["manifest"]["started"] = now()
    for repetition, technique in order(techniques, scenario.repetitions, scenario.seed):
        place = folder / "runs" / f"{technique}-{repetition}"
        place.mkdir(parents=True)
        figures = measure(place, scenario, technique, scenario.seed + repetition - 1, on_time)
        run = {"technique": technique, "stage": None, "scenario": scenario.name, "repetition": repetition}
        run |= {name: getattr(scenario, name) for name in ("clients", *SHARED)} | figures
        results["runs"].append(run)
        results["manifest"]["finished"] = now()
        write(folder / "results.json", results)
        yield run


def measure(place, scenario, technique, seed, on_time):
    """Run the load once, its files in the folder `place`; return its figures."""
    log = place / "locust.log"
    with serving(place, cores()[0]) as (address, server), log.open("w") as output:
        command = load(place, scenario, technique, seed, address, server)
        with started(command, cores()[1], stdout=output, stderr=output) as locust:
            watch(locust, seconds(scenario) + PATIENCE, lambda elapsed: on_time(technique, elapsed))
    try:
        return json.loads((place / "summary.json").read_text())
    except FileNotFoundError as exc:
        raise CannotCompare(f"The load of {technique} fails: {last_line(log)}") from exc


def load(place, scenario, technique, seed, address, server):
    """Return the command that makes the load."""
    options = {name.replace("_", "-"): getattr(scenario, name) for name in (*SHARED, "warmup", "duration")}
    options |= {"technique": technique, "seed": seed, "host": address, "server-pid": server, "record": place}
    # Publishers are users too; and every user is there at once, as the warm-up comes after.
    users = scenario.clients + scenario.rooms * scenario.publishers
    options |= {"users": users, "spawn-rate": users, "loglevel": "ERROR"}
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/locustfile.py", "--headless", "--only-summary"]
    return [*command, *(f"--{name}={value}" for name, value in options.items())]


def watch(process, patience, on_time):
    """Wait for a process to end, at most `patience` seconds; tell the elapsed ones several times a second."""
    begun = time.monotonic()
    while process.poll() is None and (elapsed := time.monotonic() - begun) < patience:
        on_time(elapsed)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)


def tidy(folder, runs):
    """Leave nothing of a comparison that ended early but its complete `runs`: no process, no other file."""
    for process in psutil.Process().children(recursive=True):
        process.kill()
    complete = {f"{run['technique']}-{run['repetition']}" for run in runs}
    for place in folder.glob("runs/*"):
        if place.name not in complete:
            shutil.rmtree(place)
    if not runs:
        shutil.rmtree(folder)


def write(path, results):
    """Write the results as JSON; whoever reads meanwhile finds the old file or the new one."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(results, indent=2) + "\n")
    new.replace(path)


def now():
    """Return the time (UTC) as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")
