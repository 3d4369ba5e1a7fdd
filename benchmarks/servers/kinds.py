"""The servers and the channel layers that a scenario may name: how each is started, all with the same application."""

import contextlib
import http.client
import subprocess
import sys
import time
from functools import partial

from benchmarks.scenarios.settings import CannotCompare
from benchmarks.servers.process import PATIENCE, ROOT, last_line, started, uvicorn
from deploy.redis import RedisProcess
from deploy.service import HOST, CannotRun
from lab.net.system import BACKLOG, free_port

APPLICATION = "lab.asgi:application"
KEEP_ALIVE = 75  # seconds that a connection may idle, as in lab/server/serve.py
# One process each and no log of the requests, as `manage.py serve`; {port} is a free one.
OTHERS = {
    "daphne": ["daphne", "--bind", HOST, "--port", "{port}", "--verbosity", "0"],
    "hypercorn": ["hypercorn", "--bind", HOST + ":{port}", "--keep-alive", f"{KEEP_ALIVE}", "--backlog", f"{BACKLOG}"],
    "granian": ["granian", "--interface", "asginl", "--host", HOST, "--port", "{port}", "--log-level", "warning"],
}
LAYERS = {
    "redis": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}


def starting(server):
    """Return what starts a server, as `benchmarks.servers.process.serving` needs it."""
    return uvicorn if server == "uvicorn" else partial(listening, server)


@contextlib.contextmanager
def listening(server, core, environment, log):
    """Run another server than uvicorn on a free port; yield (its address, its process id) once it answers."""
    environment = environment | {"DJANGO_SETTINGS_MODULE": "lab.settings"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False)
    port = free_port()
    command = [sys.executable, "-m", *(word.replace("{port}", str(port)) for word in OTHERS[server]), APPLICATION]
    with started(command, core, env=environment, stdout=log, stderr=log) as process:
        until(lambda: process.poll() is not None or healthy(port))
        if process.poll() is not None or not healthy(port):
            raise CannotCompare(f"The server {server} does not start: {last_line(log.name)}")
        yield f"http://{HOST}:{port}", process.pid


@contextlib.contextmanager
def layered(layer):
    """Run a Redis of the run's own where the channel layer needs one; yield the environment that names it."""
    redis = redis_of(layer)
    if redis is None:
        yield {}
        return
    try:
        with redis:
            yield {"REDIS_URL": redis.url, "REDIS_LAYER": LAYERS[layer]}
    except CannotRun as exc:
        raise CannotCompare(f"The layer {layer} cannot be: {exc}") from exc


def redis_of(layer):
    """Return the Redis that a layer needs, not yet started, None for a layer that needs none; raise CannotCompare."""
    try:
        return RedisProcess() if layer in LAYERS else None
    except CannotRun as exc:
        raise CannotCompare(f"The layer {layer} cannot be: {exc}") from exc


def until(true):
    """Wait until `true()`, at most PATIENCE seconds; return whether it came to that."""
    deadline = time.monotonic() + PATIENCE
    while not (came := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return came


def healthy(port):
    """Tell whether the lab answers there, with all that it needs."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
