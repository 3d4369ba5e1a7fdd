"""Promise 3.6: the contract again, with several processes behind nginx, on PostgreSQL and Redis."""

import json
from contextlib import closing
from http.client import HTTPConnection

import pytest
from processes import PATIENCE, NginxProcess
from raw import JSON, room_path
from test_contract import *  # noqa: F403


@pytest.fixture(scope="module")
def server(scaled):
    """Let the contract's tests ask nginx."""
    return scaled


def publish_from(address, server, room, claimed):
    """Publish from this address, which claims to be a proxy for another; return the status."""
    headers = JSON | {"X-Forwarded-For": claimed}
    body = json.dumps({"author": "Ann", "text": "hi"})
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE, source_address=(address, 0))
    with closing(connection):
        connection.request("POST", room_path("polling", room), body, headers)
        return connection.getresponse().status


def test_4_429_counts_the_real_clients_behind_nginx(start, room):
    server = start(FORWARDED_ALLOW_IPS="127.0.0.1", LAB_PUBLISH_RATE="1")
    with NginxProcess([server]) as nginx:
        statuses = [publish_from("127.0.0.2", nginx, room, f"10.0.0.{turn}") for turn in range(20)]
        assert set(statuses) == {201, 429}
        assert publish_from("127.0.0.3", nginx, room, "127.0.0.2") == 201
