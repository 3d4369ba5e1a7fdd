"""A name with several addresses: each is tried, and the first connection that opens is used (RFC 8305)."""

import contextlib
import socket
import subprocess
import sys
from itertools import islice
from types import SimpleNamespace

import pytest

from lab.net import happy_eyeballs, sockets
from support.fake_dns import ANSWERING, NAME, REFUSING, SILENT, name, silent
from support.processes import COMMAND, PATIENCE, ROOT, free_port
from support.technique_io import client, publish


@pytest.mark.parametrize("addresses", [("::1", ANSWERING), (REFUSING, ANSWERING), ("::1", REFUSING, ANSWERING)])
def test_each_address_of_a_name_is_tried(monkeypatch, addresses):
    with socket.create_server((ANSWERING, 0)) as listening:
        port = listening.getsockname()[1]
        name(monkeypatch, *addresses)
        with contextlib.closing(sockets.connect(NAME, port, PATIENCE)) as connection:
            assert connection.getpeername() == (ANSWERING, port)
            assert connection.gettimeout() == PATIENCE
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_client_tries_each_address_of_a_name(monkeypatch, start, room, technique):
    server = start(ALLOWED_HOSTS=f"{ANSWERING},{NAME}")
    publish("polling", server, room)
    name(monkeypatch, "::1", ANSWERING)
    reader = client(technique, SimpleNamespace(url=f"http://{NAME}:{server.port}"), room, after=0)
    with contextlib.closing(reader):
        assert [message["id"] for message in islice(reader.messages(), 1)] == [1]
        assert reader.publish("hi")["id"] == 2
        assert reader.reconnects == 0


def test_a_silent_address_does_not_delay_the_connection(monkeypatch):
    with socket.create_server((ANSWERING, 0)) as listening, silent(port := listening.getsockname()[1]):
        name(monkeypatch, SILENT, ANSWERING)
        with contextlib.closing(sockets.connect(NAME, port, PATIENCE)) as connection:
            assert connection.getpeername() == (ANSWERING, port)


def test_the_last_error_is_raised_if_no_address_accepts(monkeypatch):
    port = free_port()
    name(monkeypatch, REFUSING, "::1", ANSWERING)
    with pytest.raises(ConnectionRefusedError):
        sockets.connect(NAME, port, PATIENCE)


def test_silent_addresses_time_out(monkeypatch):
    with silent(port := free_port()):
        name(monkeypatch, SILENT, SILENT)
        with pytest.raises(TimeoutError):
            sockets.connect(NAME, port, 0.5)


def test_ipv6_and_ipv4_addresses_are_tried_in_turn(monkeypatch):
    name(monkeypatch, "::1", "::2", "::3", ANSWERING, REFUSING)
    addresses = [address[4][0] for address in happy_eyeballs.resolve(NAME, 80)]
    assert addresses == ["::1", ANSWERING, "::2", REFUSING, "::3"]


def test_attempts_work_under_gevent():
    """Locust's clients are greenlets, whose selectors are gevent's."""
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import socket\n"
        "from lab.net import happy_eyeballs, sockets\n"
        "listening = socket.create_server(('127.0.0.1', 0)); port = listening.getsockname()[1]\n"
        "found = [found for host in ('127.0.0.2', '127.0.0.1') for found in happy_eyeballs.resolve(host, port)]\n"
        "print(happy_eyeballs.connect(found, sockets.make_socket, 30).getpeername()[0])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert ran.stdout == f"{ANSWERING}\n", ran.stderr
