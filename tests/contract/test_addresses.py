"""Section 2: which addresses there are, and which there are not."""

import time
from importlib import import_module
from urllib.parse import quote

import pytest

from support.raw_http import ask, get, post, room_path
from support.raw_websocket import dial, shake, socket_path
from support.sse_parser import stream
from support.technique_io import HTTP, TECHNIQUES, publish, publish_many

NO_ROOMS = ["a.b", "a%20b", "a%0Ab", "%20", "a%00b", "%F0%9F%98%80", "%FF", "a%09b", "%E2%80%A8", "a+b", "..", "%CC%81"]
NO_ROOMS.append("x" * 65)
NO_ROADS = ["/", "/ws/", "/ws/websocket/", "/ws/polling/lobby/", "/polling/lobby/messages/", "/ws/websocket/lobby"]
GOOD = {"author": "Ann", "text": "hi"}


def test_2_the_first_page_lets_one_choose(server):
    answer = get(server.url, "/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("name", ["lobby", "物理课", "messages", "healthz"])
def test_2_every_technique_has_a_page_for_a_room(server, technique, name):
    answer = get(server.url, f"/{technique}/{quote(name)}/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert name in answer.body.decode()


@pytest.mark.parametrize("name", ["lobby", "messages"])
def test_2_all_techniques_stand_side_by_side_on_one_page(server, name):
    answer = get(server.url, f"/compare/{name}/")
    assert answer.status == 200
    assert all(technique in answer.body.decode() for technique in TECHNIQUES)


@pytest.mark.parametrize("query", ["?utm_source=x", "?fbclid=%00%ff&=&x", "?stage=x&technique=x&after=x"])
def test_2_a_page_ignores_a_query_that_it_does_not_know(server, query):
    """Links gain parameters on their way."""
    stages = [f"/{name}/stages/{stage}/lobby/" for name in TECHNIQUES for stage in import_module(name).STAGES]
    pages = ["/", "/compare/lobby/", "/advise/", "/colours.css", "/jsi18n/", "/healthz", "/openapi.json", *stages]
    for page in [*pages, *[f"/{name}/lobby/" for name in TECHNIQUES]]:
        assert get(server.url, page + query).status == 200, page


def test_2_a_rooms_name_turns_nothing_else_on_its_page(server, technique):
    for path in (f"/{technique}/{quote('غرفة')}/", f"/compare/{quote('غرفة')}/"):
        page = get(server.url, path).body.decode()
        assert "&#x2068;غرفة&#x2069;" in page
        assert "<bdi>غرفة</bdi>" in page
    assert get(server.url, f"/{technique}/{quote('غرفة')}/").body.decode().count("<bdi>غرفة</bdi>") == 2


@pytest.mark.parametrize("name", NO_ROOMS)
def test_4_404_a_name_that_is_no_room_has_no_page(server, technique, name):
    assert get(server.url, f"/{technique}/{name}/").status == 404
    assert get(server.url, f"/compare/{name}/").status == 404


@pytest.mark.parametrize("technique", HTTP)
@pytest.mark.parametrize("name", NO_ROOMS)
def test_4_404_a_name_that_is_no_room_has_no_messages(server, technique, name):
    for answer in (
        get(server.url, f"/{technique}/{name}/messages/"),
        post(server.url, f"/{technique}/{name}/messages/", GOOD),
    ):
        assert answer.status == 404
        assert answer.sentence in ("room: 1 to 64 letters, digits, - and _.", "address: nothing is here.")


def test_1_3_a_room_of_64_characters_is_one_and_of_65_is_none(server, room, technique):
    name = (room + "物" * 64)[:64]
    assert publish(technique, server, name)[0] == 201
    if technique in HTTP:
        assert post(server.url, room_path(technique, name + "理"), GOOD).status == 404
    else:
        assert shake(server.url, quote(f"/ws/websocket/{name}理/")).status == 404


@pytest.mark.parametrize("path", [*NO_ROADS, "/ws/websocket/a/b/"])
def test_4_404_a_websocket_to_no_rooms_address_is_refused(server, path):
    answer = shake(server.url, path)
    assert (answer.status, answer.sentence) == (404, "address: no room is here.")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_4_405_another_method_is_refused_at_every_address_that_is_described(server, method):
    for path, operations in get(server.url, "/openapi.json").json["paths"].items():
        allowed = {name.upper() for name in operations.keys() & {"get", "post"}}
        allowed |= {"HEAD"} if "GET" in allowed else set()
        if method in allowed:
            continue
        answer = ask(server.url, method, filled(path))
        assert answer.status == 405, path
        assert set(answer.headers["allow"].split(", ")) == allowed, path
        if method != "HEAD":
            assert answer.sentence == f"method: {answer.headers['allow'].replace(', ', ' or ')}.", path


VARYING = {"date", "set-cookie", "content-length", "transfer-encoding"}


def test_2_head_is_answered_as_get_and_at_once_at_every_address_that_is_described(server):
    for path, operations in get(server.url, "/openapi.json").json["paths"].items():
        if "get" not in operations:
            continue
        asked = filled(path)
        answer = ask(server.url, "HEAD", asked + "?hold=55" * asked.startswith("/longpoll"))
        assert answer.body == b""
        if asked.startswith("/sse") and asked.endswith("/messages/"):
            with stream(server.url, asked) as events:
                expected, headers = 200, events.headers
        else:
            read = get(server.url, asked + "?hold=0" * asked.startswith("/longpoll"))
            expected, headers = read.status, read.headers
        assert answer.status == expected, asked
        names = {name.lower() for name in headers} - VARYING
        assert names == answer.headers.keys() - VARYING, asked
        assert answer.headers["content-type"] == headers["content-type"]


@pytest.mark.parametrize("technique", HTTP)
def test_2_head_of_what_cannot_be_is_refused(server, room, technique):
    assert ask(server.url, "HEAD", room_path(technique, room, "?after=x")).status == 400
    assert ask(server.url, "HEAD", room_path(technique, "a.b")).status == 404
    assert ask(server.url, "HEAD", room_path("longpoll", room, "?hold=56")).status == 400


@pytest.mark.parametrize("stage", ["", "stages/queue/"])
def test_2_head_takes_nothing_out_of_a_queue(server, room, stage):
    path = f"/longpoll/{stage}{room}/messages/"
    queue = get(server.url, f"{path}?hold=0").json["queue"]
    publish("longpoll", server, room, "kept")
    assert ask(server.url, "HEAD", f"{path}?queue={queue}").status == 200
    (message,) = get(server.url, f"{path}?hold=0&queue={queue}").json["messages"]
    assert message["text"] == "kept"


@pytest.mark.parametrize(
    "path", ["/{}/lobby", "/{}/lobby/pane", "/{}/stages/{stage}/lobby", "/compare/lobby", "/advise"]
)
def test_4_404_a_page_without_its_last_slash_is_redirected_if_it_is_read(server, technique, path):
    stages = import_module(technique).STAGES
    if "{stage}" in path and not stages:
        pytest.skip("has no stages")
    path = path.replace("{}", technique).replace("{stage}", "".join(stages[:1]))
    for method in ("GET", "HEAD"):
        answer = ask(server.url, method, f"{path}?a=b")
        assert (answer.status, answer.headers["location"]) == (301, f"{path}/?a=b")
    assert post(server.url, path, GOOD).status == 404


def filled(path):
    """Return an address without its {names}: of a room and of a stage that there are."""
    technique = path.split("/")[1]
    stage = import_module(technique).STAGES[0] if "{stage}" in path else ""
    return path.replace("{room}", "lobby").replace("{stage}", stage)


def test_2_the_websockets_address_by_http_is_no_page(server, room):
    assert get(server.url, socket_path(room)).status == 404


def test_2_healthz_answers_for_the_database_and_the_channel_layer(server):
    answer = get(server.url, "/healthz")
    assert answer.status == 200
    told = answer.json
    stamps = told.pop("received_at"), told.pop("answered_at")
    assert told == {"ok": True, "database": True, "channel_layer": True}
    assert 0 < stamps[0] <= stamps[1] <= time.time() * 1000


@pytest.mark.parametrize("technique", [technique for technique in HTTP if technique != "sse"])
def test_2_a_poll_gives_at_most_500_and_says_that_there_are_more(server, room, technique):
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


def test_2_a_poll_is_answered_at_once_when_there_is_nothing(server, room):
    answer = get(server.url, room_path("polling", room))
    assert answer.json == {"messages": [], "last": 0, "more": False}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["?after=0&after=1", "?x=y", "?after=1&x[]=%00", "?after=1;x", "?%FF=%FF&after=1"])
@pytest.mark.parametrize("technique", ["polling", "longpoll"])
def test_4_odd_queries_make_no_error(server, room, technique, query):
    publish_many(server, room, 2)
    assert get(server.url, room_path(technique, room, query)).status in (200, 400)


def test_4_a_handshake_that_is_none_is_refused(server, room):
    for header, value in (("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Key", None), ("Sec-WebSocket-Key", "short")):
        assert 400 <= shake(server.url, socket_path(room), {header: value}).status < 500


def test_4_a_handshake_to_a_page_or_of_another_protocol_makes_no_error(server, room):
    answer = ask(server.url, "GET", "/", headers={"Connection": "Upgrade", "Upgrade": "h2c"})
    assert answer.status in (200, 400, 426)


def test_2_4_a_room_is_named_in_the_websockets_address_as_in_http(server, room):
    publish("polling", server, f"{room}-é", "hi")
    with dial(server.url, f"{room}-e\u0301", "?after=0") as connection:
        assert '"hi"' in connection.recv(10)
