"""Sections 2 and 4: the head of a request: target, Host, version and headers, for HTTP and for a handshake."""

import json

import pytest

from lab.messages.errors import Refused
from lab.server import heads
from support.raw_http import get, open_socket, post, read_all, room_path, send_raw
from support.raw_websocket import request_handshake, websocket_path

pytestmark = pytest.mark.also_scaled

BODY = json.dumps({"author": "Ann", "text": "hi"}).encode()
HANDSHAKE = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]


def written(server, method, target, *headers, version="1.1"):
    """Return the bytes of a request's head; `{port}` in it stands for the server's port."""
    lines = [f"{method} {target} HTTP/{version}", *headers, "", ""]
    return "\r\n".join(lines).replace("{port}", str(server.port)).encode("latin-1")


def response_to(server, method, target, *headers, body=b"", **options):
    """Send a request with `Connection: close`; return the status and the body of the response."""
    raw = send_raw(server.url, written(server, method, target, *headers, "Connection: close", **options), body)
    head, _end, body = raw.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body


def handshake_response(server, target, *headers, upgrade="websocket", connection="Upgrade", version="1.1"):
    """Send a handshake; return the status and the headers of the response."""
    lines = [*headers, *HANDSHAKE, f"Connection: {connection}", f"Upgrade: {upgrade}"]
    with open_socket(server.url) as sent:
        sent.sendall(written(server, "GET", target, *lines, version=version))
        head = head_from(sent)
    return int(head.split(b" ", 2)[1]), head


def head_from(connection):
    """Read the head of the next response."""
    raw = b""
    while b"\r\n\r\n" not in raw and (chunk := connection.recv(65_536)):
        raw += chunk
    return raw.partition(b"\r\n\r\n")[0]


OWN, FOREIGN = "127.0.0.1:{port}", "evil.example"
TARGETS = {  # why: (what precedes the path in the target, the Host, the status of a GET)
    "its own path": ("", OWN, 200),
    "a host of ours, a foreign Host": (f"http://{OWN}", FOREIGN, 200),
    "a foreign host, a Host of ours": (f"http://{FOREIGN}", OWN, 400),
    "a host in capitals": ("HTTP://LOCALHOST:{port}", "localhost:{port}", 200),
    "https": (f"https://{OWN}", OWN, 200),
    "no host": ("http://", OWN, 400),
    "a user before the host": (f"http://a@{OWN}", OWN, 400),
    "a host of ours as the user": (f"http://{OWN}@{FOREIGN}", OWN, 400),
}
targets = pytest.mark.parametrize(("before", "host", "status"), list(TARGETS.values()), ids=list(TARGETS))


@targets
def test_4_the_host_of_an_absolute_target_counts(server, room, technique, before, host, status):
    if technique == "websocket":
        status_line, _head = handshake_response(
            server, before + websocket_path(room), f"Host: {host}", "Origin: http://127.0.0.1:{port}"
        )
        own = status == 200 and "LOCALHOST" not in before  # else the Origin would be another one
        assert status_line == (101 if own else 400 if status == 400 else 403)
    elif technique != "sse":
        assert response_to(server, "GET", before + room_path(technique, room, "?hold=0"), f"Host: {host}")[0] == status


@pytest.mark.not_scaled("nginx answers this itself, in other words")
@pytest.mark.parametrize("scheme", ["ftp", "ws"])
def test_4_an_absolute_target_of_another_scheme_is_refused(server, room, scheme):
    own = f"{scheme}://{OWN}"
    assert response_to(server, "GET", own + room_path("polling", room), f"Host: {OWN}")[0] == 400
    assert handshake_response(server, own + websocket_path(room), f"Host: {OWN}", f"Origin: http://{OWN}")[0] == 400


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}", "http://127.0.0.1:{port}?room=lobby"])
def test_2_an_absolute_target_without_a_path_means_the_first_page(server, target):
    assert response_to(server, "GET", target, f"Host: {OWN}")[0] == 200


@pytest.mark.not_scaled("nginx answers this itself, in other words")
def test_4_a_target_with_a_fragment_is_refused_by_http_and_by_websocket(server, room):
    own = f"Host: {OWN}"
    assert response_to(server, "GET", room_path("polling", room) + "#a", own)[0] == 400
    assert handshake_response(server, websocket_path(room) + "#a", own, "Origin: http://127.0.0.1:{port}")[0] == 400


@pytest.mark.not_scaled("nginx answers this itself, in other words")
def test_4_targets_that_are_not_urls_are_refused(server):
    for method, target in (("CONNECT", "127.0.0.1:{port}"), ("CONNECT", "evil.example:443"), ("OPTIONS", "*")):
        assert response_to(server, method, target, f"Host: {OWN}")[0] in (400, 404, 405)


@pytest.mark.not_scaled("a tab makes a Host that nginx refuses")
@pytest.mark.parametrize("value", ["{own} ", "{own}\t", " \t{own} \t "])
def test_4_white_space_around_a_header_value_is_ignored(server, room, value):
    host = "Host:" + value.replace("{own}", OWN)
    origin = "Origin:" + value.replace("{own}", f"http://{OWN}")
    assert response_to(server, "GET", room_path("polling", room), host, origin)[0] == 200
    assert handshake_response(server, websocket_path(room), host, origin)[0] == 101
    last = "Last-Event-ID:" + value.replace("{own}", "0")
    with open_socket(server.url) as connection:
        connection.sendall(written(server, "GET", room_path("sse", room), host, last))
        assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.not_scaled("nginx answers this itself, in other words")
@pytest.mark.parametrize("version", ["0.9", "1.2", "2.0", "3.0", "9.9"])
def test_4_505_another_version_of_http_is_refused(server, version):
    status, body = response_to(server, "GET", "/healthz", f"Host: {OWN}", version=version)
    assert (status, body) == (505, b'{"error": "request: HTTP/1.1 is expected."}')


@pytest.mark.not_scaled("nginx answers this itself, in other words")
def test_4_505_the_preface_of_http_2_is_refused(server):
    assert send_raw(server.url, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").startswith(b"HTTP/1.1 505")


@pytest.mark.not_scaled("nginx answers this itself, in other words")
@pytest.mark.parametrize(
    ("coding", "status"),
    [("gzip, chunked", 501), ("chunked", 201), ("Chunked ", 201), ("gzip", 400), ("chunked, chunked", 400)],
)
def test_4_501_an_unknown_transfer_coding_is_refused(server, room, coding, status):
    headers = [f"Host: {OWN}", "Content-Type: application/json", f"Transfer-Encoding: {coding}"]
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    assert response_to(server, "POST", room_path("polling", room), *headers, body=body)[0] == status
    assert get(server.url, room_path("polling", room)).json["last"] == (status == 201)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "aes128gcm"])
def test_4_415_an_encoded_body_is_refused_and_the_response_names_what_is_accepted(server, room, coding):
    headers = [f"Host: {OWN}", "Content-Type: application/json", f"Content-Length: {len(BODY)}"]
    head = written(server, "POST", room_path("polling", room), *headers, f"Content-Encoding: {coding}")
    raw = send_raw(server.url, head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), BODY)
    assert raw.startswith(b"HTTP/1.1 415")
    assert b"accept-encoding: identity" in raw.lower()
    assert get(server.url, "/", Content_Encoding=coding).status == 415
    status, _body = response_to(
        server, "POST", room_path("polling", room), *headers, "Content-Encoding: Identity ", body=BODY
    )
    assert status == 201


UPGRADES = ["h2c", "TLS/1.0, HTTP/2.0", "foo/2", "websocket2"]


@pytest.mark.parametrize("upgrade", UPGRADES)
@pytest.mark.parametrize("cut", ["length", "chunks"])
def test_2_an_unknown_upgrade_is_ignored_and_the_connection_stays(server, room, upgrade, cut):
    """Java's client sends such an upgrade with its first request, which may be a publish (RFC 9110 §7.8)."""
    framing, body = {
        "length": (f"Content-Length: {len(BODY)}", BODY),
        "chunks": ("Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)),
    }[cut]
    asking = [f"Host: {OWN}", "Connection: Upgrade, HTTP2-Settings", f"Upgrade: {upgrade}", "HTTP2-Settings: AA"]
    asking += ["Content-Type: application/json", framing]
    one = written(server, "POST", room_path("polling", room), *asking)
    last = written(server, "GET", room_path("polling", room, "?after=0"), f"Host: {OWN}", "Connection: close")
    for count in (1, 40):  # many at once must be read in a loop, not by recursion
        raw = send_raw(server.url, (one + body) * count + last)
        assert (raw.count(b"HTTP/1.1 201"), raw.count(b"HTTP/1.1 ")) == (count, count + 1)
    with open_socket(server.url) as connection:  # the head first, the body later
        connection.sendall(one)
        connection.sendall(body + last)
        assert read_all(connection).startswith(b"HTTP/1.1 201")


def test_2_many_upgrades_in_one_piece_are_all_ignored(server):
    asking = written(server, "GET", "/healthz", f"Host: {OWN}", "Connection: Upgrade", "Upgrade: a")
    last = written(server, "GET", "/healthz", f"Host: {OWN}", "Connection: close")
    assert send_raw(server.url, asking * 15 + last).count(b"HTTP/1.1 200") == 16


@pytest.mark.not_scaled("nginx answers this itself, in other words")
def test_2_an_upgrade_by_http_1_0_is_ignored(server):
    asking = ["Connection: Upgrade", "Upgrade: h2c"]
    raw = send_raw(server.url, written(server, "GET", "/healthz", f"Host: {OWN}", *asking, version="1.0"))
    assert raw.startswith(b"HTTP/1.1 200")


@pytest.mark.not_scaled("nginx answers this itself, in other words")
@pytest.mark.parametrize("upgrade", ["websocket, h2c", "h2c,websocket", "WebSocket", "h2c\r\nUpgrade: websocket"])
def test_2_a_handshake_may_name_other_upgrades_too(server, room, upgrade):
    headers = [f"Host: {OWN}", f"Origin: http://{OWN}"]
    status, head = handshake_response(
        server, websocket_path(room), *headers, upgrade=upgrade, connection="keep-alive, Upgrade"
    )
    assert status == 101
    assert head.lower().count(b"upgrade: websocket") == 1


@pytest.mark.parametrize("version", ["12", "8", "0", "14", "13, 12", None])
def test_2_4_a_handshake_with_another_version_is_refused_and_the_supported_one_named(server, room, version):
    response = request_handshake(server.url, websocket_path(room), {"Sec-WebSocket-Version": version})
    assert (response.status, response.sentence) == (426, "Sec-WebSocket-Version: 13 is expected.")
    assert response.headers["sec-websocket-version"] == "13"
    assert response.headers["upgrade"] == "websocket"


@pytest.mark.parametrize("key", [None, "short", "a" * 24, "=" * 24, "", "dGhlIHNhbXBsZSBub25jZQ"])
def test_2_4_a_handshake_without_a_key_is_refused_in_one_sentence(server, room, key):
    response = request_handshake(server.url, websocket_path(room), {"Sec-WebSocket-Key": key})
    assert (response.status, response.sentence) == (400, "Sec-WebSocket-Key: one of 16 bytes in base64 is expected.")


@pytest.mark.parametrize(
    "scheme", ["https", "HTTPS", "https, http", " Https ,http", "https\r\nX-Forwarded-Proto: http"]
)
def test_4_the_scheme_that_a_proxy_names_counts(start, room, scheme):
    server = start(FORWARDED_ALLOW_IPS="127.0.0.1", ALLOWED_HOSTS="chat.example")
    forwarded, host = f"X-Forwarded-Proto: {scheme}", "Host: chat.example"
    for own, status in (("https", 200), ("http", 403)):
        origin = f"Origin: {own}://chat.example"
        assert response_to(server, "GET", room_path("polling", room), host, origin, forwarded)[0] == status
        expected = 101 if status == 200 else 403
        assert handshake_response(server, websocket_path(room), host, origin, forwarded)[0] == expected


PRIVATE = {"x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
JSONS = {  # why: (method, target, its own headers) of a request with a JSON response
    "a poll": ("GET", "/polling/lobby/messages/", []),
    "a held poll": ("GET", "/longpoll/lobby/messages/?hold=0", []),
    "an event stream": ("HEAD", "/sse/lobby/messages/", []),
    "health": ("GET", "/healthz", []),
    "the description": ("GET", "/openapi.json", []),
    "400": ("GET", "/polling/lobby/messages/?after=x", []),
    "403": ("GET", "/", ["Origin: null"]),
    "404": ("GET", "/polling/a.b/messages/", []),
    "405": ("PUT", "/polling/lobby/messages/", ["Content-Length: 0"]),
    "405 of a page": ("PUT", "/", ["Content-Length: 0"]),
    "413": ("POST", "/polling/lobby/messages/", ["Content-Length: 65537"]),
    "415": ("GET", "/", ["Content-Encoding: gzip"]),
    "431": ("GET", "/", ["X: " + "a" * 17_000]),
    "426": ("GET", "/ws/websocket/lobby/", ["Connection: Upgrade", "Upgrade: websocket", *HANDSHAKE[1:]]),
    "404 of a handshake": ("GET", "/ws/websocket/a.b/", ["Connection: Upgrade", "Upgrade: websocket", *HANDSHAKE]),
    "no HTTP": ("GET", "nothing", []),
}


@pytest.mark.parametrize(("method", "target", "headers"), list(JSONS.values()), ids=list(JSONS))
def test_2_6_no_other_site_can_load_a_response_as_a_script(server, method, target, headers):
    sent = [f"Host: {OWN}", *headers]
    if "Connection: Upgrade" in headers:
        sent.append(f"Origin: http://{OWN}")
    with open_socket(server.url) as connection:
        connection.sendall(written(server, method, target, *sent))
        head = head_from(connection)
    lines = [line.lower().partition(": ")[::2] for line in head.decode().split("\r\n")[1:]]
    assert [line for line in lines if line[0] in PRIVATE] == list(PRIVATE.items())
    assert next(value for name, value in lines if name == "content-type") in ("application/json", "text/event-stream")


NONCE = "LAB_NONCE_HEADER"


def test_1_3_a_nonce_in_a_header_counts_if_a_setting_names_the_header(start, room):
    path, fields = room_path("polling", room), {"author": "Ann", "text": "hi"}
    server = start(**{NONCE: "X-Lab-Nonce"})
    assert [post(server.url, path, fields, X_Lab_Nonce="a").status for _ in range(2)] == [201, 200]
    assert post(server.url, path, fields | {"nonce": "b"}, X_Lab_Nonce="a").json["nonce"] == "b"
    assert post(server.url, path, fields | {"text": "other"}, X_Lab_Nonce="a").status == 409


@pytest.mark.parametrize("nonce", ["n" * 65, "n" * 8_000, "\xe9", "a\tb", ""])
def test_1_3_an_invalid_nonce_in_a_header_is_ignored(start, room, nonce):
    server = start(**{NONCE: "X-Lab-Nonce"})
    for _ in range(2):
        response = post(server.url, room_path("polling", room), {"author": "Ann", "text": "hi"}, X_Lab_Nonce=nonce)
        assert (response.status, len(response.json["nonce"])) == (201, 22)


def test_1_3_a_correlation_id_does_not_count_as_a_nonce(start, room):
    """A client may send the same id with all its requests."""
    path, fields = room_path("polling", room), {"author": "Ann", "text": "hi"}
    server = start(FORWARDED_ALLOW_IPS="127.0.0.1")
    for text in ("hi", "hi", "other"):
        response = post(server.url, path, fields | {"text": text}, X_Request_ID="one", X_Lab_Nonce="one")
        assert response.status == 201


def test_an_absolute_target_replaces_all_host_headers_and_no_other():
    headers = [(b"host", b"a"), (b"x", b"y"), (b"host", b"b")]
    assert heads.origin_form(b"http://c:1?d", headers) == b"/?d"
    assert headers == [(b"host", b"c:1"), (b"x", b"y"), (b"host", b"c:1")]
    with pytest.raises(Refused):
        heads.origin_form(b"c:1", headers)
