"""Promise 3.5: a slow, silent or dead reader delays nobody else and costs bounded memory."""

import asyncio
import json
import re
import time
from contextlib import ExitStack
from itertools import islice
from types import SimpleNamespace

import pytest

from lab.server.http_protocol import HTTPProtocol
from lab.server.websocket_protocol import WebSocketProtocol
from support.processes import SMALL, connections, memory, until
from support.raw_http import room_path, stalled_request
from support.sse_parser import Parser
from support.technique_io import LONG, PUSHED, TECHNIQUES, client, publish, publish_many, stalled_reader

COUNT, TEXT = 800, "x" * 3_990  # messages, about 3.2 MB
STALLED = 8  # readers; 800 LONG messages are 13 MB, and the system's own buffers take 4 MB at most
MEMORY = 40e6  # bytes that the server may grow by: 8 readers times 9 MB would be 72 MB


@pytest.mark.parametrize("technique", PUSHED)
def test_3_5_readers_that_never_read_delay_nobody_and_cost_bounded_memory(start, room, technique):
    server = start(**SMALL)
    publish_many(server, f"{room}-warm", COUNT, LONG + "{}")
    with ExitStack() as stack:
        for _ in range(STALLED):
            stack.enter_context(stalled_reader(technique, server, room))
        reader = client(technique, server, room, after=0)
        publish("polling", server, room, "first")
        messages = reader.messages()
        next(messages)
        before = memory(server)
        publish_many(server, room, COUNT, LONG + "{}")
        assert [message["id"] for message in islice(messages, COUNT)] == list(range(2, COUNT + 2))
        reader.close()
        grown = memory(server) - before
        assert grown < MEMORY


def test_3_5_nothing_is_pushed_into_a_buffer_that_is_full():
    written, room_again = [], asyncio.Event()
    transport = SimpleNamespace(write=written.append)
    frames = SimpleNamespace(
        close_sent=False, disconnected=False, handshake_complete=True, writable=room_again, transport=transport
    )
    chunks = SimpleNamespace(flow=SimpleNamespace(write_paused=True), transport=transport)
    cycle = SimpleNamespace(disconnected=False, response_complete=False, chunked_encoding=True)
    assert not WebSocketProtocol._push(frames, b"x")
    assert not HTTPProtocol._push(chunks, cycle, b"x")
    assert written == []
    room_again.set()
    chunks.flow.write_paused = False
    assert WebSocketProtocol._push(frames, b"x")
    assert HTTPProtocol._push(chunks, cycle, b"y")
    assert written == [b"x", b"y"]


def test_3_5_a_stream_that_is_read_late_is_complete(server, room):
    with stalled_reader("sse", server, room) as connection:
        publish_many(server, room, COUNT, TEXT + "{}")
        parser, ids, head = Parser(), [], b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1)
        file = connection.makefile("rb")
        while len(ids) < COUNT:
            size = int(file.readline(), 16)
            assert size, "the stream ended"
            ids += [int(last_id) for _kind, _data, last_id in parser.feed(file.read(size))]
            file.readline()
        file.close()
    assert ids == list(range(1, COUNT + 1))


def test_3_5_a_websocket_that_is_read_late_is_complete(server, room):
    with stalled_reader("websocket", server, room) as connection:
        publish_many(server, room, COUNT, TEXT + "{}")
        file = connection.makefile("rb")
        while file.readline().strip():
            pass
        ids = []
        while len(ids) < COUNT:
            first, length = file.read(2)
            assert (first, length) == (0x81, 126)  # a complete text frame of more than 125 bytes
            ids.append(json.loads(file.read(int.from_bytes(file.read(2), "big")))["id"])
        file.close()
    assert ids == list(range(1, COUNT + 1))


def test_3_5_polls_whose_responses_are_never_read_delay_nobody(server, room):
    publish_many(server, room, COUNT, TEXT + "{}")
    with ExitStack() as stack:
        for way in ("polling", "longpoll"):
            for _ in range(4):
                stack.enter_context(stalled_request(server, room_path(way, room, "?after=0")))
        for number, technique in enumerate(TECHNIQUES, COUNT):
            reader = client(technique, server, room, after=number)
            messages = reader.messages()
            publish("polling", server, room, technique)
            assert next(messages)["text"] == technique
            reader.close()


TAKE = SMALL | {"SMALL_TAKE_SECONDS": "2"}
FULL = 500  # messages of 16 KB; one response held all of them before responses were bounded in bytes
ANSWERS = {  # technique: requests on one connection whose responses are not read; a stream's response has no end
    "polling": 20,
    "longpoll": 20,
    "sse": 1,
}
HELD = 60e6  # bytes by which the server may grow: it is 30 MB, and was 170 to 270 with responses of 500 messages


@pytest.mark.parametrize(("technique", "times"), list(ANSWERS.items()))
def test_4_1_connections_whose_responses_are_not_read_cost_bounded_memory_and_end(start, room, technique, times):
    server, path = start(**TAKE), room_path(technique, room, "?after=0")
    publish_many(server, room, FULL, LONG + "{}")
    before, grown = memory(server), []
    with ExitStack() as stack:
        for _ in range(STALLED):
            connection = stack.enter_context(stalled_request(server, path))
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode() * (times - 1))
        until(lambda: connections(server) == STALLED, "they never all connect")
        until(lambda: grown.append(memory(server) - before) or not connections(server), "they are never ended")
    assert max(grown) < HELD
    assert publish("polling", server, room)[1]["id"] == FULL + 1


def test_4_1_a_websocket_that_is_not_read_ends_too(start, room):
    server = start(**TAKE)
    publish_many(server, room, FULL, LONG + "{}")
    with stalled_reader("websocket", server, room):
        until(lambda: connections(server), "it never connects")
        until(lambda: not connections(server), "it is never ended")


def test_4_1_a_slow_reader_keeps_its_connection(start, room):
    server = start(**TAKE)
    publish_many(server, room, FULL, LONG + "{}")
    with stalled_reader("sse", server, room) as connection:
        raw, end = bytearray(), time.monotonic() + 8  # seconds: four times as long as a client that does not read
        while time.monotonic() < end:
            raw += connection.recv(1_000)
            time.sleep(0.1)
        while f"id: {FULL}\n".encode() not in raw:
            part = connection.recv(1 << 20)
            assert part, "it was ended"
            raw += part
    assert [int(number) for number in re.findall(rb"\bid: (\d+)\n", raw)] == list(range(1, FULL + 1))


def test_3_5_readers_that_vanish_leave_no_queue_behind(small, room):
    publish("polling", small, room, "first")
    for _ in range(20):
        for technique in PUSHED:
            with stalled_reader(technique, small, room) as connection:
                connection.recv(1)
    for number in range(20):
        publish("polling", small, room, str(number))
    reader = client("sse", small, room, after=0)
    assert len(list(islice(reader.messages(), 21))) == 21
    reader.close()
