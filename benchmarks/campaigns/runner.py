"""The runner: each technique in turn, by Locust, against a server process of its own."""

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import asdict

from benchmarks.generator import server_metrics
from benchmarks.scenarios import plan
from benchmarks.scenarios.settings import OF_A_POINT, CannotCompare, repeated
from benchmarks.servers.kinds import HOST, free_port, layered, starting
from benchmarks.servers.process import cores, last_line, serving, started
from benchmarks.servers.wire import wired

# What the load is told of its settings.
OPTIONS = [name for name in OF_A_POINT if name not in ("clients", "server", "layer")]
PORTS = ("master_bind_port", "master_port")
PATIENCE = 60.0  # seconds over that, after which a run is given up


def measure(folder, scenario, run, processes=1, on_time=lambda what, elapsed: None):
    """Make one Run of a Scenario, by so many `processes` of load, its files in `folder`; return its row."""
    settings, place = scenario.at(run.point), folder / run.place
    place.mkdir(parents=True)
    seed = scenario.seed + run.repetition - 1
    figures = attempt(place, settings, run, seed, processes, on_time)
    named = {"scenario": scenario.name, "label": scenario.labels[run.point], "place": run.place}
    named |= asdict(run) | {"stage": run.stage or None}
    return named | repeated(settings) | figures


def attempt(place, settings, run, seed, processes, on_time):
    """Run the load once, its files in the folder `place`; return its figures."""
    log = place / "locust.log"
    with ways(place, settings) as options, log.open("w") as output:
        command = [*load(settings, run), *flags(record=place, seed=seed, **options), *spread(processes)]
        core = cores()[1] if processes == 1 else None
        with started(command, core, stdout=subprocess.DEVNULL, stderr=output) as locust:
            watch(locust, plan.seconds(settings, run) + PATIENCE, lambda elapsed: on_time(run.technique, elapsed))
    try:
        return json.loads((place / "summary.json").read_text())
    except FileNotFoundError as exc:
        raise CannotCompare(f"The load of {run.technique} fails: {last_line(log)}") from exc


@contextlib.contextmanager
def ways(place, settings):
    """Run the server, and what it and the readers' link need; yield the options that lead the load there."""
    with contextlib.ExitStack() as stack:
        layer = stack.enter_context(layered(settings.layer))
        server = serving(
            place, cores()[0], starting(settings.server), LAB_PULSE=str(place / server_metrics.FILE), **layer
        )
        address, process = stack.enter_context(server)
        options = {"host": address, "server_pid": process}
        if settings.delay_ms or settings.cut != "none":
            options["via"], options["cut_by"] = stack.enter_context(wired(address, settings.delay_ms))
        yield options


def load(settings, run):
    """Return the command that makes the load, without its way to the server."""
    # Publishers are users too; and every user is there at once, as the warm-up comes after.
    users = settings.clients + settings.rooms * settings.publishers
    options = {name: getattr(settings, name) for name in OPTIONS}
    options |= {"technique": run.technique, "stage": run.stage, "users": users, "spawn_rate": users}
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/locustfile.py", "--headless", "--only-summary"]
    return [*command, *flags(loglevel="ERROR", **options)]


def spread(processes):
    """Return Locust's options for a load shared by so many processes, which find each other on a port of their own."""
    if processes == 1:
        return []
    return flags(processes=processes, master_bind_host=HOST, master_host=HOST, **dict.fromkeys(PORTS, free_port()))


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
