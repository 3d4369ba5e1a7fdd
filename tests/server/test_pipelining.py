"""Promise 3.5 on one HTTP connection: requests that come before the last one is answered, and a half that is closed."""

import json
import re
import time
from contextlib import ExitStack, contextmanager
from socket import SHUT_WR

import psutil
import pytest

from support.processes import SMALL, until
from support.raw_http import JSON, dialled, everything, exchange, get, room_path
from support.technique_io import HTTP, publish

BOUND = 256 * 1_024  # bytes of memory for a connection, whatever it sends
CONNECTIONS = 20
BURST = 252_000  # bytes that each of them sends behind its first request
GOOD = json.dumps({"author": "Ann", "text": "hi"}).encode()


def request(server, path, method="GET", *headers, body=b"", version="1.1"):
    """Return the bytes of one request."""
    lines = [f"{method} {path} HTTP/{version}", f"Host: 127.0.0.1:{server.port}", *headers]
    if body:
        lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in JSON.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def memory(server):
    return psutil.Process(server.process.pid).memory_info().rss


HELD = {  # what a connection asks first: nothing of it is answered to its end for a while
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
BEHIND = {  # what it sends behind that, again and again
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
def test_3_5_what_is_pipelined_behind_a_held_request_costs_bounded_memory(server, room, held, behind):
    get(server.url, room_path("polling", room))
    before = memory(server)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(dialled(server.url))
            connection.sendall(HELD[held](server, room))
            connection.setblocking(False)
            pour(connection, BEHIND[behind])
        for _ in range(5):  # the server has had time for all of it once it has answered somebody else
            assert get(server.url, room_path("polling", room)).status == 200
        assert memory(server) - before < CONNECTIONS * BOUND


def pour(connection, behind):
    """Send as much as the connection takes, BURST bytes at most."""
    data = behind * (BURST // len(behind))
    try:
        while data:
            data = data[connection.send(data) :]
    except OSError:  # it takes no more, or is refused
        pass


@pytest.mark.parametrize("technique", HTTP)
def test_4_pipelined_requests_of_all_kinds_are_answered_in_their_order(server, room, technique):
    path = room_path(technique, room, "?hold=0" if technique == "longpoll" else "")
    poll, page = request(server, room_path("polling", room, "?after=0")), request(server, "/healthz")
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    cut = request(server, path, "POST", "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks
    whole = request(server, path, "POST", body=GOOD)
    large = request(server, path, "POST", body=GOOD + b" " * 60_000)
    last = request(server, "/healthz", "GET", "Connection: close")
    raw = exchange(server.url, (poll + whole + page + cut + poll + large) * 20 + last)
    statuses = [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"201", b"200", b"201", b"200", b"201"] * 20 + [b"200"]
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 60


def test_4_a_pipelined_request_that_waits_is_given_its_time_once_it_is_read(small, room):
    """Its head and half its body came at once; the rest waits until the one before it is answered."""
    body = GOOD + b" " * 40_000
    held = request(small, room_path("longpoll", room, "?hold=2"))
    with dialled(small.url) as connection:
        connection.sendall(held + request(small, room_path("longpoll", room), "POST", "Connection: close", body=body))
        raw = everything(connection)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]] == [b"200", b"201"]


def test_4_408_a_pipelined_request_that_does_not_come_whole_is_refused_in_its_turn(small, room):
    held = request(small, room_path("longpoll", room, "?hold=2"))
    late = request(small, room_path("longpoll", room), "POST", body=GOOD)[:-1]
    with dialled(small.url) as connection:
        connection.sendall(held + late)
        raw = everything(connection)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]] == [b"200", b"408"]


def test_3_5_a_client_that_leaves_with_requests_behind_a_held_one_is_forgotten(server, room):
    """The connection is cut: nothing of it is answered, and the stream that it held ends."""
    process = psutil.Process(server.process.pid)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(dialled(server.url))
            connection.sendall(request(server, room_path("sse", room)) + request(server, "/healthz") * 500)
            assert connection.recv(1)
        held = len(process.net_connections("tcp"))
    until(
        lambda: publish("polling", server, room) and len(process.net_connections("tcp")) <= held - CONNECTIONS, "held"
    )


ASKED = {  # technique: (what is asked, what the answer ends with)
    "polling": ("?after=0", b'"more":false}'),
    "longpoll": ("?after=0&hold=20", b'"}'),
}


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("technique", list(ASKED))
def test_3_2_a_client_that_ends_its_half_is_answered(server, room, technique, version):
    publish("polling", server, room)
    query, end = ASKED[technique]
    raw = half_closed(server, request(server, room_path(technique, room, query), version=version))
    head, _blank, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in head.lower()
    assert b'"text":' in body
    assert body.endswith(end)


def half_closed(server, data):
    """Write a request, end this half of the connection, and return all that comes back."""
    with dialled(server.url) as connection:
        connection.sendall(data)
        connection.shutdown(SHUT_WR)
        return everything(connection)


def test_3_2_a_long_poll_of_a_client_that_ended_its_half_is_held_until_there_is_a_message(server, room):
    with dialled(server.url) as connection:
        connection.sendall(request(server, room_path("longpoll", room, "?after=0&hold=20")))
        connection.shutdown(SHUT_WR)
        assert get(server.url, room_path("polling", room)).json["messages"] == []
        publish("polling", server, room, "late")
        raw = everything(connection)
    assert raw.startswith(b"HTTP/1.1 200 OK")
    assert b'"text":"late"' in raw


@pytest.mark.parametrize("path", ["/sse/{}/messages/?after=0", "/sse/stages/stream/{}/messages/"])
def test_3_2_a_stream_of_a_client_that_ended_its_half_goes_on(server, room, path):
    with dialled(server.url) as connection:
        connection.sendall(request(server, path.format(room)))
        raw = connection.recv(65_536)
        connection.shutdown(SHUT_WR)
        for number in range(3):
            publish("polling", server, room, f"late {number}")
            while b'"text":"late %d"' % number not in raw:
                part = connection.recv(65_536)
                assert part, raw
                raw += part
            time.sleep(0.7)  # longer, all in all, than it takes to find that somebody is gone
    assert raw.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("technique", HTTP)
def test_3_1_a_publish_of_a_client_that_ends_its_half_is_stored_and_answered(server, room, technique):
    one = request(server, room_path(technique, room), "POST", body=GOOD)
    raw = half_closed(server, one * 3)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]] == [b"201"] * 3
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 3


@pytest.mark.parametrize("path", ["/", "/polling/{}/", "/healthz", "/colours.css", "/none"])
def test_2_a_page_for_a_client_that_ends_its_half_is_answered(server, room, path):
    raw = half_closed(server, request(server, path.format(room)))
    assert raw.startswith(b"HTTP/1.1 404" if path == "/none" else b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "cut", [b"GET / HT", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"], ids=["head", "body"]
)
@pytest.mark.parametrize("before", [0, 2])
def test_4_400_a_request_that_is_not_whole_is_refused_and_those_before_it_answered(server, room, cut, before):
    raw = half_closed(server, request(server, room_path("polling", room)) * before + cut)
    assert [part[:3] for part in raw.split(b"HTTP/1.1 ")[1:]][:before] == [b"200"] * before
    assert raw.count(b"HTTP/1.1 4") <= 1
    assert before or raw.endswith(b'{"error": "request: ended before it was whole."}')


def test_2_a_connection_that_ends_without_a_request_is_closed_without_a_word(server):
    assert half_closed(server, b"") == b""


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_3_5_a_long_poll_whose_client_is_gone_is_over_soon(server, room, version):
    with counted(server):
        for _ in range(5):
            with dialled(server.url) as connection:
                connection.sendall(request(server, room_path("longpoll", room, "?hold=55"), version=version))
                get(server.url, room_path("polling", room))


@pytest.mark.parametrize("stage", ["", "stages/stream/", "stages/replay/"])
def test_3_5_a_stream_whose_client_is_gone_is_over_soon(start, room, stage):
    server = start(**SMALL, SMALL_HEARTBEAT="1000")
    with counted(server):
        for _ in range(5):
            with dialled(server.url) as connection:
                connection.sendall(request(server, f"/sse/{stage}{room}/messages/"))
                raw = b""
                while not raw.endswith(b"\n\n\r\n"):  # all is read: it ends by FIN, as a half does
                    raw += connection.recv(65_536)


@contextmanager
def counted(server):
    """See that no connection is left of what is done meanwhile."""
    process = psutil.Process(server.process.pid)
    before = len(process.net_connections("tcp"))
    yield
    until(lambda: len(process.net_connections("tcp")) <= before, "connections of clients that are gone stay open")


@pytest.mark.parametrize("stage", ["", "stages/replay/"])
def test_2_3_a_stream_to_a_client_of_http_1_0_is_not_chunked_and_ends_with_the_connection(start, room, stage):
    server = start(**SMALL)
    publish("sse", server, room, "one")
    ask = ("GET", "Connection: keep-alive", "Expect: 100-continue")
    with dialled(server.url) as connection:
        connection.sendall(request(server, f"/sse/{stage}{room}/messages/?after=0", *ask, version="1.0"))
        head, _blank, body = until_said(connection, b'"text":"one"').partition(b"\r\n\r\n")
        publish("sse", server, room, "two")
        body += until_said(connection, b'"text":"two"')
        server.process.terminate()
        body += everything(connection)
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert body.startswith((b"retry: 1000\n\nid: 1\n", b": hello\n\nid: 1\n"))
    assert b"\r" not in body


def until_said(connection, words):
    """Read until the words came; return all that was read."""
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
def test_2_every_answer_to_a_client_of_http_1_0_has_its_length_and_is_the_last(server, room, path, method):
    expect = ("Expect: 100-continue",)
    raw = exchange(server.url, request(server, path.format(room), method, *expect, body=GOOD, version="1.0") * 2)
    head, _blank, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert raw.count(b"HTTP/1.1 ") == 1
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert len(body) == (0 if method == "HEAD" else int(length[1]))
