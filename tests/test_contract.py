"""The contract of SPEC.md, the same for every technique."""

import time
from importlib import import_module
from itertools import islice

import pytest

TECHNIQUES = ["polling", "longpoll", "sse", "websocket"]


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_delivers_what_was_published(server, technique):
    client = import_module(f"{technique}.client").Client(server.url, f"{technique}-{time.time_ns()}", "Ann", after=0)
    client.publish("hi")
    (message,) = islice(client.messages(), 1)
    assert (message["id"], message["author"], message["text"]) == (1, "Ann", "hi")
    client.close()
