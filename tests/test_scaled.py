"""Promise 3.6: the contract again, with several processes behind nginx, on PostgreSQL and Redis."""

import pytest
from test_contract import *  # noqa: F403


@pytest.fixture(scope="module")
def server(scaled):
    """Let the contract's tests ask nginx."""
    return scaled
