"""Promise 3.5 on one HTTP connection: pipelined requests and half-closed clients, in order and in bounded memory."""

import json
import re
import time
from contextlib import ExitStack, contextmanager
from socket import SHUT_WR

import psutil
import pytest

from support.processes import SMALL, until
from support.raw_http import JSON, get, open_socket, read_all, room_path, send_raw
from support.technique_io import HTTP, publish

BOUND = 256 * 1_024  # bytes of memory for a connection, whatever it sends
CONNECTIONS = 20
BURST = 252_000  # bytes that each client sends behind its first request
GOOD = json.dumps({"author": "Ann", "text": "hi"}).encode()


def request(server, path, method="GET", *headers, body=b"", version="1.1"):
    """Return the bytes of one request."""
    lines = [f"{method} {path} HTTP/{version}", f"Host: 127.0.0.1:{server.port}", *headers]
    if body:
        lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in JSON.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def memory(server):
    return psutil.Process(server.process.pid).memory_info().rss


HELD = {  # the first request on a connection, whose response takes a while
    "a long poll": lambda server, room: request(server, room_path("longpoll", room, "?hold=20")),
    "a stream": lambda server, room: request(server, room_path("sse", room)),
    "a stage's stream": lambda server, room: request(server, f"/sse/stages/stream/{room}/messages/"),
    "a long poll with a large body": lambda server, room: request(
        server, room_path("longpoll", room, "?hold=20"), body=b"x" * 65_000
    ),
    "a long poll with many headers": lambda server, room: request(
        server, room_path("longpoll", room, "?hold=20"), "GET", *(f"x{number:03}: {number}" for number in range(190))
    ),
}
BEHIND = {  # the bytes that are repeated behind it
    "the shortest": b"GET / HTTP/1.1\r\n\r\n",
    "one with a body": b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n\r\n\r\n\r\n\r\n!",
    "one with chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "one with headers": b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 190 + b"\r\n",
    "one of an old client": b"HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "no request": b"\r\n" * 100,
}


@pytest.mark.parametrize(
    ("held", "behind"),
    [("a long poll", behind) for behind in BEHIND] + [(held, "the shortest") for held in list(HELD)[1:]],
)
def test_3_5_requests_behind_a_held_one_cost_bounded_memory(server, room, held, behind):
    get(server.url, room_path("polling", room))
    before = memory(server)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(open_socket(server.url))
            connection.sendall(HELD[held](server, room))
            connection.setblocking(False)
            pour(connection, BEHIND[behind])
        for _ in range(5):  # after a response to another client, the server has had time for all of it
            assert get(server.url, room_path("polling", room)).status == 200
        assert memory(server) - before < CONNECTIONS * BOUND


def pour(connection, behind):
    """Send as much as the connection accepts, at most BURST bytes."""
    data = behind * (BURST // len(behind))
    try:
        while data:
            data = data[connection.send(data) :]
    except OSError:  # the connection accepts no more, or is refused
        pass


@pytest.mark.parametrize("technique", HTTP)
def test_4_pipelined_requests_get_their_responses_in_order(server, room, technique):
    path = room_path(technique, room, "?hold=0" if technique == "longpoll" else "")
    poll, page = request(server, room_path("polling", room, "?after=0")), request(server, "/healthz")
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    cut = request(server, path, "POST", "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks
    whole = request(server, path, "POST", body=GOOD)
    large = request(server, path, "POST", body=GOOD + b" " * 60_000)
    last = request(server, "/healthz", "GET", "Connection: close")
    raw = send_raw(server.url, (poll + whole + page + cut + poll + large) * 20 + last)
    statuses = [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"201", b"200", b"201", b"200", b"201"] * 20 + [b"200"]
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 60


def test_4_the_time_of_a_pipelined_request_starts_when_it_is_read(small, room):
    """The head and half of the body arrive at once, the rest after the response to the request before."""
    body = GOOD + b" " * 40_000
    held = request(small, room_path("longpoll", room, "?hold=2"))
    with open_socket(small.url) as connection:
        connection.sendall(held + request(small, room_path("longpoll", room), "POST", "Connection: close", body=body))
        raw = read_all(connection)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]] == [b"200", b"201"]


def test_4_408_an_incomplete_pipelined_request_is_refused_in_its_turn(small, room):
    held = request(small, room_path("longpoll", room, "?hold=2"))
    late = request(small, room_path("longpoll", room), "POST", body=GOOD)[:-1]
    with open_socket(small.url) as connection:
        connection.sendall(held + late)
        raw = read_all(connection)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]] == [b"200", b"408"]


def test_3_5_a_client_that_leaves_with_requests_behind_a_held_one_is_forgotten(server, room):
    """The connection is cut: its requests get no response, and its stream ends."""
    process = psutil.Process(server.process.pid)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(open_socket(server.url))
            connection.sendall(request(server, room_path("sse", room)) + request(server, "/healthz") * 500)
            assert connection.recv(1)
        held = len(process.net_connections("tcp"))
    until(
        lambda: publish("polling", server, room) and len(process.net_connections("tcp")) <= held - CONNECTIONS, "held"
    )


ASKED = {  # technique: (request, end of the response)
    "polling": ("?after=0", b'"more":false}'),
    "longpoll": ("?after=0&hold=20", b'"}'),
}


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("technique", list(ASKED))
def test_3_2_a_half_closed_client_gets_its_response(server, room, technique, version):
    publish("polling", server, room)
    query, end = ASKED[technique]
    raw = half_closed(server, request(server, room_path(technique, room, query), version=version))
    head, _blank, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in head.lower()
    assert b'"text":' in body
    assert body.endswith(end)


def half_closed(server, data):
    """Send a request, close this half of the connection, and return all bytes that come back."""
    with open_socket(server.url) as connection:
        connection.sendall(data)
        connection.shutdown(SHUT_WR)
        return read_all(connection)


def test_3_2_a_long_poll_of_a_half_closed_client_is_held_until_there_is_a_message(server, room):
    with open_socket(server.url) as connection:
        connection.sendall(request(server, room_path("longpoll", room, "?after=0&hold=20")))
        connection.shutdown(SHUT_WR)
        assert get(server.url, room_path("polling", room)).json["messages"] == []
        publish("polling", server, room, "late")
        raw = read_all(connection)
    assert raw.startswith(b"HTTP/1.1 200 OK")
    assert b'"text":"late"' in raw


@pytest.mark.parametrize("path", ["/sse/{}/messages/?after=0", "/sse/stages/stream/{}/messages/"])
def test_3_2_a_stream_of_a_half_closed_client_goes_on(server, room, path):
    with open_socket(server.url) as connection:
        connection.sendall(request(server, path.format(room)))
        raw = connection.recv(65_536)
        connection.shutdown(SHUT_WR)
        for number in range(3):
            publish("polling", server, room, f"late {number}")
            while b'"text":"late %d"' % number not in raw:
                part = connection.recv(65_536)
                assert part, raw
                raw += part
            time.sleep(0.7)  # in total longer than the server takes to notice that a client is gone
    assert raw.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("technique", HTTP)
def test_3_1_a_publish_of_a_half_closed_client_is_stored_and_acknowledged(server, room, technique):
    one = request(server, room_path(technique, room), "POST", body=GOOD)
    raw = half_closed(server, one * 3)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]] == [b"201"] * 3
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 3


@pytest.mark.parametrize("path", ["/", "/polling/{}/", "/healthz", "/colours.css", "/none"])
def test_2_a_half_closed_client_gets_its_page(server, room, path):
    raw = half_closed(server, request(server, path.format(room)))
    assert raw.startswith(b"HTTP/1.1 404" if path == "/none" else b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "cut", [b"GET / HT", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"], ids=["head", "body"]
)
@pytest.mark.parametrize("before", [0, 2])
def test_4_400_an_incomplete_request_is_refused_after_the_responses_to_those_before(server, room, cut, before):
    raw = half_closed(server, request(server, room_path("polling", room)) * before + cut)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]][:before] == [b"200"] * before
    assert raw.count(b"HTTP/1.1 4") <= 1
    assert before or raw.endswith(b'{"error": "request: ended before it was whole."}')


def test_2_a_connection_without_a_request_is_closed_without_a_response(server):
    assert half_closed(server, b"") == b""


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_3_5_a_long_poll_whose_client_is_gone_ends_soon(server, room, version):
    with counted(server):
        for _ in range(5):
            with open_socket(server.url) as connection:
                connection.sendall(request(server, room_path("longpoll", room, "?hold=55"), version=version))
                get(server.url, room_path("polling", room))


@pytest.mark.parametrize("stage", ["", "stages/stream/", "stages/replay/"])
def test_3_5_a_stream_whose_client_is_gone_ends_soon(start, room, stage):
    server = start(**SMALL, SMALL_HEARTBEAT="1000")
    with counted(server):
        for _ in range(5):
            with open_socket(server.url) as connection:
                connection.sendall(request(server, f"/sse/{stage}{room}/messages/"))
                raw = b""
                while not raw.endswith(
                    b"\n\n\r\n"
                ):  # everything is read, so the connection ends with FIN, like a half-closed one
                    raw += connection.recv(65_536)


@contextmanager
def counted(server):
    """Check that the block leaves no connection open."""
    process = psutil.Process(server.process.pid)
    before = len(process.net_connections("tcp"))
    yield
    until(lambda: len(process.net_connections("tcp")) <= before, "connections of clients that are gone stay open")


@pytest.mark.parametrize("stage", ["", "stages/replay/"])
def test_2_3_a_stream_to_a_client_of_http_1_0_is_not_chunked_and_ends_with_the_connection(start, room, stage):
    server = start(**SMALL)
    publish("sse", server, room, "one")
    ask = ("GET", "Connection: keep-alive", "Expect: 100-continue")
    with open_socket(server.url) as connection:
        connection.sendall(request(server, f"/sse/{stage}{room}/messages/?after=0", *ask, version="1.0"))
        head, _blank, body = until_said(connection, b'"text":"one"').partition(b"\r\n\r\n")
        publish("sse", server, room, "two")
        body += until_said(connection, b'"text":"two"')
        server.process.terminate()
        body += read_all(connection)
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert body.startswith((b"retry: 1000\n\nid: 1\n", b": hello\n\nid: 1\n"))
    assert b"\r" not in body


def until_said(connection, words):
    """Read until `words` arrive; return all bytes that were read."""
    raw = b""
    while words not in raw:
        part = connection.recv(65_536)
        assert part, raw
        raw += part
    return raw


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "path", ["/", "/polling/{}/", "/polling/{}/messages/", "/longpoll/{}/messages/?hold=0", "/none"]
)
def test_2_every_response_to_http_1_0_has_a_length_and_closes_the_connection(server, room, path, method):
    expect = ("Expect: 100-continue",)
    raw = send_raw(server.url, request(server, path.format(room), method, *expect, body=GOOD, version="1.0") * 2)
    head, _blank, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert raw.count(b"HTTP/1.1 ") == 1
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert len(body) == (0 if method == "HEAD" else int(length[1]))
