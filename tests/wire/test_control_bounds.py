"""The control limits its clients like the server does: headers, bodies, times and connections."""

import socket
from contextlib import ExitStack, closing

import psutil
import pytest

from support.byte_servers import echo, serving
from support.processes import PATIENCE, SMALL, until
from support.raw_http import read_all

MIB = 1 << 20


@pytest.fixture(scope="module")
def wire(lay_for_all):
    with serving(echo) as port:
        yield lay_for_all(port, options=("--control-host", "0.0.0.0"))


@pytest.fixture(scope="module")
def small(lay_for_all):
    """A control with short time limits."""
    with serving(echo) as port:
        yield lay_for_all(port, **SMALL)


def connect_control(wire):
    """Return a connection to the control."""
    return socket.create_connection(("127.0.0.1", int(wire.control.rpartition(":")[2])), PATIENCE)


def send_raw(wire, *parts):
    """Send the bytes of a request; return all bytes that come back."""
    with closing(connect_control(wire)) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except ConnectionError:
            pass  # the control may close before it has read everything
        return read_all(connection)


def memory(wire):
    """Return the bytes of memory that a wire's process holds."""
    return psutil.Process(wire.process.pid).memory_info().rss


ENDLESS = {  # why: (how the request begins, the bytes that are then repeated, status)
    "a head": (b"GET /state HTTP/1.1\r\n", b"X-Filler: yyyyyyyyyyyyyyyy\r\n" * 2_000, 431),
    "a header": (b"GET /state HTTP/1.1\r\nX: ", b"y" * 50_000, 431),
    "an address": (b"GET /", b"y" * 50_000, 431),
    "a body in chunks": (b"POST /wires/all/fault HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
                         b"1000\r\n" + b"x" * 4_096 + b"\r\n", 403),
}  # fmt: skip


@pytest.mark.parametrize(("begin", "part", "status"), list(ENDLESS.values()), ids=list(ENDLESS))
def test_endless_requests_are_refused(wire, begin, part, status):
    before = memory(wire)
    raw = send_raw(wire, begin, *[part] * (50 * MIB // len(part)))
    assert raw.startswith(b"HTTP/1.1 %d " % status)
    assert memory(wire) - before < 10 * MIB


def test_requests_that_wait_cost_little(wire):
    """Each head is parsed, and refused, one after the other."""
    before = memory(wire)
    with ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(closing(connect_control(wire)))
            connection.setblocking(False)
            try:
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n" * 14_000)
            except BlockingIOError:
                pass
        until(lambda: wire.request("/state")[0] == 403, "nobody else is answered")
        assert memory(wire) - before < 60 * MIB


@pytest.mark.parametrize("begin", [b"", b"GET /state HTTP/1.1\r\nX", b"POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"])
def test_half_open_connections_are_closed(small, begin):
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(connect_control(small))) for _ in range(300)]
        for connection in connections:
            connection.sendall(begin)
        for connection in connections:
            assert read_all(connection)[:12] in ((b"",) if not begin else (b"HTTP/1.1 408", b"HTTP/1.1 403"))
    until(lambda: psutil.Process(small.process.pid).num_fds() < 60, "connections stay")


def test_a_listener_that_does_not_read_is_cut(lay):
    with serving(echo) as port:
        wire = lay(port, SMALL_TAKE_SECONDS="0.5", **SMALL)
        with socket.socket() as stalled, socket.create_connection(("127.0.0.1", wire.port("wire")), PATIENCE) as busy:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            stalled.settimeout(PATIENCE)
            stalled.connect(("127.0.0.1", int(wire.control.rpartition(":")[2])))
            stalled.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            until(lambda: wire.request("/state")[1]["listeners"] == 1, "nobody listens")

            def cut():
                for _ in range(50):  # each makes an exchange, which is sent to the listener
                    busy.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    busy.recv(65_536)
                return wire.request("/state")[1]["listeners"] == 0

            until(cut, "it still listens")


def test_captures_that_nobody_reads_are_bounded(lay):
    with serving(echo) as port:
        wire = lay(port)
        with socket.create_connection(("127.0.0.1", wire.port("wire")), PATIENCE) as connection:
            for _ in range(30):
                connection.sendall(bytes(MIB))
                left = MIB
                while left:
                    left -= len(connection.recv(MIB))
        before = memory(wire)
        with ExitStack() as stack:
            for _ in range(20):
                stalled = stack.enter_context(socket.socket())
                stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                stalled.settimeout(PATIENCE)
                stalled.connect(("127.0.0.1", int(wire.control.rpartition(":")[2])))
                stalled.sendall(b"GET /capture.pcapng HTTP/1.1\r\nHost: localhost\r\n\r\n")
                stalled.recv(1)
            status, _answer, headers = wire.request("/capture.pcapng")
            assert (status, headers["Retry-After"]) == (503, "1")
            assert memory(wire) - before < 300 * MIB
        until(lambda: wire.request("/capture.pcapng")[0] == 200, "nobody gets it any more")
