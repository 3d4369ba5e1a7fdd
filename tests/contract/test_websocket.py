"""Section 2.4: the WebSocket's frames."""

import json
import time

import pytest
from websockets.exceptions import ConnectionClosed

from support.processes import PATIENCE, SMALL
from support.raw_websocket import (
    HEARTBEAT,
    close_code,
    open_websocket,
    receive_json,
    refusal,
    request_handshake,
    send_json,
    websocket_path,
)
from support.technique_io import publish, publish_many


def test_2_4_a_messages_frame_holds_its_fields_and_a_type(server, room):
    publish("polling", server, room, "hi", nonce="n")
    with open_websocket(server.url, room, "?after=0") as connection:
        frame = receive_json(connection)
    assert frame.pop("published_at")
    assert frame == {
        "type": "message",
        "id": 1,
        "room": room,
        "author": "Ann",
        "text": "hi",
        "nonce": "n",
        "sent_at": None,
    }


def test_2_4_a_publish_is_acknowledged_with_its_nonce_and_id(server, room):
    with open_websocket(server.url, room) as connection:
        send_json(connection, type="publish", author="Ann", text="hi", nonce="mine")
        frames = [receive_json(connection), receive_json(connection)]
    assert {"type": "published", "nonce": "mine", "id": 1} in frames
    assert sorted(frame["type"] for frame in frames) == ["message", "published"]


def test_2_4_a_publish_without_a_nonce_gets_one(server, room):
    with open_websocket(server.url, room) as connection:
        send_json(connection, type="publish", author="Ann", text="hi")
        frames = {frame["type"]: frame for frame in (receive_json(connection), receive_json(connection))}
    assert frames["published"]["nonce"] == frames["message"]["nonce"]


def test_2_4_a_refused_publish_gets_one_sentence_and_its_nonce_and_the_connection_stays(server, room):
    with open_websocket(server.url, room) as connection:
        send_json(connection, type="publish", author="Ann", text="", nonce="mine")
        assert receive_json(connection) == refusal("text: not only white space.") | {"nonce": "mine"}
        connection.send("{")
        assert receive_json(connection) == refusal("body: not JSON.")
        send_json(connection, type="dance")
        assert receive_json(connection) == refusal("type: publish or close.")
        send_json(connection, type="publish", author="Ann", text="still here")
        assert {receive_json(connection)["type"], receive_json(connection)["type"]} == {"message", "published"}


@pytest.mark.parametrize("nonce", [7, None, [], {}, "", "x" * 65, "é", "\ud800"])
def test_2_4_an_error_repeats_the_nonce_only_if_it_is_a_text(server, room, nonce):
    with open_websocket(server.url, room) as connection:
        send_json(connection, type="publish", author="Ann", text=" ", nonce=nonce)
        frame = receive_json(connection)
    assert frame["type"] == "error"
    assert frame.get("nonce") == (nonce if isinstance(nonce, str) else None)


def test_2_4_after_close_the_server_closes_with_1000(server, room):
    with open_websocket(server.url, room) as connection:
        send_json(connection, type="close")
        assert close_code(connection) == 1000


def test_2_4_a_client_may_close_by_itself(server, room):
    with open_websocket(server.url, room) as connection:
        connection.close(1000)
        assert connection.close_code == 1000
    assert publish("websocket", server, room)[0] == 201


@pytest.mark.parametrize("frame", [b"", b"\x00", b'{"type": "close"}'])
def test_2_4_a_binary_frame_is_refused_with_1003(server, room, frame):
    with open_websocket(server.url, room) as connection:
        connection.send(frame)
        assert close_code(connection) == 1003


def test_2_4_a_frame_of_64_kib_is_accepted(server, room):
    fields = {"type": "publish", "author": "Ann", "text": "hi", "padding": ""}
    fields["padding"] = "x" * (65_536 - len(json.dumps(fields)))
    with open_websocket(server.url, room) as connection:
        connection.send(json.dumps(fields))
        assert {receive_json(connection)["type"], receive_json(connection)["type"]} == {"message", "published"}


@pytest.mark.parametrize("size", [65_537, 1_000_000])
def test_2_4_a_frame_over_64_kib_is_refused_with_1009(server, room, size):
    with open_websocket(server.url, room) as connection:
        try:
            connection.send("x" * size)
        except ConnectionClosed:
            pass  # refused because of its length, before all of it was sent
        assert close_code(connection) == 1009


def test_2_4_a_frame_over_64_kib_in_fragments_is_refused_with_1009(server, room):
    with open_websocket(server.url, room) as connection:
        try:
            connection.send("x" * 1_000 for _ in range(66))
        except ConnectionClosed:
            pass
        assert close_code(connection) == 1009


def test_2_4_fragments_make_one_frame(server, room):
    text = json.dumps({"type": "publish", "author": "Ann", "text": "in pieces"})
    with open_websocket(server.url, room) as connection:
        connection.send(iter(text))
        assert {receive_json(connection)["type"], receive_json(connection)["type"]} == {"message", "published"}


def test_2_4_a_frame_that_is_not_utf_8_closes_with_1007(server, room):
    with open_websocket(server.url, room) as connection:
        connection.send(b"\xff\xfe", text=True)
        assert close_code(connection) == 1007


@pytest.mark.parametrize("frame", ["", " ", "null", "[]", '"close"', "1"])
def test_4_a_frame_that_is_no_object_gets_an_error_and_the_connection_stays(server, room, frame):
    with open_websocket(server.url, room) as connection:
        connection.send(frame)
        assert receive_json(connection)["type"] == "error"
        send_json(connection, type="close")
        assert close_code(connection) == 1000


@pytest.mark.parametrize("name", ["a.b", "a%0Ab", "%20", "a%00b", "%F0%9F%98%80", "x" * 65, "a%2Fb", "%FF"])
def test_2_4_an_invalid_room_is_refused_in_the_handshake(server, name):
    response = request_handshake(server.url, f"/ws/websocket/{name}/")
    assert response.status == 404
    assert response.sentence in ("room: 1 to 64 letters, digits, - and _.", "address: no room is here.")


@pytest.mark.parametrize("after", ["-1", "abc", "", "1.0", "99999999999999999999", "%D9%A1", "1%0A", "+1", "%FF"])
def test_2_4_an_invalid_after_is_refused_in_the_handshake(server, room, after):
    response = request_handshake(server.url, websocket_path(room, f"?after={after}"))
    assert (response.status, response.sentence) == (400, f"after: a whole number from 0 to {2**63 - 1}.")


def test_2_1a_a_reset_frame_comes_before_the_messages(server, room):
    publish_many(server, room, 1)
    with open_websocket(server.url, room, "?after=5") as connection:
        assert receive_json(connection) == {"type": "reset"}
        assert receive_json(connection)["id"] == 1


def test_2_4_a_handshake_offers_no_compression(server, room):
    with open_websocket(server.url, room) as connection:
        assert "Sec-WebSocket-Extensions" not in connection.response.headers


def test_2_4_a_ping_gets_a_pong(server, room):
    with open_websocket(server.url, room) as connection:
        assert connection.ping().wait(PATIENCE)


def next_frame(connection):
    """Return the JSON of the next frame, also if it is a heartbeat."""
    return json.loads(connection.recv(PATIENCE))


def test_2_4_a_heartbeat_comes_only_after_the_silence(small, room):
    with open_websocket(small.url, room) as connection:
        before = time.monotonic()
        assert next_frame(connection) == HEARTBEAT  # small_settings.HEARTBEAT is 0.3 s
        assert time.monotonic() - before >= 0.2
        assert next_frame(connection) == HEARTBEAT
        publish("polling", small, room, "late")
        assert receive_json(connection)["text"] == "late"


def test_2_4_a_heartbeat_comes_only_after_the_messages_stop(start, room):
    server, silence = start(**SMALL, SMALL_HEARTBEAT="2"), 2  # seconds
    with open_websocket(server.url, room) as connection:
        begun, number = time.monotonic(), 0
        while time.monotonic() - begun < 2 * silence:
            number += 1
            published = time.monotonic()
            publish("polling", server, room, str(number))
            frame = next_frame(connection)
            if time.monotonic() - published < silence:  # else the machine itself was silent
                assert frame.get("text") == str(number)
            last = time.monotonic()
            time.sleep(0.1)
        assert hear_until_heartbeat(connection) - last > 0.9 * silence


def hear_until_heartbeat(connection):
    """Return the time at which the next heartbeat came."""
    while next_frame(connection) != HEARTBEAT:
        pass
    return time.monotonic()


@pytest.mark.parametrize("stage", ["echo", "list", "sync", "async"])
def test_6_stages_before_the_finished_one_have_no_heartbeat(small, room, stage):
    paths = (f"/ws/websocket/stages/{name}/{room}/" for name in (stage, "room"))
    with (
        open_websocket(small.url, room, path=next(paths)) as naive,
        open_websocket(small.url, room, path=next(paths)) as finished,
    ):
        assert [next_frame(finished), next_frame(finished)] == 2 * [HEARTBEAT]
        send_json(naive, type="publish", author="Ann", text="hi", nonce="n")
        assert {next_frame(naive)["type"], next_frame(naive)["type"]} == {"message", "published"}
