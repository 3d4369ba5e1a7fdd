"""Unusual HTTP: through a wire it gets the same response as without one, and every byte has a kind."""

import re
import socket
import time
from select import select

import pytest

from support.byte_servers import connect, pattern, read_exactly, serving
from support.processes import PATIENCE
from support.raw_http import read_all
from support.raw_websocket import KEY

BODY = b'{"author": "Ann", "text": "hi"}'
POST = b"POST /polling/ROOM/messages/ HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
UPGRADE = (
    b"GET /ws/websocket/ROOM/ HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\nSec-WebSocket-Key: %b\r\n" % KEY.encode()
)
LAST = b"Connection: close\r\n\r\n"
ODD = {
    "HTTP/1.0": b"GET /polling/ROOM/messages/ HTTP/1.0\r\nHost: HOST\r\n\r\n",
    "HTTP/1.0 for a page": b"GET / HTTP/1.0\r\nHost: HOST\r\n\r\n",
    "HEAD": b"HEAD / HTTP/1.1\r\nHost: HOST\r\n" + LAST,
    "HEAD of a poll": b"HEAD /polling/ROOM/messages/ HTTP/1.1\r\nHost: HOST\r\n" + LAST,
    "HEAD, then GET": b"HEAD /healthz HTTP/1.1\r\nHost: HOST\r\n\r\nGET /healthz HTTP/1.1\r\nHost: HOST\r\n" + LAST,
    "an absolute address": b"GET http://HOST/polling/ROOM/messages/ HTTP/1.1\r\nHost: HOST\r\n" + LAST,
    "an upgrade to h2c": POST + b"Upgrade: h2c\r\nHTTP2-Settings: AA\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                         b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY),
    "a handshake of version 12": UPGRADE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                 b"Sec-WebSocket-Version: 12\r\n\r\n",
    "a body in chunks": POST + b"Transfer-Encoding: chunked\r\n%b%x\r\n%b\r\n0\r\n\r\n" % (LAST, len(BODY), BODY),
    "two transfer codings": POST + b"Transfer-Encoding: gzip, chunked\r\n" + LAST + b"1\r\nx\r\n0\r\n\r\n",
    "a body that is announced": POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n%b%b" % (len(BODY), LAST, BODY),
    "a page that is not modified": b"GET /polling/stages/etag/ROOM/messages/ HTTP/1.1\r\nHost: HOST\r\n"
                                   b'If-None-Match: "0"\r\n' + LAST,
}  # fmt: skip


def send_and_read(port, request, room, named):
    """Return all bytes that come back for a request, until the end or, if the connection stays open, until silence."""
    with connect(port, PATIENCE) as connection:
        connection.sendall(request.replace(b"ROOM", room.encode()).replace(b"HOST", named.encode()))
        connection.shutdown(socket.SHUT_WR) if b"h2c" in request else None
        return read_all(connection)


def shape(raw):
    """Return the parts of responses that are always the same: status lines and names of headers."""
    return re.findall(rb"^HTTP/1\.\d \d{3}|^[A-Za-z-]+(?=: )", raw, re.MULTILINE)


@pytest.fixture(scope="module")
def wire(lay_for_all, server):
    return lay_for_all(server.port, *(f"n{place}" for place in range(len(ODD))), "other")


@pytest.mark.parametrize("name", ODD)
def test_unusual_requests_get_the_same_response_as_without_a_wire(wire, server, room, name):
    own = f"n{list(ODD).index(name)}"
    named = f"127.0.0.1:{server.port}"
    direct = send_and_read(server.port, ODD[name], room, named)
    through = send_and_read(wire.port(own), ODD[name], room, named)
    assert shape(through) == shape(direct)
    counts = wire.settled(own)["bytes"]
    assert sum(counts["down"].values()) == len(through)
    assert (counts["up"]["other"], counts["down"]["other"]) == (0, 0)


LINKS = [{"profile": "local"}, {"delay_ms": 30}, {"rate_down": 4_000_000, "rate_up": 4_000_000}, {"profile": "Wi-Fi"}]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("closes", [True, False])
def test_a_client_that_half_closes_after_its_request_gets_the_whole_response(lay, link, closes):
    """`nc -N` does so, and some proxies."""
    body = pattern(1 << 20)

    def late(connection):
        send_and_read = b""
        while piece := connection.recv(65_536):
            send_and_read += piece
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        if not closes:
            select([connection], [], [], PATIENCE)

    with serving(late) as port:
        wire = lay(port)
        wire.post("/wires/wire/link", **link)
        with connect(wire.port("wire"), PATIENCE) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            assert read_exactly(connection, len(head) + len(body)) == head + body
            if closes:
                assert connection.recv(1) == b""
        if closes:
            counts = wire.settled("wire")["bytes"]["down"]
            assert (counts["payload"], counts["other"]) == (len(body), 0)


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_a_response_without_a_length_is_complete_at_the_end(lay, kind):
    """In HTTP/1.0, the end of the connection is the end of the response."""
    page = b'{"messages":[{"id":1}]}' if kind == "application/json" else b'data: {"id":1}\n\n'

    def old(connection):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: %b\r\n\r\n" % kind.encode() + page[:5])
        connection.sendall(page[5:])

    with serving(old) as port:
        wire = lay(port)
        with connect(wire.port("wire"), PATIENCE) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert read_all(connection).endswith(page)
        state = wire.settled("wire")
        assert state["messages"] == 1
        assert state["bytes"]["down"]["payload"] == len(b'{"id":1}')
        assert state["bytes"]["down"]["other"] == 0
