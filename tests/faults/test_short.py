"""The short form of the fault suite: each fault a few times on one process, some on four, all techniques at once."""

import pytest

from faults import suite
from faults.deployments import DEPLOYMENTS
from faults.faults import BY_NAME, FAULTS
from faults.trial import Trial
from lab.techniques import TECHNIQUES

pytestmark = [pytest.mark.server, pytest.mark.services]

SIZE = 8  # clients of each technique
ON_MANY = ("sigkill", "inside", "locked", "full", "redis", "paused", "flushall", "postgres")


@pytest.fixture(scope="module")
def one_narrow():
    """One process on SQLite, where one announcement may wait for a busy room."""
    with suite.deployed(DEPLOYMENTS["one-narrow"]) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def many():
    """Four processes on PostgreSQL and Redis behind nginx."""
    with suite.deployed(DEPLOYMENTS["many"]) as deployment:
        yield deployment


def holds(fault, deployment):
    """Check that all rules hold under a fault, with each technique."""
    rows, _well = suite.attempt(Trial(fault, deployment, TECHNIQUES, "short", size=SIZE))
    assert {technique: row["broken"] for technique, row in rows.items()} == {name: {} for name in TECHNIQUES}
    assert all(row["delivered"] > row["acknowledged"] > 0 for row in rows.values())


@pytest.mark.parametrize("fault", [fault.name for fault in FAULTS if fault.count("short") and not fault.needs])
def test_nothing_is_lost_on_one_process(one_narrow, fault):
    holds(BY_NAME[fault], one_narrow)


def test_nothing_is_lost_when_the_disk_is_full(one_narrow):
    holds(BY_NAME["full"], one_narrow)


@pytest.mark.parametrize("fault", ON_MANY)
def test_nothing_is_lost_on_four_processes(many, fault):
    holds(BY_NAME[fault], many)
