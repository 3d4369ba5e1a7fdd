"""Fixtures: two independent browser windows, whose consoles must stay empty."""

import pytest

from support.browsers import AWAY, Window
from support.processes import wired_lab


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
    with wired_lab(tmp_path_factory.mktemp("data")) as address:
        yield address
