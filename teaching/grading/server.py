"""A real server in which a student's stage is a technique of its own, beside short polling.

It runs in its own process, whose time, memory, files and output are bounded. The stage runs with the rights of the user
who grades: for files of strangers, grade in a container.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from lab.net import orphans
from teaching.grading.exercises import STAGE, is_websocket
from teaching.grading.submission import Unusable

ROOT = Path(__file__).resolve().parent.parent.parent
START = 60.0  # seconds until the server must respond
# Seconds that a response, a message or a frame may take: twice as long as the server took to start, within these
# bounds. So it is more on a slow machine, and a stage that delivers nothing is graded quickly on a fast one.
PATIENCE = (4.0, 20.0)
OUTPUT_KEPT = 200_000  # bytes of what the server prints, the newest ones
OUTPUT_MUCH = 1_000_000  # bytes; the report mentions more than that
LIMITS = {"RLIMIT_AS": 4_000_000_000, "RLIMIT_FSIZE": 100_000_000}  # bytes of memory, and of a file
REMOVED = (
    "DATABASE_URL",
    "REDIS_URL",
    "LAB_WIRES",
    "LAB_PUBLIC_ORIGIN",
    "LAB_HTTPS",
    "FORWARDED_ALLOW_IPS",
    "PYTHONPATH",
)
PACKAGE = {
    "__init__.py": '''"""Exercise: the stage that a student has written."""

TITLE = "Exercise"
COLOUR = "#555555"
STAGES = ()
PARAMETERS = ("after", "queue", "hold", "Last-Event-ID")
ANSWER = "application/json"
''',
    "client.py": "",
    "static/exercise/client.js": "",
}
HTTP_URLS = """from exercise import server
from lab.http import routes

urlpatterns = routes("exercise", server.deliver)
"""
WEBSOCKET_URLS = """from django.urls import path
from exercise import server

urlpatterns = []
websocket_urlpatterns = [path("ws/exercise/<str:room>/", server.Consumer.as_asgi())]
"""


class StageServer:
    """The server's process, with what it has printed."""

    def __init__(self, folder: Path, source: bytes, name: str) -> None:
        self.folder = folder
        for file, text in PACKAGE.items():
            path = folder / "technique" / "exercise" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        package = folder / "technique" / "exercise"
        (package / "urls.py").write_text(WEBSOCKET_URLS if is_websocket(name) else HTTP_URLS)
        (package / "server.py").write_bytes(source)
        self.starts = 0
        self.printed = 0  # bytes, of all its processes
        self.output = b""  # the newest OUTPUT_KEPT bytes of the newest process
        self.port = 0
        self.patience = PATIENCE[1]  # seconds

    def start(self) -> None:
        """Start the server with an empty database, and wait until it responds. Raises Unusable."""
        self.starts += 1
        self.output, self.port = b"", 0
        environment = {key: value for key, value in os.environ.items() if key not in REMOVED}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "teaching.grading.settings",
            "LAB_APPS": "",
            "LAB_DATA": str(self.folder / f"data-{self.starts}"),
            "LAB_TECHNIQUES": "polling,exercise",
            "PYTHONPATH": str(self.folder / "technique"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that all processes it starts can be ended with it
        )
        orphans.adopt(self.process.pid)
        self._limit()
        threading.Thread(target=self._drain, args=[self.process.stdout], daemon=True).start()
        began = time.monotonic()
        while not (self.port and self.responds(timeout=1.0)):
            if self.process.poll() is not None:
                raise Unusable(self._why_ended())
            if time.monotonic() > began + START:
                raise Unusable(f"The server does not start within {START:.0f} s: {STAGE} may loop at its top level.")
            time.sleep(0.05)
        self.patience = min(max(PATIENCE[0], 2 * (time.monotonic() - began)), PATIENCE[1])

    def _limit(self) -> None:
        if not hasattr(psutil, "RLIMIT_AS"):
            return  # only Linux sets the limits of another process
        with contextlib.suppress(psutil.Error):
            for limit, most in LIMITS.items():
                psutil.Process(self.process.pid).rlimit(getattr(psutil, limit), (most, most))

    def _drain(self, pipe: Any) -> None:
        while chunk := pipe.read1(65_536):
            self.printed += len(chunk)
            self.output = (self.output + chunk)[-OUTPUT_KEPT:]
            if not self.port and (address := re.search(rb"listens on http://[^/\s]*:(\d+)/", self.output)):
                self.port = int(address[1])

    def responds(self, timeout: float) -> bool:
        """Return whether the server responds to a request that has nothing to do with the stage."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def error(self) -> str | None:
        """Return the last exception in the output that passed through the stage, in a few words, or None."""
        text = self.output.decode(errors="replace")
        raised = re.findall(r"^ *(\w[\w.]*(?:Error|Exception|Exit|Interrupt|Group)\b.*)$", text, re.MULTILINE)
        lines = re.findall(r'exercise/server\.py", line (\d+)', text)
        if not raised or not lines:
            return None
        return f"{raised[-1].strip()[:200]} ({STAGE}, line {lines[-1]})"

    def _why_ended(self) -> str:
        time.sleep(0.2)  # its last lines may still be on their way
        if error := self.error():
            return f"{STAGE} raises when it is imported: {error}."
        return f"The server ended with status {self.process.returncode} while it imported {STAGE}."

    def stop(self) -> None:
        """End the process and all that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def stage_server(source: bytes, name: str) -> Iterator[StageServer]:
    """Run a student's stage; yield its server, started. Raises Unusable."""
    with orphans.temporary_folder("lab-grade-") as folder:
        server = StageServer(folder, source, name)
        try:
            server.start()
            yield server
        finally:
            if server.starts:
                server.stop()
