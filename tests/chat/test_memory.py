"""Promise 3.5: clients that have left cost the server no memory; clients that never read cost a bounded amount."""

import os
import signal
import time
from contextlib import suppress

import pytest

from support.processes import TESTS, memory, until
from support.raw_http import get, open_socket, read_all, room_path, send_raw
from support.raw_websocket import frame, handshake_bytes

QUEUES, ROOMS = 10_000, 2_000
QUEUE, ROOM = 6_000, 12_000  # bytes that each costs at most, as in the sums of SPEC.md
AT_ONCE = 250  # requests that are written at once on one connection
IDLE = 2  # seconds that a queue is kept
MORE = 6_000_000  # bytes by which memory may grow in the second round: allocators keep some
KEPT = 3_000  # bytes that allocators keep for each queue after all are gone
# Settings of a server that counts its objects when it receives a signal.
COUNTING = """
import gc, os, signal, sys
from support.small_settings import *

def count(number, frame):
    gc.collect()
    with open(os.environ["COUNTED"] + ".new", "w") as file:
        file.write(str(sys.getallocatedblocks()))
    os.replace(file.name, os.environ["COUNTED"])

signal.signal(signal.SIGUSR1, count)
"""
PINGS = 150_000


@pytest.fixture
def forgetful(start, tmp_path):
    """A server that drops queues and rooms within seconds, and has space for those of one round only."""
    (tmp_path / "counting_settings.py").write_text(COUNTING)
    counting = {
        "DJANGO_SETTINGS_MODULE": "counting_settings",
        "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, TESTS))),
        "COUNTED": str(tmp_path / "counted"),
    }
    counting |= {"LAB_ADDRESS_QUEUES": "0", "LAB_ADDRESS_ROOMS": "0"}
    bounds = {"SMALL_QUEUES_MAX": QUEUES + 1, "SMALL_ROOMS_MAX": ROOMS + 1, "SMALL_QUEUE_IDLE": IDLE}
    return start(**counting, **{name: str(value) for name, value in bounds.items()})


def objects(server, tmp_path):
    """Return how many objects the server has, without garbage."""
    counted = tmp_path / "counted"
    server.process.send_signal(signal.SIGUSR1)
    until(counted.exists, "the server does not count")
    count = int(counted.read_text())
    counted.unlink()
    return count


def request_all(server, paths):
    """Request each path, many at a time; nobody uses the queues and rooms that this opens."""
    head = f"HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    for start in range(0, len(paths), AT_ONCE):
        *several, last = [f"GET {path} {head}" for path in paths[start : start + AT_ONCE]]
        requests = [*(each + "\r\n" for each in several), last + "Connection: close\r\n\r\n"]
        assert send_raw(server.url, "".join(requests).encode()).count(b"HTTP/1.1 200") == len(requests)


def test_3_5_10_000_abandoned_queues_leave_memory_where_it_was(forgetful, tmp_path, room):
    path, grown = room_path("longpoll", room, "?hold=0"), []
    request_all(forgetful, [path] * 2 * AT_ONCE)
    time.sleep(IDLE + 0.5)  # these queues are dropped, and everything that queues need is loaded
    before, first = memory(forgetful), objects(forgetful, tmp_path)
    for _turn in range(2):
        until(lambda: get(forgetful.url, path).status == 200, "queues are never dropped")
        request_all(forgetful, [path] * (QUEUES - 1))
        grown.append(memory(forgetful))
    assert grown[0] - before < QUEUES * QUEUE
    assert grown[1] - grown[0] < MORE
    assert objects(forgetful, tmp_path) - first > QUEUES / 10  # on a busy machine some are dropped already
    until(lambda: objects(forgetful, tmp_path) - first < QUEUES / 10, "one object stays for each queue, or more")
    assert memory(forgetful) - before < QUEUES * KEPT


def test_3_5_rooms_that_nobody_reads_leave_memory_where_it_was(forgetful):
    request_all(forgetful, [f"/polling/warm-{number}/messages/" for number in range(100)])
    before, grown = memory(forgetful), []
    for turn in range(2):
        free = f"/polling/free-{turn}/messages/"
        until(lambda: get(forgetful.url, free).status == 200, "rooms are never forgotten")  # noqa: B023
        request_all(forgetful, [f"/polling/{turn}-{number}/messages/" for number in range(ROOMS - 1)])
        grown.append(memory(forgetful))
    assert grown[0] - before < ROOMS * ROOM
    assert grown[1] - grown[0] < 1.5 * MORE  # the names of groups are cached


def test_3_5_a_client_that_pings_and_never_reads_costs_bounded_memory(server, room):
    pings = frame("ping: times=125 a") * 1_000
    with open_socket(server.url) as connection:
        connection.sendall(handshake_bytes(server, room))
        assert connection.recv(1_000).startswith(b"HTTP/1.1 101")
        before = memory(server)
        with suppress(ConnectionError):  # the server cuts it after a while
            for _ in range(PINGS // 1_000):
                connection.sendall(pings)
        assert memory(server) - before < MORE
        assert read_all(connection) is not None
