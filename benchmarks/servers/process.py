"""Server processes for measurements, each with an empty database, pinned to a core."""

import contextlib
import os
import re
import select
import subprocess
import sys
from pathlib import Path

import psutil

from benchmarks.scenarios.settings import ComparisonError
from lab.net import orphans

ROOT = Path(__file__).resolve().parent.parent.parent
TIMEOUT = 30.0  # seconds for a server to start, and to end
# The whole load comes from one address, so the limits for each address are switched off.
LIMITS = ("PUBLISH_RATE", "REQUEST_RATE", "ADDRESS_CONNECTIONS", "ADDRESS_QUEUES", "ADDRESS_ROOMS")
NO_LIMITS = {f"LAB_{name}": "0" for name in LIMITS}
REMOVED = (
    "DATABASE_URL",
    "REDIS_URL",
    "REDIS_LAYER",
    "REDIS_KEYS",
    "DJANGO_SETTINGS_MODULE",
)  # would change what is measured


@contextlib.contextmanager
def run_uvicorn(core, environment, log):
    """Run `manage.py serve` on any free port and on one `core`; yield (its address, its process id)."""
    command = [sys.executable, "manage.py", "serve", "--port", "0"]
    with run_process(command, core, env=environment, stdout=subprocess.PIPE, stderr=log) as process:
        ready, _, _ = select.select([process.stdout], [], [], TIMEOUT)
        address = re.search(r"http://[^/\s]+", process.stdout.readline()) if ready else None
        if address is None:
            raise ComparisonError(f"The server does not start: {last_line(log.name)}")
        yield address.group(), process.pid


@contextlib.contextmanager
def run_lab(folder, core=None, launch=run_uvicorn, **more):
    """Run the lab on one `core` by the function `launch`; yield (its address, its process id).

    Its log stays in `folder`, its database is deleted; `more` are environment variables.
    """
    environment = {name: value for name, value in os.environ.items() if name not in REMOVED}
    with orphans.temporary_folder(parent=folder) as data, (folder / "server.log").open("w+") as log:
        environment |= {"LAB_DATA": str(data)} | NO_LIMITS | more
        with launch(core, environment, log) as server:
            yield server


@contextlib.contextmanager
def run_process(command, core, **streams):
    """Run a command in the project's root, on one `core` (None: on any); end it when the block is left."""
    with pinned(core):
        # In its own session, so that Ctrl-C reaches only the runner, which ends it.
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
                process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def run_on_port(command, **streams):
    """Run Python with a command whose first line ends in its port or address; yield (the port, psutil.Process)."""
    with run_process([sys.executable, *command], None, stdout=subprocess.PIPE, **streams) as process:
        line = process.stdout.readline().strip()
        port = re.search(r"(?:^|:)(\d+)(?:/|$)", line)
        assert port, f"{command} prints no port: {line}"
        yield int(port[1]), psutil.Process(process.pid)


def cpu_seconds(process):
    """Return the user and system CPU seconds that a psutil.Process has used."""
    return sum(process.cpu_times()[:2])


def last_line(path):
    """Return the last line of a log, without the table that ends Locust's."""
    text = Path(path).read_text().partition("\nType  ")[0]
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return lines[-1] if lines else "its log is empty."


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


def choose_cores() -> tuple[int, int] | tuple[None, None]:
    """Return a core for the server and another for the load; (None, None) if there are fewer than two."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return None, None
    first, second, *_others = sorted(os.sched_getaffinity(0))
    return first, second
