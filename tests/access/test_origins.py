"""Section 4: which Host and which Origin are accepted: for publishing, reading, pages, health and the WebSocket."""

import json

import pytest

from support.raw_http import JSON, get, room_path, send_raw, send_request
from support.raw_websocket import request_handshake, websocket_path
from support.technique_io import HTTP, publish

BODY = json.dumps({"author": "Ann", "text": "hi"})
FOREIGN_HOSTS = [
    "evil.example",
    "127.0.0.2",
    "localhost.evil.example",
    "127.0.0.1.evil.example:80",
    "a b",
    "",
    "[::1",
    "é",
]
OTHERS = {  # why: an Origin made from the server's port
    "other host": "http://evil.example:{port}",
    "other name of the same machine": "http://localhost:{port}",
    "other scheme": "https://127.0.0.1:{port}",
    "other port": "http://127.0.0.1:1",
    "no port": "http://127.0.0.1",
    "null": "null",
    "an address that is none": "http://[bad",
    "a port that is none": "http://127.0.0.1:x",
    "a port past all ports": "http://127.0.0.1:99999",
    "empty": "",
    "a scheme alone": "http://",
    "host as a prefix": "http://127.0.0.1:{port}.evil.example",
    "host as a user": "http://127.0.0.1:{port}@evil.example",
    "a user": "http://x@127.0.0.1:{port}",
    "a path": "http://127.0.0.1:{port}/x",
    "a path of nothing": "http://127.0.0.1:{port}/",
    "a query": "http://127.0.0.1:{port}?x",
    "a file": "file://",
    "the scheme of a WebSocket": "ws://127.0.0.1:{port}",
    "not ASCII": "http://\xe9.example",
}
SENTENCE = "Origin: publishing and reading are for this server's own pages."
FOREIGN = "Sec-Fetch-Site: another site's pages may link to this server's pages, no more."

hosts = pytest.mark.parametrize("host", FOREIGN_HOSTS)
origins = pytest.mark.parametrize("origin", list(OTHERS.values()), ids=list(OTHERS))
by_http = pytest.mark.parametrize("technique", HTTP)


def origin_at(server, origin):
    return origin.replace("{port}", str(server.port))


@hosts
@by_http
def test_4_a_foreign_host_is_refused_for_reading_and_publishing(server, room, technique, host):
    for method in ("GET", "POST"):
        response = send_request(server.url, method, room_path(technique, room), BODY, JSON | {"Host": host.encode()})
        assert (response.status, response.sentence) == (400, "Host: not this server's.")
    assert publish(technique, server, room)[1]["id"] == 1


@hosts
@pytest.mark.parametrize("path", ["/", "/healthz", "/compare/lobby/", "/static/lab/style.css", "/nothing"])
def test_4_a_foreign_host_is_refused_at_every_other_address(server, path, host):
    assert get(server.url, path, Host=host.encode()).status == 400


@hosts
def test_4_a_foreign_host_is_refused_by_the_websocket(server, room, host):
    response = request_handshake(server.url, websocket_path(room), {"Host": host.encode()})
    assert response.status == 400


@pytest.mark.parametrize("head", ["", "Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"])
@by_http
def test_4_no_host_and_two_hosts_are_refused(server, room, technique, head):
    head = f"GET {room_path(technique, room)} HTTP/1.1\r\nConnection: close\r\n{origin_at(server, head)}\r\n"
    assert send_raw(server.url, head.encode()).startswith(b"HTTP/1.1 400")


@origins
@by_http
def test_4_a_foreign_origin_is_refused_for_reading_and_publishing(server, room, technique, origin):
    headers = JSON | {"Origin": origin_at(server, origin).encode("latin-1")}
    for method in ("GET", "POST"):
        response = send_request(server.url, method, room_path(technique, room), BODY, headers)
        assert (response.status, response.sentence) == (403, SENTENCE)
    assert publish(technique, server, room)[1]["id"] == 1


@origins
def test_4_a_foreign_origin_is_refused_by_the_websocket(server, room, origin):
    response = request_handshake(
        server.url, websocket_path(room), {"Origin": origin_at(server, origin).encode("latin-1")}
    )
    assert (response.status, response.sentence) == (403, SENTENCE)


def test_4_a_websocket_without_an_origin_is_refused(server, room):
    response = request_handshake(server.url, websocket_path(room), {"Origin": None})
    assert (response.status, response.sentence) == (403, SENTENCE)


@by_http
def test_4_an_http_request_without_an_origin_is_accepted(server, room, technique):
    assert send_request(server.url, "POST", room_path(technique, room), BODY, JSON).status == 201


@by_http
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_4_the_servers_own_origin_is_accepted_under_each_of_its_names(server, room, technique, name):
    headers = JSON | {"Host": f"{name}:{server.port}", "Origin": f"http://{name}:{server.port}"}
    assert send_request(server.url, "POST", room_path(technique, room), BODY, headers).status == 201


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_4_the_websocket_accepts_the_servers_own_origin_under_each_of_its_names(server, room, name):
    headers = {"Host": f"{name}:{server.port}", "Origin": f"http://{name}:{server.port}"}
    assert request_handshake(server.url, websocket_path(room), headers).status == 101


FETCHED = {  # why: (Sec-Fetch-Site, -Mode and -Dest; the status for messages, and for a page)
    "the address bar": ("none", "navigate", "document", 200, 200),
    "the server's own page": ("same-origin", "cors", "empty", 200, 200),
    "a link elsewhere": ("cross-site", "navigate", "document", 403, 200),
    "an image elsewhere": ("cross-site", "no-cors", "image", 403, 403),
    "a script elsewhere": ("cross-site", "no-cors", "empty", 403, 403),
    "a frame elsewhere": ("cross-site", "navigate", "iframe", 403, 200),
    "an object elsewhere": ("cross-site", "navigate", "object", 403, 200),
    "another port's image": ("same-site", "no-cors", "image", 403, 200),
    "another port's frame": ("same-site", "navigate", "iframe", 403, 200),
}


@pytest.mark.parametrize(("site", "mode", "kind", "messages", "page"), list(FETCHED.values()), ids=list(FETCHED))
def test_4_requests_that_a_browser_sends_for_another_sites_page(server, room, site, mode, kind, messages, page):
    fetch = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": kind}
    paths = {room_path("polling", room): messages, room_path("longpoll", room, "?hold=0"): messages}
    paths |= {"/healthz": messages, f"/polling/stages/whole/{room}/messages/": messages}
    paths |= {"/": page, "/polling/messages/": page, "/static/lab/style.css": page, "/openapi.json": page}
    assert {path: get(server.url, path, **fetch).status for path in paths} == paths
    response = get(server.url, room_path("sse", room), **fetch) if messages == 403 else None
    assert response is None or (response.status, response.sentence) == (403, FOREIGN)


def test_4_a_page_prefetched_for_another_site_is_refused(server):
    fetch = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert get(server.url, "/", **fetch, Sec_Purpose="prefetch").status == 403


def test_4_a_page_of_a_foreign_origin_cannot_read_the_labs_pages(server):
    response = get(server.url, "/", Origin="http://evil.example")
    assert response.status == 403
    assert "access-control-allow-origin" not in response.headers


def test_4_a_server_with_another_allowed_host_accepts_only_that_name(start):
    server = start(ALLOWED_HOSTS="chat.example")
    assert get(server.url, "/healthz", Host="chat.example").status == 200
    assert get(server.url, "/healthz", Host="127.0.0.1").status == 400
    headers = {"Host": "chat.example", "Origin": "http://chat.example"}
    assert request_handshake(server.url, websocket_path("lobby"), headers).status == 101
    assert (
        request_handshake(server.url, websocket_path("lobby"), headers | {"Origin": "https://chat.example"}).status
        == 403
    )
