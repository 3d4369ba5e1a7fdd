"""How a wire connects to its server: it tries every address of a name, and reports an error in one sentence."""

import asyncio
import socket
import subprocess
import sys

import pytest

from lab.wire.capture.capture import Capture
from lab.wire.relay.dial import dial
from lab.wire.relay.wire import Wire
from lab.wire.supervised_server import SupervisedServer
from support.byte_servers import echo, serving
from support.fake_dns import ANSWERING, NAME, REFUSING, SILENT, name, silent
from support.processes import COMMAND, PATIENCE, ROOT, free_port, until
from support.wires import WireProcess


def run(work, port):
    """Run `work(wire)` with a wire to NAME, in an event loop that uses the tests' resolver."""

    async def run_wire():
        wire = await Wire("one", "127.0.0.1", 0, (NAME, port), Capture()).open()
        try:
            async with asyncio.timeout(PATIENCE):
                return await work(wire)
        finally:
            await wire.close()

    return asyncio.run(run_wire())


async def echoed(wire):
    """Return the bytes that come back through a wire."""
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(b"hi")
    try:
        return await reader.readexactly(2)
    finally:
        writer.close()


@pytest.mark.parametrize("addresses", [("::1", ANSWERING), (REFUSING, ANSWERING), ("::1", REFUSING, ANSWERING)])
def test_a_wire_tries_each_address_of_its_server(monkeypatch, addresses):
    with serving(echo) as port:
        name(monkeypatch, *addresses)
        assert run(echoed, port) == b"hi"


def test_a_silent_address_does_not_delay_a_wire(monkeypatch):
    with serving(echo) as port, silent(port):
        name(monkeypatch, SILENT, ANSWERING)
        assert run(echoed, port) == b"hi"


def test_the_browser_gets_a_reset_if_no_address_of_the_server_accepts(monkeypatch):
    name(monkeypatch, REFUSING, "::1")
    with pytest.raises(ConnectionResetError):
        run(echoed, free_port())


def test_the_control_probes_each_address_of_the_server(monkeypatch):
    with serving(echo) as port:
        name(monkeypatch, "::1", ANSWERING)
        assert asyncio.run(SupervisedServer((NAME, port)).probe()) is True


def test_the_slower_of_two_connections_is_closed(monkeypatch):
    with socket.create_server((ANSWERING, 0)) as listening, silent(port := listening.getsockname()[1]):
        name(monkeypatch, SILENT, ANSWERING, SILENT)

        async def dialled():
            transport, _protocol = await dial(asyncio.Protocol, NAME, port)
            transport.abort()
            await asyncio.sleep(0)  # the connection that came second is closed in the loop's next turn

        asyncio.run(dialled())  # a socket that nobody closed causes a warning, which fails the test


@pytest.mark.server
@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("https://localhost:443", "--to: https:// is not supported; give HOST:PORT of a server with plain HTTP."),
        ("https://localhost", "--to: https:// is not supported; give HOST:PORT of a server with plain HTTP."),
        *((to, "--to: HOST:PORT of the server, without http://.") for to in (
            *("http://localhost:8000", "localhost", "localhost:", ":8000", "localhost:x", "localhost:70000", "a b:80"),
            *("localhost:8000/", "localhost:0", "ann@localhost:80", "[::1:80", "localhost:٨٠"),
        )),
    ],
)  # fmt: skip
def test_an_invalid_server_is_refused_in_one_sentence(to, sentence):
    command = [sys.executable, "manage.py", "wire", "--to", to, "--port", "0", "--control-port", "0"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert (ran.returncode, ran.stderr) == (1, f"CommandError: {sentence}\n")


@pytest.mark.server
@pytest.mark.parametrize(
    ("host", "why"), [("127.0.0.1", "Connection refused"), ("no-such-host.invalid", ""), ("a..b", "Name or service")]
)
def test_a_server_that_does_not_run_is_reported(host, why):
    target = f"{host}:{free_port()}"
    wire = WireProcess(target, ("wire",))
    until(lambda: wire.request("/state")[1]["server"]["up"] is False, "a server that is not there is up")
    wire.process.terminate()
    said = wire.process.communicate(timeout=PATIENCE)[1]
    assert f"The server {target} is not there yet: {why}" in said
    assert said.count("\n") == 1


@pytest.mark.server
def test_a_server_may_be_given_by_name_or_by_address():
    """With uvloop's own resolver."""
    with serving(echo) as port:
        wire = WireProcess(f"localhost:{port}", ("wire",))
        try:
            with socket.create_connection(("127.0.0.1", wire.port("wire")), PATIENCE) as connection:
                connection.sendall(b"hi")
                assert connection.recv(2) == b"hi"
        finally:
            wire.stop()
