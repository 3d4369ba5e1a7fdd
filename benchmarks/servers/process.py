"""A server process of the run's own, with an empty embedded database."""

import contextlib
import os
import re
import select
import subprocess
import sys
from pathlib import Path

import psutil

from benchmarks.scenarios.settings import CannotCompare
from lab.net import orphans

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0  # seconds for a server to start, and to end
# The load comes from one address, whose share of the server must be the whole.
SHARES = ("PUBLISH_RATE", "REQUEST_RATE", "ADDRESS_CONNECTIONS", "ADDRESS_QUEUES", "ADDRESS_ROOMS")
NO_SHARES = {f"LAB_{name}": "0" for name in SHARES}
ELSEWHERE = ("DATABASE_URL", "REDIS_URL", "REDIS_LAYER", "DJANGO_SETTINGS_MODULE")  # would bring in more


@contextlib.contextmanager
def uvicorn(core, environment, log):
    """Run `manage.py serve` on any free port and on one `core`; yield (its address, its process id)."""
    command = [sys.executable, "manage.py", "serve", "--port", "0"]
    with started(command, core, env=environment, stdout=subprocess.PIPE, stderr=log) as process:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        address = re.search(r"http://[^/\s]+", process.stdout.readline()) if ready else None
        if address is None:
            raise CannotCompare(f"The server does not start: {last_line(log.name)}")
        yield address.group(), process.pid


@contextlib.contextmanager
def serving(folder, core=None, run=uvicorn, **more):
    """Run the lab on one `core`, by the server that `run` starts; yield (its address, its process id).

    Its log stays in `folder`, its database does not; `more` goes into its environment.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    with orphans.temporary_folder(parent=folder) as data, (folder / "server.log").open("w+") as log:
        environment |= {"LAB_DATA": str(data)} | NO_SHARES | more
        with run(core, environment, log) as server:
            yield server


@contextlib.contextmanager
def started(command, core, **streams):
    """Run a command at the project's root, on one `core` (None: on any); end it when the block is left."""
    with pinned(core):
        # In a session of its own: Ctrl-C reaches the runner alone, which ends it.
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True, start_new_session=True, **streams
        )
    orphans.adopt(process.pid)
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def printing_port(command, **streams):
    """Run Python with a command whose first line ends in its port or its address; yield (the port, psutil.Process)."""
    with started([sys.executable, *command], None, stdout=subprocess.PIPE, **streams) as process:
        port = re.search(r"(?:^|:)(\d+)(?:/|$)", process.stdout.readline().strip())[1]
        yield int(port), psutil.Process(process.pid)


def cpu(process):
    """Return the CPU seconds, user and system, that a psutil.Process has used."""
    return sum(process.cpu_times()[:2])


def last_line(path):
    """Return the last thing that a log says, before the table with which Locust's ends."""
    told = Path(path).read_text().partition("\nType  ")[0].split("\n")
    lines = [line.strip() for line in told if line.strip()]
    return lines[-1] if lines else "it says nothing."


@contextlib.contextmanager
def pinned(core):
    """Keep this thread, and what it starts meanwhile, on one core (None: on any)."""
    if core is None:
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def cores():
    """Return a core for the server and another for the generator; (None, None) where there are not two to choose."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return None, None
    first, second, *_others = sorted(os.sched_getaffinity(0))
    return first, second
