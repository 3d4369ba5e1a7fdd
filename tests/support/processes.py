"""Processes that the tests start: the lab's server, and the programs of a deployment."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil

from deploy import scaled
from deploy.programs import NginxProcess, PostgresProcess
from deploy.redis import RedisProcess
from lab.net import orphans
from lab.net.system import free_port

__all__ = ["NginxProcess", "PostgresProcess", "RedisProcess", "free_port"]  # re-exported for the tests

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
SMALL = {"DJANGO_SETTINGS_MODULE": "support.small_settings", "PYTHONPATH": str(TESTS)}  # see small_settings.py
PATIENCE = 50  # seconds that a wait may last on a busy machine; less than the longest hold (55)
COMMAND = 600  # seconds that a command may take to end by itself
BUGS = ("Traceback", "never retrieved", "ASGI callable", "Exception ignored")  # words that no server's log may hold


class ServerProcess:
    """`manage.py serve` on a free port with its own database; it can be killed, and started again on the same port."""

    running = set()

    def __init__(self, data, **environment):
        rates = {"LAB_PUBLISH_RATE": "0", "LAB_REQUEST_RATE": "0"}
        self.environment = os.environ | {"LAB_DATA": str(data), "PYTHONUNBUFFERED": ""} | rates
        self.environment |= environment
        self.log = Path(data) / f"stderr.{time.monotonic_ns()}"
        self.port, self.process, self.checked = 0, None, 0

    def start(self, *options):
        """Start and wait until it listens."""
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), *options]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        orphans.adopt(self.process.pid)
        line = self.process.stdout.readline()
        assert line, f"the server did not start: {self.log.read_text()}"
        self.port = int(re.search(r":(\d+)/", line).group(1))
        self.running.add(self)
        return self

    @property
    def url(self):
        """The address of the server's pages."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self, by=signal.SIGTERM):
        """End the process and wait for its end; return its exit code."""
        self.running.discard(self)
        if self.process.poll() is None:
            self.process.send_signal(by)
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.check()
        return code

    def __exit__(self, *exc_info):
        """Stop the server at the end of a `with` block."""
        if self.process:
            self.stop()

    def kill(self):
        """End the process at once, as a power cut would."""
        return self.stop(signal.SIGKILL)

    def check(self):
        """Fail if the server's log shows a new bug."""
        log = self.log.read_bytes()
        new, self.checked = log[self.checked :].decode(errors="replace"), len(log)
        assert not any(word in new for word in BUGS), new


class Scaled(scaled.Scaled):
    """The lab behind nginx, on PostgreSQL and Redis; the logs of its servers are checked."""

    server = ServerProcess


def until(true, otherwise, timeout=PATIENCE):
    """Wait until `true()` returns a true value, and return that; fail with `otherwise` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (result := true()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
    return result


def memory(server):
    return psutil.Process(server.process.pid).memory_info().rss


def connections(server):
    """Return how many connections of clients the server has open."""
    held = psutil.Process(server.process.pid).net_connections("tcp")
    return sum(connection.laddr.port == server.port and bool(connection.raddr) for connection in held)


def run_command(*arguments, data, **environment):
    """Run one of the lab's commands until it ends by itself."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"LAB_DATA": str(data)} | environment,
        capture_output=True,
        text=True,
        timeout=COMMAND,
    )


@contextmanager
def demo(*options):
    command = [sys.executable, "manage.py", "demo", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        orphans.adopt(process.pid)
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def wired_lab(data, environment=None):
    """Run `manage.py demo` without a display; yield the address of its pages."""
    environment = os.environ | (environment or {}) | {"LAB_DATA": str(data)}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    command = [sys.executable, "manage.py", "demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        orphans.adopt(process.pid)
        yield re.search(r"http://\S+?/", process.stdout.readline()).group().rstrip("/")
        process.terminate()
        process.communicate(timeout=PATIENCE)
