"""The runner: each technique in turn, by Locust, against a server process of its own."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

import psutil

from benchmarks import plan
from benchmarks.manifest import manifest
from benchmarks.server import cores, last_line, serving, started
from benchmarks.settings import REPEATED, CannotCompare

SHARED = ("rooms", "publishers", "rate", "text_bytes", "interval", "hold")  # what the load is told of its scenario
PATIENCE = 60.0  # seconds over that, after which a run is given up


def new_folder(parent, scenario):
    """Make the folder of the results, named by the time (UTC); raise CannotCompare where that cannot be."""
    folder = parent / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{scenario.name}"
    try:
        folder.mkdir(parents=True)
    except OSError as exc:
        raise CannotCompare(f"The folder {folder} cannot be made: {exc.strerror}.") from exc
    return folder


def compare(folder, scenario, runs, on_time=lambda what, elapsed: None):
    """Make the `runs` of a plan, yield each one's figures, and keep `results.json` in `folder` up to date.

    `on_time(run, elapsed)` is called several times a second with the seconds that the run has taken.
    """
    techniques = list(dict.fromkeys(run.technique for run in runs))
    results = {"manifest": manifest(scenario, techniques, cores()), "calibration": None, "traces": None, "runs": []}
    results["manifest"]["started"] = now()
    for run in runs:
        row = measure(folder, scenario, run, on_time)
        results["runs"].append(row)
        results["manifest"]["finished"] = now()
        write(folder / "results.json", results)
        yield row


def measure(folder, scenario, run, on_time):
    """Make one Run, its files in `folder`; return its row in the results."""
    settings, place = scenario.at(run.point), folder / run.place
    place.mkdir(parents=True)
    seed = scenario.seed + run.repetition - 1
    figures = attempt(place, settings, run, seed, on_time)
    named = {"technique": run.technique, "stage": run.stage or None, "scenario": scenario.name}
    named |= {"repetition": run.repetition, "point": run.point, "label": scenario.labels[run.point], "place": run.place}
    return named | {name: getattr(settings, name) for name in REPEATED} | figures


def attempt(place, settings, run, seed, on_time):
    """Run the load once, its files in the folder `place`; return its figures."""
    log = place / "locust.log"
    with serving(place, cores()[0]) as (address, server), log.open("w") as output:
        command = load(place, settings, run, seed, address, server)
        with started(command, cores()[1], stdout=output, stderr=output) as locust:
            watch(locust, plan.seconds(settings, run) + PATIENCE, lambda elapsed: on_time(run, elapsed))
    try:
        return json.loads((place / "summary.json").read_text())
    except FileNotFoundError as exc:
        raise CannotCompare(f"The load of {run.technique} fails: {last_line(log)}") from exc


def load(place, scenario, run, seed, address, server):
    """Return the command that makes the load."""
    options = {name.replace("_", "-"): getattr(scenario, name) for name in (*SHARED, "warmup", "duration")}
    options |= {"technique": run.technique, "stage": run.stage, "seed": seed, "host": address}
    options |= {"server-pid": server, "record": place}
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
    complete = {run["place"] for run in runs}
    for place in folder.glob("runs/*"):
        if str(place.relative_to(folder)) not in complete:
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
