"""Two windows that know nothing of each other, and the rule that a page complains of nothing."""

import pytest

from support.browsers import AWAY, Window


@pytest.fixture(scope="session")
def _windows():
    windows = [Window(), Window()]
    yield windows
    for window in windows:
        window.close()


@pytest.fixture
def windows(request, _windows):
    """Two windows; the pages in them must complain of nothing, but of a server that a test took away."""
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
