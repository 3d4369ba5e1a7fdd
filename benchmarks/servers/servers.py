"""The servers and the channel layers that a scenario may name: how each is started, all with the same application."""

import contextlib
import http.client
import shutil
import socket
import subprocess
import sys
import time
from functools import partial

from benchmarks.scenarios.settings import CannotCompare
from benchmarks.servers.server import PATIENCE, ROOT, last_line, started, uvicorn
from lab.system import BACKLOG, free_port

HOST = "127.0.0.1"
APPLICATION = "lab.asgi:application"
KEEP_ALIVE = 75  # seconds that a connection may idle, as in lab/serving.py
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
    """Return what starts a server, as `benchmarks.servers.server.serving` needs it."""
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
    if layer not in LAYERS:
        yield {}
        return
    port = free_port()
    command = [program_of(layer), "--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no"]
    with started(command, None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        if not until(lambda: pongs(port)):
            raise CannotCompare("The redis-server does not start.")
        yield {"REDIS_URL": f"redis://{HOST}:{port}/0", "REDIS_LAYER": LAYERS[layer]}


def program_of(layer):
    """Return the path of the program that a layer needs, None for one that needs none; raise CannotCompare."""
    program = shutil.which("redis-server")
    if layer in LAYERS and program is None:
        raise CannotCompare(f"The layer {layer} needs redis-server: install it, on Debian and Ubuntu by apt-get.")
    return program if layer in LAYERS else None


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


def pongs(port):
    """Tell whether Redis answers there."""
    try:
        with socket.create_connection((HOST, port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False
