"""Hostile streams pass through a wire unchanged, crash nothing, and cost bounded memory."""

import asyncio
import socket
import time
from contextlib import ExitStack

import psutil
import pytest
from websockets.frames import Opcode

from lab.wire.capture.capture import OPENING_MAX, OPENINGS_BYTES_MAX, OPENINGS_MAX, Capture, Exchange
from lab.wire.relay import wire as relay
from lab.wire.scan import scanner
from support.byte_servers import connect, echo, read_exactly, serving, swallow
from support.handmade_streams import POLL, STREAM_HEAD, UPGRADE, UPGRADED, byte_counts, frame, new_scan, post
from support.processes import PATIENCE, until

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
def test_a_hostile_stream_passes_and_all_its_bytes_are_counted(wires, name):
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


def test_single_bytes_pass_one_by_one(wire):
    with connect(wire.port("wire")) as connection:
        for byte in b"GET / HTTP/1.1\r\nHost: x\r\n\r\n":
            connection.sendall(bytes([byte]))
            assert read_exactly(connection, 1) == bytes([byte])
        assert wire.state("wire")["bytes"]["up"]["headers"] == 27


def test_a_reader_that_never_reads_stops_its_writer_and_costs_bounded_memory(wire):
    """A link with a delay holds the most bytes."""
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
        assert written < 200 * MIB  # most of it is in the kernel's buffers at both ends
        # The windows of both directions, and the capture.
        assert process.memory_info().rss - before < 80 * MIB


def test_a_flood_leaves_the_capture_bounded(wire):
    process = psutil.Process(wire.process.pid)
    with connect(wire.port("wire")) as connection:
        piece = bytes(MIB)
        for _ in range(60):
            connection.sendall(piece)
            read_exactly(connection, MIB)
        assert process.memory_info().rss < 250 * MIB
    assert wire.request("/capture.pcapng")[0] == 200


def test_requests_without_a_response_cost_bounded_memory(lay):
    with serving(swallow) as port:
        wire = lay(port)
        process = psutil.Process(wire.process.pid)
        before = process.memory_info().rss
        post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + bytes(1_000_000)
        with ExitStack() as stack:
            for _ in range(4):
                connection = stack.enter_context(connect(wire.port("wire")))
                for _ in range(40):
                    connection.sendall(post)
            until(lambda: wire.state("wire")["requests"] == 160, "not all are read")
            assert process.memory_info().rss - before < 80 * MIB  # the capture, and little more


def test_exchanges_that_never_end_cost_bounded_memory(lay):
    with serving(swallow) as port:
        wire = lay(port)
        process = psutil.Process(wire.process.pid)
        before = process.memory_info().rss
        begun = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + bytes(950_000)
        with ExitStack() as stack:
            for _ in range(120):
                stack.enter_context(connect(wire.port("wire"))).sendall(begun)
            until(lambda: sum(wire.state("wire")["bytes"]["up"].values()) == 120 * len(begun), "not all is read")
            assert process.memory_info().rss - before < 90 * MIB


def test_the_recorded_beginnings_of_connections_are_bounded():
    capture = Capture()
    for number in range(20_000):
        data = bytes(8_000)
        capture.add(Exchange("wire", number % 5_000 if number % 2 else 1, 0, "down", "stream", len(data), data=data))
    kept = [exchange for opening in capture.openings.values() for exchange in opening]
    assert sum(len(exchange.data) for exchange in kept) == capture.opening_bytes <= OPENINGS_BYTES_MAX
    assert len(capture.openings) <= OPENINGS_MAX
    assert max(map(len, capture.openings.values())) <= OPENING_MAX


def test_all_links_together_hold_a_bounded_number_of_bytes(monkeypatch):
    """A link with a delay may hold much."""
    monkeypatch.setattr(relay, "PIPED_MAX", MIB)
    count, read = 12, 1 << 18  # connections; bytes of one read at most

    async def filled(port):
        wire = await relay.Wire("one", "127.0.0.1", 0, ("127.0.0.1", port), Capture()).open()
        wire.set_link({"delay_ms": 60_000})
        writers = [(await asyncio.open_connection("127.0.0.1", wire.port))[1] for _ in range(count)]
        try:
            for writer in writers:
                writer.write(bytes(8 * MIB))
            while wire.shared.piped_bytes <= MIB:
                await asyncio.sleep(0.01)
            for _ in range(20):  # each connection reads at most once more
                await asyncio.sleep(0.01)
                assert wire.shared.piped_bytes <= MIB + count * read
        finally:
            await wire.close()
            for writer in writers:
                writer.transport.abort()
        assert wire.shared.piped_bytes == 0

    with serving(swallow) as port:
        asyncio.run(asyncio.wait_for(filled(port), 10 * PATIENCE))


BURSTS = {  # why: (the bytes before, the bytes that are repeated)
    "empty frames": ([("up", UPGRADE), ("down", UPGRADED)], "up", frame(b"", mask=True)),
    "pongs": ([("up", UPGRADE), ("down", UPGRADED)], "down", frame(b"", Opcode.PONG)),
    "line ends": ([("up", POLL), ("down", STREAM_HEAD), ("down", b"80000\r\n")], "down", b"\n"),
    "tiny chunks": ([("up", post()[:70] + b"\r\nTransfer-Encoding: chunked\r\n\r\n")], "up", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize(("before", "direction", "piece"), list(BURSTS.values()), ids=list(BURSTS))
def test_a_burst_is_scanned_in_time_slices(monkeypatch, before, direction, piece):
    """Otherwise the loop, and all other connections, would stand still meanwhile."""
    monkeypatch.setattr(scanner, "TIME_SLICE", 0)
    reading, behind = new_scan(), []
    for each, data in before:
        reading.feed(each, data)
    reading.on_backlog = behind.append
    burst = piece * (1 << 18 >> len(piece).bit_length() - 1)
    reading.feed(direction, burst)
    assert behind == [direction]
    assert len(reading.scanners[direction].backlog) > len(burst) - 100
    reading.feed(direction, burst)  # arrives before the first is scanned
    reading.end()
    assert reading.wire.capture.exchanges[-1].kind != "disconnect"
    monkeypatch.undo()
    while reading.scan_backlog(direction):
        pass
    assert behind == [direction]
    assert reading.wire.capture.exchanges[-1].kind == "disconnect"
    assert sum(reading.wire.bytes[direction]) == 2 * len(burst) + sum(
        len(data) for each, data in before if each == direction
    )
    assert byte_counts(reading, direction).get("other", 0) < 10


def test_a_burst_passes_completely_through_a_wire(wire):
    burst = frame(b"", mask=True) * 60_000
    with connect(wire.port("wire")) as connection:
        connection.settimeout(PATIENCE)
        connection.sendall(UPGRADE)
        read_exactly(connection, len(UPGRADE))
        connection.sendall(burst)
        assert read_exactly(connection, len(burst)) == burst
    state = wire.settled("wire")
    assert sum(state["bytes"]["up"].values()) == len(UPGRADE + burst)


def test_closed_connections_leave_nothing_behind(wire):
    for _ in range(200):
        connect(wire.port("wire")).close()
    assert wire.settled("wire")["connections"] == 0
    assert psutil.Process(wire.process.pid).num_fds() < 60


def test_the_browser_gets_a_reset_if_the_server_does_not_run(lay):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    wire = lay(port)
    with connect(wire.port("wire")) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert wire.request("/state")[1]["server"]["up"] is False
