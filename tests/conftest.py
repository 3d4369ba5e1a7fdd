"""A real server process for the tests."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


class ServerProcess:
    """`manage.py serve` on a free port with a database of its own; it can be killed and started again there."""

    def __init__(self, data, **environment):
        self.environment = os.environ | {"LAB_DATA": str(data), "LAB_PUBLISH_RATE": "0"} | environment
        self.port, self.process = 0, None

    def start(self, *options):
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), *options]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline()).group(1))
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = ServerProcess(tmp_path_factory.mktemp("data")).start()
    yield server
    server.stop()
