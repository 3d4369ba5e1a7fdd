"""Section 2.4: the WebSocket's frames."""

import json
import time

import pytest
from websockets.exceptions import ConnectionClosed

from support.processes import PATIENCE, SMALL
from support.raw_websocket import HEARTBEAT, close_code, dial, hear, refusal, say, shake, socket_path
from support.technique_io import publish, publish_many


def test_2_4_a_message_is_its_fields_and_a_type(server, room):
    publish("polling", server, room, "hi", nonce="n")
    with dial(server.url, room, "?after=0") as connection:
        frame = hear(connection)
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


def test_2_4_a_publish_is_answered_by_its_nonce_and_id(server, room):
    with dial(server.url, room) as connection:
        say(connection, type="publish", author="Ann", text="hi", nonce="mine")
        frames = [hear(connection), hear(connection)]
    assert {"type": "published", "nonce": "mine", "id": 1} in frames
    assert sorted(frame["type"] for frame in frames) == ["message", "published"]


def test_2_4_a_publish_without_a_nonce_is_given_one(server, room):
    with dial(server.url, room) as connection:
        say(connection, type="publish", author="Ann", text="hi")
        frames = {frame["type"]: frame for frame in (hear(connection), hear(connection))}
    assert frames["published"]["nonce"] == frames["message"]["nonce"]


def test_2_4_a_refused_publish_is_one_sentence_and_its_nonce_and_the_connection_stays(server, room):
    with dial(server.url, room) as connection:
        say(connection, type="publish", author="Ann", text="", nonce="mine")
        assert hear(connection) == refusal("text: not only white space.") | {"nonce": "mine"}
        connection.send("{")
        assert hear(connection) == refusal("body: not JSON.")
        say(connection, type="dance")
        assert hear(connection) == refusal("type: publish or close.")
        say(connection, type="publish", author="Ann", text="still here")
        assert {hear(connection)["type"], hear(connection)["type"]} == {"message", "published"}


@pytest.mark.parametrize("nonce", [7, None, [], {}, "", "x" * 65, "é", "\ud800"])
def test_2_4_an_error_gives_back_only_a_nonce_that_is_a_text(server, room, nonce):
    with dial(server.url, room) as connection:
        say(connection, type="publish", author="Ann", text=" ", nonce=nonce)
        frame = hear(connection)
    assert frame["type"] == "error"
    assert frame.get("nonce") == (nonce if isinstance(nonce, str) else None)


def test_2_4_close_is_answered_with_1000(server, room):
    with dial(server.url, room) as connection:
        say(connection, type="close")
        assert close_code(connection) == 1000


def test_2_4_a_client_may_close_by_itself(server, room):
    with dial(server.url, room) as connection:
        connection.close(1000)
        assert connection.close_code == 1000
    assert publish("websocket", server, room)[0] == 201


@pytest.mark.parametrize("frame", [b"", b"\x00", b'{"type": "close"}'])
def test_2_4_a_binary_frame_is_refused_with_1003(server, room, frame):
    with dial(server.url, room) as connection:
        connection.send(frame)
        assert close_code(connection) == 1003


def test_2_4_a_frame_of_64_kib_is_taken(server, room):
    fields = {"type": "publish", "author": "Ann", "text": "hi", "padding": ""}
    fields["padding"] = "x" * (65_536 - len(json.dumps(fields)))
    with dial(server.url, room) as connection:
        connection.send(json.dumps(fields))
        assert {hear(connection)["type"], hear(connection)["type"]} == {"message", "published"}


@pytest.mark.parametrize("size", [65_537, 1_000_000])
def test_2_4_a_frame_over_64_kib_is_refused_with_1009(server, room, size):
    with dial(server.url, room) as connection:
        try:
            connection.send("x" * size)
        except ConnectionClosed:
            pass  # refused by its length, before all of it was written
        assert close_code(connection) == 1009


def test_2_4_a_frame_over_64_kib_in_fragments_is_refused_with_1009(server, room):
    with dial(server.url, room) as connection:
        try:
            connection.send("x" * 1_000 for _ in range(66))
        except ConnectionClosed:
            pass
        assert close_code(connection) == 1009


def test_2_4_a_frame_in_fragments_is_one_frame(server, room):
    text = json.dumps({"type": "publish", "author": "Ann", "text": "in pieces"})
    with dial(server.url, room) as connection:
        connection.send(iter(text))
        assert {hear(connection)["type"], hear(connection)["type"]} == {"message", "published"}


def test_2_4_a_frame_that_is_not_utf_8_closes_with_1007(server, room):
    with dial(server.url, room) as connection:
        connection.send(b"\xff\xfe", text=True)
        assert close_code(connection) == 1007


@pytest.mark.parametrize("frame", ["", " ", "null", "[]", '"close"', "1"])
def test_4_a_frame_that_is_no_object_is_an_error_and_the_connection_stays(server, room, frame):
    with dial(server.url, room) as connection:
        connection.send(frame)
        assert hear(connection)["type"] == "error"
        say(connection, type="close")
        assert close_code(connection) == 1000


@pytest.mark.parametrize("name", ["a.b", "a%0Ab", "%20", "a%00b", "%F0%9F%98%80", "x" * 65, "a%2Fb", "%FF"])
def test_2_4_a_room_that_cannot_be_is_refused_in_the_handshake(server, name):
    answer = shake(server.url, f"/ws/websocket/{name}/")
    assert answer.status == 404
    assert answer.sentence in ("room: 1 to 64 letters, digits, - and _.", "address: no room is here.")


@pytest.mark.parametrize("after", ["-1", "abc", "", "1.0", "99999999999999999999", "%D9%A1", "1%0A", "+1", "%FF"])
def test_2_4_an_after_that_cannot_be_is_refused_in_the_handshake(server, room, after):
    answer = shake(server.url, socket_path(room, f"?after={after}"))
    assert (answer.status, answer.sentence) == (400, f"after: a whole number from 0 to {2**63 - 1}.")


def test_2_1a_a_new_start_is_a_frame_before_the_messages(server, room):
    publish_many(server, room, 1)
    with dial(server.url, room, "?after=5") as connection:
        assert hear(connection) == {"type": "reset"}
        assert hear(connection)["id"] == 1


def test_2_4_a_handshake_offers_no_compression(server, room):
    with dial(server.url, room) as connection:
        assert "Sec-WebSocket-Extensions" not in connection.response.headers


def test_2_4_a_ping_is_answered(server, room):
    with dial(server.url, room) as connection:
        assert connection.ping().wait(PATIENCE)


def next_frame(connection):
    """Return what the next frame says, heartbeats too."""
    return json.loads(connection.recv(PATIENCE))


def test_2_4_a_heartbeat_comes_in_silence_and_no_earlier(small, room):
    with dial(small.url, room) as connection:
        before = time.monotonic()
        assert next_frame(connection) == HEARTBEAT  # small_settings.HEARTBEAT is 0.3 s
        assert time.monotonic() - before >= 0.2
        assert next_frame(connection) == HEARTBEAT
        publish("polling", small, room, "late")
        assert hear(connection)["text"] == "late"


def test_2_4_no_heartbeat_comes_while_messages_do_and_one_in_the_silence_after(start, room):
    server, silence = start(**SMALL, SMALL_HEARTBEAT="2"), 2  # seconds
    with dial(server.url, room) as connection:
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
    """Return when the next heartbeat came."""
    while next_frame(connection) != HEARTBEAT:
        pass
    return time.monotonic()


@pytest.mark.parametrize("stage", ["echo", "list", "sync", "async"])
def test_6_stages_before_the_finished_one_have_no_heartbeat(small, room, stage):
    paths = (f"/ws/websocket/stages/{name}/{room}/" for name in (stage, "room"))
    with dial(small.url, room, path=next(paths)) as naive, dial(small.url, room, path=next(paths)) as finished:
        assert [next_frame(finished), next_frame(finished)] == 2 * [HEARTBEAT]
        say(naive, type="publish", author="Ann", text="hi", nonce="n")
        assert {next_frame(naive)["type"], next_frame(naive)["type"]} == {"message", "published"}
