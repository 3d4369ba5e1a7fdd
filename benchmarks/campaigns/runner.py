"""Runs one technique: Locust as the load, against a server process of its own."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.generator import server_metrics
from benchmarks.scenarios import plan
from benchmarks.scenarios.plan import Run
from benchmarks.scenarios.scenario import Scenario
from benchmarks.scenarios.settings import POINT_SETTINGS, ComparisonError, recorded
from benchmarks.servers.launch import HOST, free_port, launcher, run_layer
from benchmarks.servers.process import choose_cores, last_line, run_lab, run_process
from benchmarks.servers.wire import run_wire

# The scenario's settings that are options of the locustfile.
OPTIONS = [name for name in POINT_SETTINGS if name not in ("clients", "server", "layer")]
PORTS = ("master_bind_port", "master_port")
TIMEOUT = 60.0  # seconds past the planned end after which a run is aborted


OnTime = Callable[[str, float], object]


def measure(
    folder: Path, scenario: Scenario, run: Run, processes: int = 1, on_time: OnTime = lambda task, elapsed: None
) -> dict[str, Any]:
    """Make one Run of a Scenario with a load of so many `processes`; return its row for results.json.

    The raw data goes into `folder`. `on_time(task, elapsed)` is called several times a second, in seconds.
    """
    settings, run_folder = scenario.at(run.point), folder / run.folder
    run_folder.mkdir(parents=True)
    seed = scenario.seed + run.repetition - 1
    summary = run_load(run_folder, settings, run, seed, processes, on_time)
    identity = {"scenario": scenario.name, "label": scenario.labels[run.point], "place": run.folder}
    identity |= asdict(run) | {"stage": run.stage or None}
    return identity | recorded(settings) | summary


def run_load(folder, settings, run, seed, processes, on_time):
    """Run the load once, with its files in `folder`; return its summary."""
    log = folder / "locust.log"
    with deployment(folder, settings) as options, log.open("w") as output:
        command = [*load_command(settings, run), *as_options(record=folder, seed=seed, **options)]
        command += process_options(processes)
        core = choose_cores()[1] if processes == 1 else None
        with run_process(command, core, stdout=subprocess.DEVNULL, stderr=output) as locust:
            timeout = plan.seconds(settings, run) + TIMEOUT
            wait_for(locust, timeout, lambda elapsed: on_time(run.technique, elapsed))
    try:
        return json.loads((folder / "summary.json").read_text())
    except FileNotFoundError as exc:
        raise ComparisonError(f"The load of {run.technique} fails: {last_line(log)}") from exc


@contextlib.contextmanager
def deployment(folder, settings):
    """Run the server, its channel layer and the readers' wire; yield the locustfile's options that lead there."""
    with contextlib.ExitStack() as stack:
        layer = stack.enter_context(run_layer(settings.layer))
        metrics = {"LAB_PULSE": str(folder / server_metrics.FILE), "LAB_MESSAGE_STAMPS": "1"}
        server = run_lab(folder, choose_cores()[0], launcher(settings.server), **metrics, **layer)
        address, process = stack.enter_context(server)
        options = {"host": address, "server_pid": process, "stamps": 1}
        if settings.delay_ms or settings.cut != "none":
            options["via"], options["cut_by"] = stack.enter_context(run_wire(address, settings.delay_ms))
        yield options


def load_command(settings, run):
    """Return the command of the load, without the options of `deployment`."""
    # All readers start at once, because the warm-up comes afterwards.
    users = {"users": settings.clients, "spawn_rate": settings.clients}
    options = {name: getattr(settings, name) for name in OPTIONS}
    options |= {"technique": run.technique, "stage": run.stage} | users
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/locustfile.py", "--headless", "--only-summary"]
    return [*command, *as_options(loglevel="ERROR", **options)]


def process_options(processes):
    """Return Locust's options for a load of several processes, which find each other on a free port."""
    if processes == 1:
        return []
    return as_options(processes=processes, master_bind_host=HOST, master_host=HOST, **dict.fromkeys(PORTS, free_port()))


def as_options(**options):
    """Return options in the form of a command line."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]


def wait_for(process, timeout, on_time):
    """Wait for the end of a process, at most `timeout` seconds; call `on_time(elapsed)` several times a second."""
    start = time.monotonic()
    while process.poll() is None and (elapsed := time.monotonic() - start) < timeout:
        on_time(elapsed)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
