"""Section 4: bounds on the length of a head, the time of a request, and the connections of an address or a session."""

from contextlib import ExitStack
from select import select

import psutil
import pytest
from websockets.sync.client import connect

from lab.access.visitors import network
from support.processes import SMALL, until
from support.raw_http import (
    get,
    new_session,
    open_socket,
    post,
    read_all,
    request_of_size,
    room_path,
    send_raw,
    session_cookies,
    status_of,
)
from support.raw_websocket import open_websocket, request_handshake, websocket_path
from support.sse_parser import held, stream
from support.technique_io import HTTP, publish, publish_frame

pytestmark = pytest.mark.also_scaled

HEAD_MAX = 16_384
GOOD = {"author": "Ann", "text": "hi"}
OF_ADDRESS = "too many connections of one address, close some."
OF_SESSION = "too many connections of one session, close some."


@pytest.mark.not_scaled("nginx adds headers of its own")
@pytest.mark.parametrize(("size", "expected"), [(HEAD_MAX, 200), (HEAD_MAX + 1, 431), (2_000_000, 431)])
def test_4_431_a_head_over_16_kib_is_refused_and_one_of_16_kib_is_not(server, size, expected):
    raw = send_raw(server.url, request_of_size(server, size))
    assert status_of(raw) == expected
    assert expected == 200 or raw.endswith(b'{"error": "head: at most 16,384 bytes."}')


@pytest.mark.not_scaled("nginx delays the close")
def test_4_431_a_head_over_16_kib_is_refused_before_its_end(server):
    assert status_of(send_raw(server.url, request_of_size(server, HEAD_MAX + 4)[:-4])) == 431


@pytest.mark.not_scaled("nginx adds headers of its own")
@pytest.mark.parametrize(("more", "expected"), [(0, 200), (1, 431)])
def test_4_431_a_head_of_more_than_200_headers_is_refused(server, more, expected):
    raw = send_raw(server.url, request_of_size(server, 4_000, more=["X: a"] * (197 + more)))  # besides three others
    assert status_of(raw) == expected
    assert expected == 200 or raw.endswith(b'{"error": "head: at most 200 headers."}')


def test_4_431_the_address_counts_as_part_of_the_head(server):
    assert status_of(send_raw(server.url, request_of_size(server, HEAD_MAX + 1, "/polling/" + "a" * 9_000))) == 431


def test_4_many_small_requests_at_once_do_not_count_as_one_long_head(server):
    one = f"GET /polling/a/messages/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    assert send_raw(server.url, one * 500, request_of_size(server, 200)).count(b"HTTP/1.1 200") == 501


@pytest.mark.not_scaled("nginx delays the close")
@pytest.mark.parametrize("number", [1, 3])
def test_4_a_complete_request_gets_its_response_whatever_follows_it(server, room, number):
    body = b'{"author": "Ann", "text": "hi"}'
    head = [f"POST {room_path('polling', room)} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    one = "\r\n".join([*head, "Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]).encode() + body
    raw = send_raw(server.url, one * number + b"no HTTP\r\n\r\n")
    assert raw.count(b"HTTP/1.1 201") == number
    assert raw.lower().count(b"connection: close") == 1
    assert raw.count(b"HTTP/1.1 ") == number
    assert publish("polling", server, room)[1]["id"] == number + 1


HANDSHAKE = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
NO_HANDSHAKES = {  # why: headers that turn a good handshake into one that cannot be parsed
    "a body": ["Content-Length: 3"],
    "a body in chunks": ["Transfer-Encoding: chunked"],
    "two keys": ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    "two versions": ["Sec-WebSocket-Version: 12"],
}


@pytest.mark.not_scaled("nginx answers this itself")
@pytest.mark.parametrize("more", list(NO_HANDSHAKES.values()), ids=list(NO_HANDSHAKES))
def test_4_a_handshake_that_cannot_be_parsed_is_refused_in_json(server, room, more):
    head = [f"GET {websocket_path(room)} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Origin: {server.url}"]
    raw = send_raw(server.url, "\r\n".join([*head, "Connection: Upgrade", *HANDSHAKE, *more, "", ""]).encode())
    assert status_of(raw) == 400
    head, _end, body = raw.partition(b"\r\n\r\n")
    assert head.lower().count(b"\ncontent-type:") == 1
    assert body.startswith(b'{"error": "')


@pytest.mark.not_scaled("nginx adds headers of its own")
@pytest.mark.parametrize("more", [["X: " + "a" * 15_000], ["X: a"] * 190], ids=["a long line", "many lines"])
def test_4_431_a_handshake_may_be_as_long_as_any_head(server, room, more):
    head = [f"GET {websocket_path(room)} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Origin: {server.url}"]
    head += ["Connection: Upgrade", *HANDSHAKE, *more]
    for size, expected in ((len(more), 101), (3 * len(more), 431)):
        lines = [*head, *more * (size // len(more) - 1), "", ""]
        with open_socket(server.url) as connection:
            connection.sendall("\r\n".join(lines).encode())
            assert status_of(connection.recv(65_536)) == expected


@pytest.mark.not_scaled("nginx answers this itself")
def test_4_a_handshake_by_http_1_0_is_refused_in_json(server, room):
    head = [f"GET {websocket_path(room)} HTTP/1.0", f"Host: 127.0.0.1:{server.port}", f"Origin: {server.url}"]
    raw = send_raw(server.url, "\r\n".join([*head, "Connection: Upgrade", *HANDSHAKE, "", ""]).encode())
    assert status_of(raw) == 400
    assert raw.endswith(b'{"error": "handshake: needs HTTP/1.1."}')


@pytest.mark.not_scaled("nginx answers this itself")
@pytest.mark.parametrize("headers", [{"Sec-WebSocket-Key": "short"}, {"Sec-WebSocket-Version": "12"}])
def test_4_a_handshake_of_another_kind_is_refused_in_json(server, room, headers):
    response = request_handshake(server.url, websocket_path(room), headers)
    assert response.status in (400, 426)
    assert response.sentence


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("GET /polling/a/messages/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX", b"head: not whole after 0.5 seconds."),
        ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{", b"body: not whole after 1 seconds."),
    ],
)
def test_4_408_a_request_that_stays_incomplete_is_refused(small, part, sentence):
    raw = send_raw(small.url, part.encode())
    assert status_of(raw) == 408
    assert sentence in raw


def test_4_a_head_sent_byte_by_byte_gets_no_more_time(small):
    with open_socket(small.url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        while not select([connection], [], [], 0.05)[0]:
            connection.sendall(b"a")
        assert status_of(connection.recv(1_000)) == 408


def test_4_a_connection_that_sends_nothing_is_closed_without_a_response(small):
    with open_socket(small.url) as connection:
        assert read_all(connection) == b""


ENDLESS = {  # why: (the address, how a body begins, the bytes that are then repeated)
    "a body in chunks": ("/polling/a/messages/", b"", b"1000\r\n" + b"x" * 4_096 + b"\r\n"),
    "a body for a page": ("/i18n/setlang/", b"", b"1000\r\n" + b"x" * 4_096 + b"\r\n"),
    "a body in tiny chunks": ("/polling/a/messages/", b"", b"1\r\nx\r\n" * 1_000),
    "an extension of a chunk": ("/polling/a/messages/", b"1;", b"a" * 60_000),
    "trailers": ("/polling/a/messages/", b"0\r\n", b"A: b\r\n" * 10_000),
}


@pytest.mark.not_scaled("reads the memory of the server's process")
@pytest.mark.parametrize(("path", "begin", "part"), list(ENDLESS.values()), ids=list(ENDLESS))
def test_4_413_an_endless_body_is_refused_and_leaves_no_file(server, path, begin, part):
    process = psutil.Process(server.process.pid)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    before = process.memory_info().rss
    raw = send_raw(server.url, head.encode() + begin, *[part] * (20_000_000 // len(part)))
    assert status_of(raw) == 413
    assert process.memory_info().rss - before < 5_000_000
    assert [file.path for file in process.open_files() if "sqlite3" not in file.path and file.mode != "a"] == []


def test_4_429_connections_of_one_address_are_bounded(start, room):
    server = start(LAB_ADDRESS_CONNECTIONS="3")
    path = room_path("sse", room)
    with held(server, path, 2), open_socket(server.url):  # a silent connection counts, too
        with open_socket(server.url) as connection:
            raw = read_all(connection)
        assert status_of(raw) == 429
        assert OF_ADDRESS.encode() in raw
        assert b"Retry-After: 5" in raw
    until(lambda: get(server.url, "/healthz").status == 200, "places are not given back")


def test_4_429_connections_of_one_address_behind_a_proxy_are_bounded(start, room):
    server = start(LAB_ADDRESS_CONNECTIONS="2", FORWARDED_ALLOW_IPS="127.0.0.1")
    path = room_path("sse", room)
    with held(server, path, 2, X_Forwarded_For="192.0.2.1"):
        response = get(server.url, path, X_Forwarded_For="192.0.2.1")
        assert (response.status, response.sentence) == (429, OF_ADDRESS)
        assert get(server.url, "/healthz", X_Forwarded_For="192.0.2.2").status == 200
    ours = [f"2001:db8::{number}" for number in range(3)]  # of one household
    with held(server, path, 1, X_Forwarded_For=ours[0]), held(server, path, 1, X_Forwarded_For=ours[1]):
        assert get(server.url, path, X_Forwarded_For=ours[2]).status == 429


def test_4_429_connections_of_one_session_are_bounded(start, room):
    server = start(LAB_SESSION_CONNECTIONS="2")
    path, mine, other = room_path("sse", room), new_session(server), new_session(server)
    with held(server, path, 2, Cookie=mine):
        response = get(server.url, room_path("polling", room), Cookie=mine)
        assert (response.status, response.sentence, response.headers["retry-after"]) == (429, OF_SESSION, "5")
        assert request_handshake(server.url, websocket_path(room), {"Cookie": mine}).status == 429
        for cookie in (other, f"x=1; {other}; y=2", mine + "x", "lab_session=forged:signature", "lab_session", ";;="):
            assert get(server.url, room_path("polling", room), Cookie=cookie).status == 200
    until(
        lambda: request_handshake(server.url, websocket_path(room), {"Cookie": mine}).status == 101,
        "places are not given back",
    )


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_4_1_what_counts_as_one_address(address, counted):
    assert network(address) == counted


def test_4_503_connections_of_a_process_are_bounded(start, room):
    server = start(**SMALL, SMALL_CONNECTIONS_MAX="3")
    with (
        held(server, room_path("sse", room), 2),
        open_websocket(server.url, room),
        open_socket(server.url) as connection,
    ):
        assert status_of(read_all(connection)) == 503
    until(lambda: get(server.url, "/healthz").status == 200, "places are not given back")


def test_a_class_behind_one_address_stays_within_the_bounds(server, room):
    """Forty students, four techniques, two tabs, all in one room."""
    with ExitStack() as stack:
        for _student in range(40):
            cookie = {"Cookie": new_session(server)}
            for _tab in range(2):
                stack.enter_context(open_websocket(server.url, room))
                stack.enter_context(stream(server.url, room_path("sse", room), **cookie))
                assert get(server.url, room_path("polling", room), **cookie).status == 200
        assert publish("polling", server, room)[0] == 201


@pytest.mark.parametrize("technique", HTTP)
def test_4_429_each_session_behind_one_address_has_its_own_publish_rate(start, room, technique):
    server = start(LAB_SESSION_RATE="1")
    path, mine, other = room_path(technique, room), new_session(server), new_session(server)
    responses = []
    while len(responses) < 100 and 429 not in [
        response.status for response in responses
    ]:  # on a slow machine the rate allows more meanwhile
        responses.append(post(server.url, path, GOOD, Cookie=mine))
    assert (responses[-1].status, responses[-1].headers["retry-after"]) == (429, "1")
    assert post(server.url, path, GOOD, Cookie=other).status == 201
    assert post(server.url, path, GOOD).status == 201
    accepted = [response.status for response in responses].count(201)
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == accepted + 2
    until(lambda: post(server.url, path, GOOD, Cookie=mine).status == 201, "the rate never recovers")


def test_4_429_a_session_publishes_at_its_own_rate_on_a_websocket_too(start, room):
    server = start(LAB_SESSION_RATE="1")
    address = f"ws://127.0.0.1:{server.port}{websocket_path(room)}"
    mine = {"Cookie": new_session(server)}
    with connect(address, origin=server.url, additional_headers=mine, proxy=None) as connection:
        statuses = []
        while len(statuses) < 100 and 429 not in statuses:  # on a slow machine the rate allows more meanwhile
            statuses.append(publish_frame(connection, GOOD | {"nonce": str(len(statuses))})[0])
        assert statuses[-1] == 429
        until(lambda: publish_frame(connection, GOOD)[0] == 201, "the rate never recovers")
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == statuses.count(201) + 1


def test_a_page_sets_the_session_cookie_once_and_scripts_cannot_read_it(server):
    ((cookie, rest),) = session_cookies(server)
    assert "HttpOnly" in rest
    assert "SameSite=Lax" in rest
    assert session_cookies(server, cookie=cookie) == []
    assert session_cookies(server, cookie=cookie[:-1])[0][0] != cookie
    assert session_cookies(server, "/colours.css") == []
