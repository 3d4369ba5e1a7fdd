"""Fixtures: wires, and clients that connect through them."""

from importlib import import_module

import pytest

from lab.settings import TECHNIQUES
from support.wires import laying


@pytest.fixture
def lay():
    """Return a function that lays wires for one test."""
    with laying() as to:
        yield to


@pytest.fixture(scope="module")
def lay_for_all():
    """Return a function that lays wires for all tests of a module."""
    with laying() as to:
        yield to


@pytest.fixture
def wires(lay, server):
    """Wires to the lab's server, one for each technique."""
    return lay(server.port, *TECHNIQUES)


@pytest.fixture
def client(wires, room):
    """Return a function that makes a technique's client behind its wire."""
    clients = []

    def make(technique, author="anonymous", **options):
        options = {"polling": {"interval": 0.1}, "longpoll": {"hold": 0.5}}.get(technique, {}) | options
        clients.append(
            import_module(f"{technique}.client").Client(
                wires.url(technique), room, author, after=0, timeout=4, **options
            )
        )
        return clients[-1]

    yield make
    for one in clients:
        one.close()
