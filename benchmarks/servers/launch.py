"""Launches the servers and channel layers that a scenario may name, all with the same application."""

import contextlib
import http.client
import subprocess
import sys
import time
from functools import partial

from benchmarks.scenarios.settings import ComparisonError
from benchmarks.servers.process import ROOT, TIMEOUT, last_line, run_process, run_uvicorn
from deploy.redis import RedisProcess
from deploy.service import HOST
from lab import packages
from lab.net.system import BACKLOG, StartError, free_port

APPLICATION = "lab.asgi:application"
KEEP_ALIVE = 75  # seconds that a connection may idle, as in lab/server/serve.py
# One process each and no request log, as with `manage.py serve`.
OTHERS = {
    "daphne": ["daphne", "--bind", HOST, "--port", "{port}", "--verbosity", "0"],
    "hypercorn": ["hypercorn", "--bind", HOST + ":{port}", "--keep-alive", f"{KEEP_ALIVE}", "--backlog", f"{BACKLOG}"],
    "granian": ["granian", "--interface", "asginl", "--host", HOST, "--port", "{port}", "--log-level", "warning"],
}
LAYERS = {
    "redis": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}


def launcher(server):
    """Return the function that runs a server, for `process.run_lab`."""
    return run_uvicorn if server == "uvicorn" else partial(run_other, server)


@contextlib.contextmanager
def run_other(server, core, environment, log):
    """Run a server of OTHERS on a free port; yield (its address, its process id) once it is healthy."""
    with needing(server):
        packages.require(server)
    environment = environment | {"DJANGO_SETTINGS_MODULE": "lab.settings"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False)
    port = free_port()
    command = [sys.executable, "-m", *(word.replace("{port}", str(port)) for word in OTHERS[server]), APPLICATION]
    with run_process(command, core, env=environment, stdout=log, stderr=log) as process:
        wait_until(lambda: process.poll() is not None or healthy(port))
        if process.poll() is not None or not healthy(port):
            raise ComparisonError(f"The server {server} does not start: {last_line(log.name)}")
        yield f"http://{HOST}:{port}", process.pid


@contextlib.contextmanager
def needing(what):
    """Turn a missing package into a ComparisonError about what needs it."""
    try:
        yield
    except packages.MissingPackage as exc:
        raise ComparisonError(f"{what}: {exc}") from exc


@contextlib.contextmanager
def run_layer(layer):
    """Run a separate Redis if the channel layer needs one; yield the environment variables that name it."""
    redis = redis_for(layer)
    if redis is None:
        yield {}
        return
    try:
        with redis:
            yield {"REDIS_URL": redis.url, "REDIS_LAYER": LAYERS[layer]}
    except StartError as exc:
        raise ComparisonError(f"The channel layer {layer} does not start: {exc}") from exc


def redis_for(layer: str) -> RedisProcess | None:
    """Return an unstarted Redis, or None if the layer needs none; raise ComparisonError if Redis is missing."""
    if layer not in LAYERS:
        return None
    with needing(layer):
        packages.require("channels_redis")
    try:
        return RedisProcess()
    except StartError as exc:
        raise ComparisonError(f"The channel layer {layer} is not available: {exc}") from exc


def wait_until(condition):
    """Wait until `condition()` is true, at most TIMEOUT seconds."""
    deadline = time.monotonic() + TIMEOUT
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)


def healthy(port):
    """Return whether the lab on this port is up, with everything that it needs."""
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
