"""A client that sends FIN after its request gets the same response through a wire as without one."""

import asyncio
import re
import socket
import time

import pytest

from lab.wire.capture.capture import Capture
from lab.wire.relay import endpoints
from lab.wire.relay.wire import Wire
from support.byte_servers import connect, serving, swallow
from support.processes import PATIENCE, until
from support.raw_http import JSON, read_all, room_path
from support.technique_io import publish

pytestmark = pytest.mark.server

LINKS = {
    "local": {"profile": "local"},
    "delay": {"delay_ms": 30},
    "rate": {"rate_down": 100_000, "rate_up": 100_000},
    "3G": {"profile": "3G"},
}
BODY = b'{"author": "Ann", "text": "hi"}'
CASES = {  # (method, path, body), one or more on a connection
    "poll": [("GET", "/polling/{}/messages/?after=0", b"")],
    "long poll": [("GET", "/longpoll/{}/messages/?after=0", b"")],
    "long poll without a message": [("GET", "/longpoll/{}/messages/?after=1&hold=0.3", b"")],
    "publish": [("POST", "/polling/{}/messages/", BODY)],
    "page": [("GET", "/polling/{}/", b"")],
    "missing page": [("GET", "/none", b"")],
    "pipelined": [("POST", "/sse/{}/messages/", BODY), ("GET", "/polling/{}/messages/?after=0", b"")],
    "incomplete": [("GET", "/polling/{}/messages/ HTTP/1.1\r\nX: ", b"")],
}


@pytest.fixture(scope="module")
def wires(lay_for_all, server):
    """One wire for each link."""
    wires = lay_for_all(server.port, *LINKS)
    for name, link in LINKS.items():
        wires.post(f"/wires/{name}/link", **link)
    return wires


def request(server, method, path, body=b""):
    """Return the bytes of a request; an incomplete one if the path has a header in it."""
    if "\r\n" in path:
        return f"{method} {path}".encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    if body:
        lines += [f"Content-Type: {JSON['Content-Type']}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def half_closed(port, data):
    """Send bytes and FIN; return all bytes that come back."""
    with connect(port, PATIENCE) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return read_all(connection)


def shape(raw):
    """Return the status lines, the names of the headers, and the sizes of the bodies without the digits of times."""
    raw = raw.replace(b"connection: close\r\n", b"")  # only if the FIN came before the response was made
    bodies = re.sub(rb"(?m)^[A-Za-z-]+: .*|\b[0-9]+\.[0-9]+\b", b"", raw).split(b"\r\n\r\n")
    return re.findall(rb"^HTTP/1\.\d \d{3}|^[A-Za-z-]+(?=: )", raw, re.MULTILINE), [len(body) for body in bodies]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("case", CASES)
def test_the_response_is_the_same_as_without_a_wire(wires, server, room, case, link):
    publish("polling", server, room, "first")
    data = b"".join(request(server, method, path.format(room), body) for method, path, body in CASES[case])
    direct, through = half_closed(server.port, data), half_closed(wires.port(link), data)
    if case != "pipelined":  # its publish makes the page after it longer
        assert shape(through) == shape(direct)
    assert through.count(b"HTTP/1.1 ") == direct.count(b"HTTP/1.1 ") == len(CASES[case])
    assert wires.settled(link)["connections"] == 0


@pytest.mark.parametrize("link", LINKS)
def test_a_long_poll_is_held_until_there_is_a_message(wires, server, room, link):
    with connect(wires.port(link), PATIENCE) as connection:
        connection.sendall(request(server, "GET", room_path("longpoll", room, "?after=0&hold=20")))
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.7)
        publish("polling", server, room, "late")
        assert b'"text":"late"' in read_all(connection)


@pytest.mark.parametrize("link", LINKS)
def test_an_event_stream_goes_on_also_after_a_freeze(wires, server, room, link):
    with connect(wires.port(link), PATIENCE) as connection:
        connection.sendall(request(server, "GET", room_path("sse", room, "?after=0")))
        connection.shutdown(socket.SHUT_WR)
        raw = b""
        for number in range(3):
            publish("polling", server, room, f"late {number}")
            while b'"text":"late %d"' % number not in raw:
                part = connection.recv(65_536)
                assert part, raw
                raw += part
            wires.post(f"/wires/{link}/fault", fault="freeze", seconds=0.3)
            time.sleep(0.4)
    assert wires.settled(link)["connections"] == 0


@pytest.mark.parametrize("link", LINKS)
def test_a_client_that_leaves_is_gone_at_the_server_too(wires, server, room, link):
    with connect(wires.port(link), PATIENCE) as connection:
        connection.sendall(request(server, "GET", room_path("longpoll", room, "?after=0&hold=55")))
        until(lambda: wires.state(link)["requests"], "the request does not come")
    until(lambda: not wires.state(link)["connections"], "the connection stays")


def test_the_end_of_a_connection_is_handled_once(monkeypatch):
    """An event loop reports it again each time that reading resumes."""
    watched = []
    monkeypatch.setattr(endpoints, "watch_for_reset", lambda *arguments: watched.append(arguments))

    async def frozen_often(port):
        wire = await Wire("one", "127.0.0.1", 0, ("127.0.0.1", port), Capture()).open()
        wire.set_link({"delay_ms": 60_000})
        _reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write_eof()
        for fault in ("none", "freeze", "none", "freeze", "none"):
            await asyncio.sleep(0.1)
            wire.faults.set({"fault": fault})
        await asyncio.sleep(0.1)
        await wire.close()
        writer.close()

    with serving(swallow) as port:
        asyncio.run(frozen_often(port))
    assert len(watched) == 1
