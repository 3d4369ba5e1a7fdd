"""Fixtures: two independent browser windows, whose consoles must stay empty."""

import os
import re
import subprocess
import sys

import pytest

from support.browsers import AWAY, Window
from support.processes import PATIENCE, ROOT


@pytest.fixture(scope="session")
def _windows():
    windows = [Window(), Window()]
    yield windows
    for window in windows:
        window.close()


@pytest.fixture
def windows(request, _windows):
    """Two windows; the only errors allowed in their consoles are those of a server that a test has stopped."""
    yield _windows
    away = AWAY if "start" in request.fixturenames else None
    complaints = [complaint for window in _windows for complaint in window.complaints(away)]
    for window in _windows:
        window.driver.get("about:blank")
        window.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    assert complaints == []


@pytest.fixture
def window(windows):
    """One window."""
    return windows[0]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lab with its wires, by `manage.py demo`; yields the address of its pages."""
    environment = os.environ | {"LAB_DATA": str(tmp_path_factory.mktemp("data"))}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    command = [sys.executable, "manage.py", "demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield re.search(r"http://\S+?/", process.stdout.readline()).group().rstrip("/")
        process.terminate()
        process.communicate(timeout=PATIENCE)
