"""The checker finds every bug that is planted in a real server; one that it misses fails here."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from faults import suite

pytestmark = [pytest.mark.server, pytest.mark.services]


@pytest.fixture(scope="module")
def hunts():
    """What the checker found of each bug; servers take a while to start, so some run at once."""
    with ThreadPoolExecutor(suite.AT_ONCE) as pool:
        yield {bug: pool.submit(suite.planted, bug, "short") for bug in suite.BUGS}


@pytest.mark.parametrize("bug", suite.BUGS)
def test_a_planted_bug_is_found(hunts, bug):
    assert set(hunts[bug].result().values()) == {True}
