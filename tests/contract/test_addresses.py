"""Section 2: the addresses, their methods, and what an unknown address gets."""

import time
from importlib import import_module
from urllib.parse import quote

import pytest

from support.raw_http import get, post, room_path, send_request
from support.raw_websocket import open_websocket, request_handshake, websocket_path
from support.sse_parser import stream
from support.technique_io import HTTP, TECHNIQUES, publish, publish_many

NO_ROOMS = ["a.b", "a%20b", "a%0Ab", "%20", "a%00b", "%F0%9F%98%80", "%FF", "a%09b", "%E2%80%A8", "a+b", "..", "%CC%81"]
NO_ROOMS.append("x" * 65)
NO_ROADS = ["/", "/ws/", "/ws/websocket/", "/ws/polling/lobby/", "/polling/lobby/messages/", "/ws/websocket/lobby"]
GOOD = {"author": "Ann", "text": "hi"}


def test_2_the_first_page_offers_a_room_and_a_technique(server):
    response = get(server.url, "/")
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("name", ["lobby", "物理课", "messages", "healthz"])
def test_2_every_technique_has_a_page_for_a_room(server, technique, name):
    response = get(server.url, f"/{technique}/{quote(name)}/")
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/html")
    assert name in response.body.decode()


@pytest.mark.parametrize("name", ["lobby", "messages"])
def test_2_one_page_shows_all_techniques_side_by_side(server, name):
    response = get(server.url, f"/compare/{name}/")
    assert response.status == 200
    assert all(technique in response.body.decode() for technique in TECHNIQUES)


@pytest.mark.parametrize("query", ["?utm_source=x", "?fbclid=%00%ff&=&x", "?stage=x&technique=x&after=x"])
def test_2_a_page_ignores_unknown_parameters(server, query):
    """Other sites add parameters to links."""
    stages = [f"/{name}/stages/{stage}/lobby/" for name in TECHNIQUES for stage in import_module(name).STAGES]
    pages = ["/", "/compare/lobby/", "/advise/", "/colours.css", "/jsi18n/", "/healthz", "/openapi.json", *stages]
    for page in [*pages, *[f"/{name}/lobby/" for name in TECHNIQUES]]:
        assert get(server.url, page + query).status == 200, page


def test_2_a_right_to_left_room_name_does_not_affect_its_neighbours(server, technique):
    for path in (f"/{technique}/{quote('غرفة')}/", f"/compare/{quote('غرفة')}/"):
        page = get(server.url, path).body.decode()
        assert "&#x2068;غرفة&#x2069;" in page
        assert "<bdi>غرفة</bdi>" in page
    assert get(server.url, f"/{technique}/{quote('غرفة')}/").body.decode().count("<bdi>غرفة</bdi>") == 2


@pytest.mark.parametrize("name", NO_ROOMS)
def test_4_404_an_invalid_room_name_has_no_page(server, technique, name):
    assert get(server.url, f"/{technique}/{name}/").status == 404
    assert get(server.url, f"/compare/{name}/").status == 404


@pytest.mark.parametrize("technique", HTTP)
@pytest.mark.parametrize("name", NO_ROOMS)
def test_4_404_an_invalid_room_name_has_no_messages(server, technique, name):
    for response in (
        get(server.url, f"/{technique}/{name}/messages/"),
        post(server.url, f"/{technique}/{name}/messages/", GOOD),
    ):
        assert response.status == 404
        assert response.sentence in ("room: 1 to 64 letters, digits, - and _.", "address: nothing is here.")


def test_1_3_a_room_name_has_at_most_64_characters(server, room, technique):
    name = (room + "物" * 64)[:64]
    assert publish(technique, server, name)[0] == 201
    if technique in HTTP:
        assert post(server.url, room_path(technique, name + "理"), GOOD).status == 404
    else:
        assert request_handshake(server.url, quote(f"/ws/websocket/{name}理/")).status == 404


@pytest.mark.parametrize("path", [*NO_ROADS, "/ws/websocket/a/b/"])
def test_4_404_a_websocket_to_an_unknown_address_is_refused(server, path):
    response = request_handshake(server.url, path)
    assert (response.status, response.sentence) == (404, "address: no room is here.")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_4_405_another_method_is_refused_at_every_described_address(server, method):
    for path, operations in get(server.url, "/openapi.json").json["paths"].items():
        allowed = {name.upper() for name in operations.keys() & {"get", "post"}}
        allowed |= {"HEAD"} if "GET" in allowed else set()
        if method in allowed:
            continue
        response = send_request(server.url, method, filled(path))
        assert response.status == 405, path
        assert set(response.headers["allow"].split(", ")) == allowed, path
        if method != "HEAD":
            assert response.sentence == f"method: {response.headers['allow'].replace(', ', ' or ')}.", path


VARYING = {"date", "set-cookie", "content-length", "transfer-encoding"}


def test_2_head_gets_the_headers_of_get_at_once_at_every_described_address(server):
    for path, operations in get(server.url, "/openapi.json").json["paths"].items():
        if "get" not in operations:
            continue
        path_of_room = filled(path)
        response = send_request(server.url, "HEAD", path_of_room + "?hold=55" * path_of_room.startswith("/longpoll"))
        assert response.body == b""
        if path_of_room.startswith("/sse") and path_of_room.endswith("/messages/"):
            with stream(server.url, path_of_room) as events:
                expected, headers = 200, events.headers
        else:
            read = get(server.url, path_of_room + "?hold=0" * path_of_room.startswith("/longpoll"))
            expected, headers = read.status, read.headers
        assert response.status == expected, path_of_room
        names = {name.lower() for name in headers} - VARYING
        assert names == response.headers.keys() - VARYING, path_of_room
        assert response.headers["content-type"] == headers["content-type"]


@pytest.mark.parametrize("technique", HTTP)
def test_2_head_with_a_bad_parameter_is_refused(server, room, technique):
    assert send_request(server.url, "HEAD", room_path(technique, room, "?after=x")).status == 400
    assert send_request(server.url, "HEAD", room_path(technique, "a.b")).status == 404
    assert send_request(server.url, "HEAD", room_path("longpoll", room, "?hold=56")).status == 400


@pytest.mark.parametrize("stage", ["", "stages/queue/"])
def test_2_head_takes_no_message_out_of_a_queue(server, room, stage):
    path = f"/longpoll/{stage}{room}/messages/"
    queue = get(server.url, f"{path}?hold=0").json["queue"]
    publish("longpoll", server, room, "kept")
    assert send_request(server.url, "HEAD", f"{path}?queue={queue}").status == 200
    (message,) = get(server.url, f"{path}?hold=0&queue={queue}").json["messages"]
    assert message["text"] == "kept"


@pytest.mark.parametrize(
    "path", ["/{}/lobby", "/{}/lobby/pane", "/{}/stages/{stage}/lobby", "/compare/lobby", "/advise"]
)
def test_4_404_get_and_head_of_a_page_without_its_last_slash_are_redirected(server, technique, path):
    stages = import_module(technique).STAGES
    if "{stage}" in path and not stages:
        pytest.skip("has no stages")
    path = path.replace("{}", technique).replace("{stage}", "".join(stages[:1]))
    for method in ("GET", "HEAD"):
        response = send_request(server.url, method, f"{path}?a=b")
        assert (response.status, response.headers["location"]) == (301, f"{path}/?a=b")
    assert post(server.url, path, GOOD).status == 404


def filled(path):
    """Return an address with a room and a stage in place of its {names}."""
    technique = path.split("/")[1]
    stage = import_module(technique).STAGES[0] if "{stage}" in path else ""
    return path.replace("{room}", "lobby").replace("{stage}", stage)


def test_2_the_websockets_address_has_no_page(server, room):
    assert get(server.url, websocket_path(room)).status == 404


def test_2_healthz_checks_the_database_and_the_channel_layer(server):
    response = get(server.url, "/healthz")
    assert response.status == 200
    fields = response.json
    stamps = fields.pop("received_at"), fields.pop("answered_at")
    assert fields == {"ok": True, "database": True, "channel_layer": True}
    assert 0 < stamps[0] <= stamps[1] <= time.time() * 1000


@pytest.mark.parametrize("technique", [technique for technique in HTTP if technique != "sse"])
def test_2_a_poll_returns_at_most_500_messages_and_says_that_there_are_more(server, room, technique):
    publish_many(server, room, 1_001)
    seen, after, more = [], 0, []
    while len(seen) < 1_001:
        page = get(server.url, room_path(technique, room, f"?after={after}")).json
        assert len(page["messages"]) <= 500
        seen += [message["id"] for message in page["messages"]]
        more.append(page["more"])
        after = page["last"]
    assert seen == list(range(1, 1_002))
    assert more == [True, True, False]


def test_2_a_poll_without_a_new_message_gets_its_response_at_once(server, room):
    response = get(server.url, room_path("polling", room))
    assert response.json == {"messages": [], "last": 0, "more": False}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["?after=0&after=1", "?x=y", "?after=1&x[]=%00", "?after=1;x", "?%FF=%FF&after=1"])
@pytest.mark.parametrize("technique", ["polling", "longpoll"])
def test_4_an_odd_query_causes_no_error(server, room, technique, query):
    publish_many(server, room, 2)
    assert get(server.url, room_path(technique, room, query)).status in (200, 400)


def test_4_an_invalid_handshake_is_refused(server, room):
    for header, value in (("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Key", None), ("Sec-WebSocket-Key", "short")):
        assert 400 <= request_handshake(server.url, websocket_path(room), {header: value}).status < 500


def test_4_a_handshake_to_a_page_or_of_another_protocol_causes_no_error(server, room):
    response = send_request(server.url, "GET", "/", headers={"Connection": "Upgrade", "Upgrade": "h2c"})
    assert response.status in (200, 400, 426)


def test_2_4_a_room_is_named_in_the_websockets_address_as_in_http(server, room):
    publish("polling", server, f"{room}-é", "hi")
    with open_websocket(server.url, f"{room}-e\u0301", "?after=0") as connection:
        assert '"hi"' in connection.recv(10)
