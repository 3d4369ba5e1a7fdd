"""A wire that may open no more files refuses new connections, and keeps those that it has."""

import os
import resource
import signal
from contextlib import ExitStack

import psutil
import pytest

from support.byte_servers import connect, echo, serving
from support.processes import PATIENCE, ROOT, until
from support.wires import WireProcess

pytestmark = pytest.mark.server

FILES = 128  # files that the wire may open
MANY = 200  # connections
LOOPS = {
    "uvloop": "",
    "asyncio": "raise ImportError\n",
}  # content of a uvloop.py that is imported instead of the real one


@pytest.fixture(params=LOOPS)
def wire(request, tmp_path):
    """A wire that may open FILES files, on each of the event loops; and a list for its log."""
    if LOOPS[request.param]:
        (tmp_path / "uvloop.py").write_text(LOOPS[request.param])
    with serving(echo) as port:
        wire = WireProcess(f"127.0.0.1:{port}", ("wire",), PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
        resource.prlimit(wire.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        yield wire
        wire.process.kill()


def opened(wire, stack):
    """Return a new connection; None if it is refused at once."""
    try:
        return stack.enter_context(connect(wire.port("wire"), PATIENCE))
    except ConnectionError:
        return None


def echoes(connection):
    """Return whether a byte comes back; False also for a connection that was refused (None, or closed at once)."""
    if connection is None:
        return False
    try:
        connection.sendall(b"x")
        return connection.recv(1) == b"x"
    except ConnectionError:
        return False


def logged(wire):
    """End the wire; return the lines of its log."""
    wire.process.terminate()
    log = wire.process.communicate(timeout=PATIENCE)[1]
    assert wire.process.returncode == 0, log
    return log.splitlines()


@pytest.mark.parametrize("at_once", [False, True])
def test_connections_beyond_the_open_files_are_refused_until_others_end(wire, at_once):
    with ExitStack() as stack:
        if at_once:
            wire.process.send_signal(signal.SIGSTOP)
        connections = [opened(wire, stack) for _ in range(MANY)]
        if at_once:
            wire.process.send_signal(signal.SIGCONT)
        served = [connection for connection in connections if echoes(connection)]
        assert FILES // 16 <= len(served) < FILES // 2
        while echoes(connection := opened(wire, stack)):
            served.append(connection)
        process = psutil.Process(wire.process.pid)
        before = sum(process.cpu_times()[:2])
        for _ in range(20):
            assert wire.state("wire")["connections"] == len(served)  # the control responds
            assert not echoes(opened(wire, stack))
        assert sum(process.cpu_times()[:2]) - before < 5  # seconds of CPU: it does not spin
        assert all(map(echoes, served))
    until(lambda: not wire.state("wire")["connections"], "connections stay")
    with connect(wire.port("wire"), PATIENCE) as connection:
        assert echoes(connection)
    lines = logged(wire)
    assert [line[:12] for line in lines] == ["open files: "]
