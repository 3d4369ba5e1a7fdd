"""Hostile streams pass unread, crash nothing, and cost bounded memory."""

import socket
import time

import psutil
import pytest
from foreign import connect, echo, read_exactly, serving

MIB = 1 << 20
STREAMS = {
    "garbage": bytes(range(256)) * 4_000,
    "half a head": b"GET / HTTP/1.1\r\nHost: x",
    "a huge head": b"GET / HTTP/1.1\r\n" + b"X-Filler: yyyyyyyyyyyyyyyy\r\n" * 40_000,
    "a 1 GB chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n" + bytes(MIB),
    "a huge body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" + bytes(MIB),
    "TLS's hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(501),
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "many requests": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 5_000,
}


@pytest.fixture
def wire(lay):
    with serving(echo) as port:
        yield lay(port)


@pytest.fixture(scope="module")
def wires(lay_for_all):
    """One wire for each stream."""
    with serving(echo) as port:
        yield lay_for_all(port, *STREAMS)


@pytest.mark.parametrize("name", STREAMS)
def test_a_hostile_stream_passes_and_adds_up(wires, name):
    data = STREAMS[name]
    with connect(wires.port(name)) as connection:
        connection.settimeout(20)
        for begin in range(0, len(data), 50_000):
            piece = data[begin : begin + 50_000]
            connection.sendall(piece)
            assert read_exactly(connection, len(piece)) == piece
    state = wires.settled(name)
    for direction in ("up", "down"):
        assert sum(state["bytes"][direction].values()) == len(data)


def test_slow_bytes_pass_one_by_one(wire):
    with connect(wire.port("wire")) as connection:
        for byte in b"GET / HTTP/1.1\r\nHost: x\r\n\r\n":
            connection.sendall(bytes([byte]))
            assert read_exactly(connection, 1) == bytes([byte])
        assert wire.state("wire")["bytes"]["up"]["headers"] == 27


def test_a_reader_that_never_reads_stops_its_writer_and_costs_bounded_memory(wire):
    """A delayed link is the one that holds most."""
    wire.post("/wires/wire/link", delay_ms=300)
    process = psutil.Process(wire.process.pid)
    with connect(wire.port("wire")) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.settimeout(1.5)
        before, written = process.memory_info().rss, 0
        deadline = time.monotonic() + 20
        try:
            while time.monotonic() < deadline:
                written += connection.send(bytes(65_536))
        except TimeoutError:
            pass
        assert time.monotonic() < deadline, "the writer was never stopped"
        assert written < 200 * MIB  # the kernel's buffers at both ends are most of it
        # Both directions' windows, and what the capture keeps.
        assert process.memory_info().rss - before < 80 * MIB


def test_a_flood_leaves_the_capture_bounded(wire):
    process = psutil.Process(wire.process.pid)
    with connect(wire.port("wire")) as connection:
        piece = bytes(MIB)
        for _ in range(60):
            connection.sendall(piece)
            read_exactly(connection, MIB)
        assert process.memory_info().rss < 250 * MIB
    assert wire.ask("/capture.pcapng")[0] == 200


def test_connections_that_come_and_go_leave_nothing(wire):
    for _ in range(200):
        connect(wire.port("wire")).close()
    assert wire.settled("wire")["connections"] == 0
    assert psutil.Process(wire.process.pid).num_fds() < 60


def test_a_server_that_is_not_there_resets_the_browser(lay):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    wire = lay(port)
    with connect(wire.port("wire")) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert wire.ask("/state")[1]["server"]["up"] is False
