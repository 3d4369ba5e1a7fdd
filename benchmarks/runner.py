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
from benchmarks.servers import layered, starting
from benchmarks.settings import OF_A_POINT, REPEATED, CannotCompare
from benchmarks.wired import wired

# What the load is told of its settings.
OPTIONS = [name for name in OF_A_POINT if name not in ("clients", "server", "layer")]
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
    log, (server_core, load_core) = place / "locust.log", cores()
    with contextlib.ExitStack() as stack:
        layer = stack.enter_context(layered(settings.layer))
        starter = starting(settings.server)
        address, server = stack.enter_context(serving(place, server_core, starter, **layer))
        ways = {}
        if settings.delay_ms or settings.cut != "none":
            via, control = stack.enter_context(wired(address, settings.delay_ms))
            ways = {"via": via, "cut-by": control if settings.cut != "none" else ""}
        output = stack.enter_context(log.open("w"))
        command = load(place, settings, run, seed) + flags(host=address, server_pid=server, **ways)
        locust = stack.enter_context(started(command, load_core, stdout=output, stderr=output))
        watch(locust, plan.seconds(settings, run) + PATIENCE, lambda elapsed: on_time(run, elapsed))
    try:
        return json.loads((place / "summary.json").read_text())
    except FileNotFoundError as exc:
        raise CannotCompare(f"The load of {run.technique} fails: {last_line(log)}") from exc


def load(place, settings, run, seed):
    """Return the command that makes the load, without its ways to the server."""
    # Publishers are users too; and every user is there at once, as the warm-up comes after.
    users = settings.clients + settings.rooms * settings.publishers
    options = {name: getattr(settings, name) for name in OPTIONS}
    options |= {"technique": run.technique, "stage": run.stage, "seed": seed, "record": place}
    options |= {"users": users, "spawn_rate": users, "loglevel": "ERROR"}
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/locustfile.py", "--headless", "--only-summary"]
    return [*command, *flags(**options)]


def flags(**options):
    """Return options as they stand on a command line."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]


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
