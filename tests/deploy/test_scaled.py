"""The lab behind nginx: what nginx counts, refuses and changes. Test modules marked `also_scaled` run there, too."""

import json
import re
import socket
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest
from websockets.exceptions import ConnectionClosed

from deploy.programs import CONFIGURATION
from lab import settings
from support.processes import PATIENCE, NginxProcess, free_port, until
from support.raw_http import JSON, get, post, room_path, send_raw, send_request
from support.raw_websocket import close_code, open_websocket
from support.sse_parser import stream

pytestmark = pytest.mark.services

OF_ADDRESS = "too many connections of one address, close some."
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # addresses of this machine


def request_from(address, server, method, path, body=None, headers=None):
    """Send a request from an address of this machine; return (status, headers, body)."""
    connection = HTTPConnection(HERE, server.port, timeout=PATIENCE, source_address=(address, 0))
    with closing(connection):
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def publish_from(address, server, room, claimed):
    """Publish from this address, with a header that claims another client's address; return the status."""
    body = json.dumps({"author": "Ann", "text": "hi"})
    return request_from(address, server, "POST", room_path("polling", room), body, JSON | {"X-Forwarded-For": claimed})[
        0
    ]


def test_4_429_rates_count_the_real_clients_behind_nginx(start, room):
    server = start(FORWARDED_ALLOW_IPS=HERE, LAB_PUBLISH_RATE="1")
    with NginxProcess([server]) as nginx:
        statuses = [publish_from(ELSEWHERE, nginx, room, f"10.0.0.{turn}") for turn in range(20)]
        assert set(statuses) == {201, 429}
        assert publish_from("127.0.0.3", nginx, room, ELSEWHERE) == 201


class Changed(NginxProcess):
    """An nginx with changes in its configuration."""

    def __init__(self, servers, **changes):
        super().__init__(servers)
        self.changes = changes

    def prepare(self):
        super().prepare()
        path = self.folder / "nginx.conf"
        text = path.read_text()
        for directive, value in self.changes.items():
            text, count = re.subn(rf"\b{directive} [^;]*;", f"{directive} {value};", text)
            assert count == 1, directive
        path.write_text(text)


def test_4_429_connections_of_one_address_are_bounded_by_nginx_over_all_servers(start, room):
    servers = [start(FORWARDED_ALLOW_IPS=HERE) for _ in range(2)]
    path = room_path("sse", room)
    with Changed(servers, limit_conn="addresses 3") as nginx:
        with stream(nginx.url, path), stream(nginx.url, path), open_websocket(nginx.url, room):
            response = get(nginx.url, path)
            assert (response.status, response.sentence, response.headers["retry-after"]) == (429, OF_ADDRESS, "5")
            assert request_from(ELSEWHERE, nginx, "GET", room_path("polling", room))[0] == 200
        until(lambda: get(nginx.url, "/healthz").status == 200, "places are not given back")


@contextmanager
def silent_port():
    """A port that accepts connections and never responds."""
    with socket.create_server((HERE, 0)) as listening:
        yield SimpleNamespace(port=listening.getsockname()[1])


@pytest.fixture(scope="module")
def nginx():
    """An nginx with short timeouts and no server behind it."""
    nobody = SimpleNamespace(port=free_port())
    with Changed([nobody], client_header_timeout="1s", client_body_timeout="1s") as nginx:
        yield nginx


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "sentence"),
    [
        ("TRACE", "/", {}, 405, "method: GET or HEAD or POST."),
        ("POST", "/", {"Content-Length": "65537"}, 413, "body: at most 65,536 bytes."),
        ("POST", "/", {"Content-Length": "9" * 30}, 400, "request: not HTTP that can be answered."),
        ("GET", "/", {"X": "a" * 16_384}, 431, "head: at most 16,384 bytes."),
        ("GET", "/" + "a" * 16_384, {}, 431, "head: at most 16,384 bytes."),
        ("GET", "/polling/a/messages/", {}, 503, "no server answers, try again."),
    ],
)
def test_4_nginx_refuses_in_one_sentence(nginx, method, path, headers, status, sentence):
    response = send_request(nginx.url, method, path, headers=headers)
    assert (response.status, response.sentence) == (status, sentence)
    assert response.headers.get("allow") == ("GET, HEAD, POST" if status == 405 else None)
    assert response.headers.get("retry-after") == ("1" if status == 503 else None)


def test_4_503_nginx_refuses_if_no_server_responds_in_time():
    with silent_port() as server, Changed([server], proxy_read_timeout="1s") as nginx:
        response = get(nginx.url, "/polling/a/messages/")
    assert (response.status, response.sentence) == (503, "no server answers, try again.")


@pytest.mark.parametrize(
    "part", [b"", b"GET / HTTP/1.1\r\nX", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"]
)
def test_4_408_nginx_closes_an_incomplete_request_as_early_as_a_server(nginx, part):
    assert send_raw(nginx.url, part) == b""


def test_4_1_nginx_has_the_servers_bounds():
    directives = dict(re.findall(r"^ +(\w+) ([^;]+);", CONFIGURATION.read_text(), re.MULTILINE))
    assert directives["client_header_timeout"] == f"{settings.HEAD_SECONDS}s"
    assert directives["client_body_timeout"] == f"{settings.BODY_SECONDS}s"
    assert directives["client_max_body_size"] == f"{settings.BODY_MAX // 1024}k"
    assert directives["large_client_header_buffers"] == f"1 {settings.HEAD_MAX // 1024}k"
    assert directives["limit_conn"] == f"addresses {settings.ADDRESS_CONNECTIONS}"
    assert int(directives["proxy_read_timeout"].removesuffix("s")) > settings.HOLD_MAX


def test_1_3_nginx_replaces_the_nonce_header_of_a_client(scaled, room):
    path, fields = room_path("polling", room), {"author": "Ann", "text": "hi"}
    for headers in ({"X_Request_ID": "one"}, {"X_Lab_Nonce": "one"}, {"X_Request_ID": "n" * 65}):
        responses = [post(scaled.url, path, fields, **headers) for _ in range(2)]
        assert [response.status for response in responses] == [201, 201]
        assert all(re.fullmatch("[0-9a-f]{32}", response.json["nonce"]) for response in responses)


def test_6_etag_works_through_an_nginx_that_compresses(start, room):
    """nginx makes a strong tag weak when it compresses the response."""
    compressing = "off; gzip on; gzip_proxied any; gzip_min_length 1; gzip_types application/json"
    path = f"/polling/stages/etag/{room}/messages/?after=0"
    with Changed([start(FORWARDED_ALLOW_IPS=HERE)], server_tokens=compressing) as nginx:
        post(nginx.url, room_path("polling", room), {"author": "Ann", "text": "x" * 4_000})
        response = get(nginx.url, path, Accept_Encoding="gzip")
        etag = response.headers["etag"]
        assert (response.status, response.headers["content-encoding"], etag[:2]) == (200, "gzip", "W/")
        assert get(nginx.url, path, Accept_Encoding="gzip", If_None_Match=etag).status == 304


@pytest.mark.parametrize("size", [65_537, 1_000_000])
def test_2_4_a_frame_over_64_kib_is_refused_with_1009_through_nginx(scaled, room, size):
    with open_websocket(scaled.url, room) as connection:
        with suppress(ConnectionClosed):  # refused because of its length, before all of it was sent
            connection.send("x" * size)
        assert close_code(connection) == 1009
