"""The checker finds every bug that is planted in a real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from faults import suite

pytestmark = [pytest.mark.server, pytest.mark.services]


@pytest.fixture(scope="module")
def hunts():
    """{bug: future of what the checker found}; several run at once, because servers take a while to start."""
    with ThreadPoolExecutor(suite.AT_ONCE) as pool:
        yield {bug: pool.submit(suite.planted, bug, "short") for bug in suite.BUGS}


@pytest.mark.parametrize("bug", suite.BUGS)
def test_the_checker_finds_the_bug(hunts, bug):
    assert set(hunts[bug].result().values()) == {True}
