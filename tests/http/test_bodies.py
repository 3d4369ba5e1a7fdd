"""Section 4: a request's body: its length, its chunks, its Content-Type."""

import json
import time

import pytest

from support.raw_http import JSON, get, open_socket, post, room_path, send_raw, send_request
from support.technique_io import HTTP, publish

GOOD = json.dumps({"author": "Ann", "text": "hi"}).encode()

TYPE = "Content-Type: application/json"

pytestmark = [pytest.mark.parametrize("technique", HTTP), pytest.mark.also_scaled]  # frames: test_websocket.py


def request(server, path, headers, body=b"", method="POST"):
    """Send a request; return its status and all bytes of the response."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: close", *headers]
    raw = send_raw(server.url, "\r\n".join([*lines, TYPE, "", ""]).encode(), body)
    return int(raw.split(b" ", 2)[1]), raw


def nothing_stored(server, technique, room):
    return publish(technique, server, room, "first")[1]["id"] == 1


def test_4_413_a_body_over_64_kib_is_refused_and_one_of_64_kib_is_not(server, room, technique):
    fields = {"author": "Ann", "text": "hi", "padding": ""}
    fields["padding"] = "x" * (65_536 - len(json.dumps(fields)))
    path = room_path(technique, room)
    assert post(server.url, path, json.dumps(fields).encode()).status == 201
    response = post(server.url, path, json.dumps(fields).encode() + b" ")
    assert (response.status, response.sentence) == (413, "body: at most 65,536 bytes.")
    assert publish(technique, server, room)[1]["id"] == 2


@pytest.mark.not_scaled("nginx answers this itself")
@pytest.mark.parametrize("size", [65_537, 10_000_000, 10**30])
def test_4_413_a_length_over_64_kib_is_refused_before_the_body_arrives(server, room, technique, size):
    status, raw = request(server, room_path(technique, room), [f"Content-Length: {size}"], b"{")
    assert status in (413, 400), raw
    assert nothing_stored(server, technique, room)


def test_4_413_a_body_over_64_kib_in_chunks_is_refused(server, room, technique):
    body = b"1000\r\n" + b"x" * 4_096 + b"\r\n"
    status, raw = request(server, room_path(technique, room), ["Transfer-Encoding: chunked"], body * 17 + b"0\r\n\r\n")
    assert status == 413, raw
    assert b'{"error": "body: at most 65,536 bytes."}' in raw


def test_4_a_body_in_chunks_without_a_length_is_accepted(server, room, technique):
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in GOOD) + b"0\r\n\r\n"
    status, raw = request(server, room_path(technique, room), ["Transfer-Encoding: chunked"], body)
    assert status == 201, raw


def test_4_a_length_that_is_too_short_cuts_the_json(server, room, technique):
    status, raw = request(server, room_path(technique, room), [f"Content-Length: {len(GOOD) - 5}"], GOOD)
    assert status == 400, raw
    assert b'{"error": "body: not JSON."}' in raw
    assert nothing_stored(server, technique, room)


def test_4_a_body_shorter_than_its_length_counts_as_a_disconnected_client(server, room, technique):
    with open_socket(server.url) as connection:
        lines = [f"POST {room_path(technique, room)} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", TYPE]
        connection.sendall("\r\n".join([*lines, f"Content-Length: {len(GOOD) + 5}", "", ""]).encode() + GOOD)
        time.sleep(0.05)
    assert nothing_stored(server, technique, room)


@pytest.mark.parametrize("length", ["-1", "-29", "abc", "0x1d", "29, 29", "1e3", "٢٩", "9" * 40])
def test_4_a_length_that_is_no_number_is_refused(server, room, technique, length):
    status, raw = request(server, room_path(technique, room), [f"Content-Length: {length}"], GOOD)
    assert status in (400, 413), raw
    assert nothing_stored(server, technique, room)


def test_4_two_lengths_are_refused(server, room, technique):
    headers = [f"Content-Length: {len(GOOD)}", "Content-Length: 2"]
    status, raw = request(server, room_path(technique, room), headers, GOOD)
    assert status == 400, raw
    assert nothing_stored(server, technique, room)


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"5\r\nab\r\n0\r\n\r\n"])
def test_4_invalid_chunks_are_refused(server, room, technique, chunk):
    status, raw = request(server, room_path(technique, room), ["Transfer-Encoding: chunked"], chunk)
    assert status == 400, raw
    assert nothing_stored(server, technique, room)


def test_4_a_body_without_a_length_counts_as_empty(server, room, technique):
    status, raw = request(server, room_path(technique, room), [])
    assert status == 400, raw
    assert b'{"error": "body: not JSON."}' in raw


@pytest.mark.parametrize("cut", ["length", "chunks"])
def test_4_a_get_with_a_late_body_gets_its_response(server, room, technique, cut):
    publish(technique, server, room, "hi")
    header, parts = {
        "length": ("Content-Length: 3", [b"a", b"=", b"b"]),
        "chunks": ("Transfer-Encoding: chunked", [b"1\r\na\r\n", b"1\r\nb\r\n", b"0\r\n\r\n"]),
    }[cut]
    lines = [f"GET {room_path(technique, room, '?after=0')} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", header, "", ""]
    with open_socket(server.url) as connection:
        connection.sendall("\r\n".join(lines).encode())
        for part in parts:
            time.sleep(0.02)
            connection.sendall(part)
        raw = b""
        while b'"text":"hi"' not in raw:
            chunk = connection.recv(65_536)
            assert chunk, raw
            raw += chunk
        assert raw.startswith(b"HTTP/1.1 200"), raw


@pytest.mark.parametrize("requests", [1, 3])
def test_4_a_client_that_disconnects_before_its_response_leaves_no_traceback(server, room, technique, requests):
    head = f"POST {room_path(technique, room)} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{TYPE}\r\n"
    for _ in range(5):
        with open_socket(server.url) as connection:
            connection.sendall((head.encode() + b"Content-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD)) * requests)
    assert publish(technique, server, room)[0] == 201


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]
)
def test_4_415_a_body_that_is_not_json_is_refused(server, room, technique, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    response = send_request(server.url, "POST", room_path(technique, room), GOOD, headers)
    assert (response.status, response.sentence) == (415, "Content-Type: application/json is expected.")
    assert nothing_stored(server, technique, room)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;x=y"])
def test_4_415_parameters_and_case_of_the_content_type_do_not_matter(server, room, technique, kind):
    assert send_request(server.url, "POST", room_path(technique, room), GOOD, {"Content-Type": kind}).status == 201


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_4_405_another_method_is_refused_and_the_allowed_ones_are_named(server, room, technique, method):
    response = send_request(server.url, method, room_path(technique, room), GOOD, JSON)
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert response.sentence == "method: GET or HEAD or POST."
    assert nothing_stored(server, technique, room)


def test_4_each_of_many_publishes_on_one_connection_gets_its_response(server, room, technique):
    path = room_path(technique, room)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
    whole = head.encode() + b"Content-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD)
    raw = send_raw(server.url, whole + whole + whole.replace(b"1.1\r\n", b"1.1\r\nConnection: close\r\n"))
    assert raw.count(b"HTTP/1.1 201") == 3, raw
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 3
