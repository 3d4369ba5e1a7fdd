"""Promise 3.5 for a burst of frames on one WebSocket: other connections get their turn; useless frames are counted."""

import asyncio
import json
import time
from contextlib import ExitStack, suppress
from socket import SHUT_WR

import psutil
import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import websocket
from lab import settings
from lab.server.frame_limits import PIECE, TOO_MANY
from lab.server.http_protocol import HTTPProtocol
from lab.server.websocket_protocol import WebSocketProtocol
from support.raw_http import get, open_socket, room_path
from support.raw_websocket import (
    close_code,
    frame,
    handshake_bytes,
    open_raw_websocket,
    open_websocket,
    read_frames,
    receive_json,
    send_json,
)
from support.technique_io import publish

BURST = 259_000  # bytes that arrive at once
BEHIND = {  # why: (a frame before the burst, the frame that is repeated, the response to each)
    "junk": ("", "text: {", "error"),
    "an empty text": ("", "text:", "error"),
    "an unknown type": ("", 'text: {"type": "dance"}', "error"),
    "a publish that is refused": ("", 'text: {"type": "publish", "author": "", "text": "hi"}', "error"),
    "a ping": ("", "ping: a", "pong:"),
    "a pong": ("", "pong: a", None),
    "an empty continuation": ("text more:", "continue more:", None),
    "a short continuation": ("text more: {", "continue more: x", None),
    "a text after the close": ('text: {"type": "close"}', "text: {", None),
}


def burst(once, again):
    """Return the bytes of a burst of frames."""
    again = frame(again)
    return (frame(once) if once else b"") + again * (BURST // len(again))


@pytest.mark.parametrize("name", list(BEHIND))
def test_2_4_1008_many_frames_that_publish_nothing_end_the_connection(server, room, name):
    once, again, said = BEHIND[name]
    ends_by = "close:1000" if "close" in name else "close:1008"
    began = time.monotonic()
    with open_raw_websocket(server, room) as (connection, file):
        connection.sendall(burst(once, again))
        responses = [response if isinstance(response, str) else response[0] for response in read_frames(file)]
    allowed = (
        settings.FRAME_RATE * (2 + time.monotonic() - began) + PIECE // 6
    )  # the pongs of one piece are sent together
    assert responses[-2:] == [ends_by, "end"]
    assert set(responses[:-2]) <= {said}
    assert len(responses) - 2 <= allowed
    assert said != "error" or len(responses) - 2 >= 2 * settings.FRAME_RATE


@pytest.mark.parametrize("stage", websocket.STAGES)
def test_2_4_1008_the_stages_close_the_connection_too_with_the_reason(server, room, stage):
    address = f"ws://127.0.0.1:{server.port}/ws/websocket/stages/{stage}/{room}/"
    with connect(address, origin=server.url, proxy=None) as connection:
        for _ in range(4 * settings.FRAME_RATE):
            with suppress(ConnectionClosed):
                connection.send("{")
        assert close_code(connection) == 1008
        assert connection.close_reason == TOO_MANY
    with connect(address, origin=server.url, proxy=None) as connection:  # other clients are not affected
        send_json(connection, type="publish", author="Ann", text="hi")
        assert {receive_json(connection)["type"], receive_json(connection)["type"]} == {"message", "published"}


def test_2_4_1008_a_publish_over_the_rate_counts_too_and_one_that_is_accepted_does_not(start, room):
    server = start(LAB_SESSION_RATE="0", LAB_PUBLISH_RATE="300")
    with open_websocket(server.url, room) as connection:
        for number in range(500):  # more than the bound, if they counted
            send_json(connection, type="publish", author="Ann", text="hi", nonce=str(number))
        published = 0
        while published < 500:
            published += receive_json(connection)["type"] == "published"
        with suppress(ConnectionClosed):
            for number in range(5_000):
                send_json(connection, type="publish", author="Ann", text="hi", nonce=f"more {number}")
        assert close_code(connection) == 1008
        assert connection.close_reason == TOO_MANY


def test_2_4_a_few_useless_frames_are_allowed(server, room):
    with open_websocket(server.url, room) as connection:
        for _ in range(settings.FRAME_RATE):
            connection.send("{")
            assert receive_json(connection)["type"] == "error"
        send_json(connection, type="publish", author="Ann", text="hi")
        assert {receive_json(connection)["type"], receive_json(connection)["type"]} == {"message", "published"}


class Counting(WebSocketProtocol):
    """Counts the frames that are handled in one iteration of the event loop."""

    handled, most = {"messages": 0, "pings": 0}, {"messages": 0, "pings": 0}

    @classmethod
    def note(cls, kind):
        """Count one."""
        cls.handled[kind] += 1
        cls.most[kind] = max(cls.most[kind], cls.handled[kind])

    @classmethod
    def turn(cls, loop):
        """Start a new count in each iteration."""
        cls.handled.update(messages=0, pings=0)
        loop.call_soon(cls.turn, loop)

    def handle_ping(self):
        """Count a ping."""
        self.note("pings")
        super().handle_ping()


async def taking(scope, receive, send):
    """ASGI application that receives messages until the client is gone."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        Counting.note("messages")


@pytest.mark.parametrize(("line", "kind", "bound"), [("text:", "messages", 1), ("ping:", "pings", PIECE // 6 + 1)])
def test_3_5_a_bounded_number_of_frames_is_handled_before_other_connections(monkeypatch, line, kind, bound):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "lab.settings")
    data = frame(line) * 150  # within the bound

    async def run():
        loop = asyncio.get_running_loop()
        config = uvicorn.Config(taking, ws=Counting, ws_max_size=65_536, log_config=None)
        config.load()
        listening = await loop.create_server(lambda: HTTPProtocol(config, ServerState(), {}), "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        Counting.turn(loop)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(handshake_of(port))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        writer.write_eof()
        await reader.read()
        writer.close()
        listening.close()

    Counting.most.update(messages=0, pings=0)
    asyncio.run(run())
    assert 0 < Counting.most[kind] <= bound


def handshake_of(port):
    """Return the bytes of a handshake with a server on a port of this machine."""
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()


def test_3_1_frames_of_a_half_closed_client_are_stored_and_acknowledged(server, room):
    fields = {"type": "publish", "author": "Ann", "text": "hi"}
    frames = b"".join(frame(f"text: {json.dumps(fields | {'nonce': str(number)})}") for number in range(100))
    with open_raw_websocket(server, room) as (connection, file):
        connection.sendall(frames)
        connection.shutdown(SHUT_WR)
        responses = list(read_frames(file))
    assert responses == ["published"] * 100 + ["end"]
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 100


CONNECTIONS, BOUND = 20, 256 * 1_024  # bytes of memory for each connection, whatever its client sends


@pytest.mark.parametrize("line", ["text more: times=65000 x", "text: {", "text length=65000: times=64000 x", "binary:"])
def test_3_5_a_websocket_costs_bounded_memory_whatever_it_sends(server, room, line):
    process = psutil.Process(server.process.pid)
    publish("websocket", server, room)
    before = process.memory_info().rss
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(open_socket(server.url))
            connection.sendall(handshake_bytes(server, room))
            assert connection.recv(1_000).startswith(b"HTTP/1.1 101")
            connection.setblocking(False)
            with suppress(OSError):
                connection.send(frame(line) * (BURST // len(frame(line))))
        for _ in range(5):
            assert get(server.url, room_path("polling", room)).status == 200
        assert process.memory_info().rss - before < CONNECTIONS * BOUND
