"""Section 4: 429 and 503. What cannot be done now is refused with Retry-After, stores nothing, and passes."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest
from processes import PATIENCE, SMALL, until
from raw import ask, dial, get, hear, post, room_path, say, shake, socket_path
from roads import HTTP, client, publish, publish_frame, publish_many, read
from streams import stream
from test_websocket import close_code

GOOD = {"author": "Ann", "text": "hi", "nonce": "same"}
AWAY = "database: not available, try again."
FULL = {"queues": "too many queues are open, try again.", "rooms": "too many rooms are open, try again."}


@contextmanager
def database(server):
    """Open the server's database behind its back."""
    path = f"{server.environment['LAB_DATA']}/lab.sqlite3"
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        yield connection


@contextmanager
def locked(server):
    """Hold the database's lock, as another program may: nothing can be stored, all can be read."""
    with database(server) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def unusable(server):
    """Take the tables away: nothing can be stored or read."""
    with database(server) as connection:
        connection.execute("ALTER TABLE lab_room RENAME TO away")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE away RENAME TO lab_room")


def refused(answer, status, sentence):
    assert (answer.status, answer.sentence, answer.headers["retry-after"]) == (status, sentence, "1")


def test_4_429_over_the_rate_is_refused_and_nothing_stored(start, room, technique):
    server, sentence = start(LAB_PUBLISH_RATE="1"), "too many messages a second, wait a moment."
    if technique in HTTP:
        statuses = [post(server.url, room_path(technique, room), GOOD | {"nonce": str(n)}).status for n in range(3)]
        refused(post(server.url, room_path(technique, room), GOOD | {"nonce": "late"}), 429, sentence)
    else:
        with dial(server.url, room) as connection:
            answers = [publish_frame(connection, GOOD | {"nonce": str(n)}) for n in range(4)]
            assert answers[-1] == (400, {"type": "error", "error": sentence, "nonce": "3"})
            statuses = [status for status, _answer in answers]
    accepted = statuses.count(201)
    assert accepted >= 2  # a burst of twice the rate
    until(lambda: publish(technique, server, room, "hi", nonce="late")[0] == 201, "the rate never recovers")
    assert len(read("polling", server, room, 1, "?after=0").ids) == accepted + 1


def test_4_429_a_client_waits_and_publishes_all_the_same(start, room, technique):
    if technique not in HTTP:
        technique = "polling"  # a frame carries no status that would tell the client to come again
    server = start(LAB_PUBLISH_RATE="4")
    speaker = client(technique, server, room)
    for number in range(10):
        assert speaker.publish(str(number))["id"] == number + 1
    speaker.close()


def test_4_503_while_the_database_is_locked_a_publish_is_refused_and_then_stored_once(small, room, technique):
    with locked(small):
        status, answer = publish(technique, small, room, nonce="same")
        assert (status in (503, 400), answer["error"]) == (True, AWAY)
        if technique in HTTP:
            refused(post(small.url, room_path(technique, room), GOOD), 503, AWAY)
    assert publish(technique, small, room, nonce="same")[1]["id"] == 1
    assert publish(technique, small, room, nonce="next")[1]["id"] == 2


def test_3_5_while_the_database_is_locked_reading_goes_on(small, room, technique):
    publish_many(small, room, 2)
    with locked(small):
        assert read(technique, small, room, 2, "?after=0").ids == [1, 2]


@pytest.mark.parametrize("technique", HTTP)
def test_4_503_without_its_database_the_server_refuses_to_read_and_to_publish(small, room, technique):
    with unusable(small):
        refused(get(small.url, room_path(technique, room)), 503, AWAY)
        refused(post(small.url, room_path(technique, room), GOOD), 503, AWAY)
    assert publish(technique, small, room)[1]["id"] == 1


def test_4_503_without_its_database_the_server_refuses_the_handshake(small, room):
    with unusable(small):
        refused(shake(small.url, socket_path(room)), 503, AWAY)
    assert publish("websocket", small, room)[1]["id"] == 1


def test_4_503_a_stream_whose_history_cannot_be_read_ends(small, room):
    publish_many(small, room, 20)
    with unusable(small), stream(small.url, room_path("sse", room, "?after=1")) as events:
        while events.more():
            pass
        assert events.events == []
    assert read("sse", small, room, 19, "?after=1").ids == list(range(2, 21))


def test_4_503_a_websocket_whose_history_cannot_be_read_is_closed_with_1013(small, room):
    publish_many(small, room, 20)
    with unusable(small), dial(small.url, room, "?after=1") as connection:
        assert close_code(connection) == 1013


def test_3_2_clients_outlive_the_databases_absence(small, room, technique):
    publish_many(small, room, 10)
    reader, speaker = client(technique, small, room, after=0), client("polling", small, room)
    messages = reader.messages()
    assert [next(messages)["id"] for _ in range(10)] == list(range(1, 11))
    with ThreadPoolExecutor() as pool:
        with unusable(small):
            speaking = pool.submit(speaker.publish, "late")
            time.sleep(0.5)
            assert not speaking.done()
        assert speaking.result(PATIENCE)["id"] == 11
        assert next(messages)["text"] == "late"
    reader.close()
    speaker.close()


def test_2_healthz_names_the_database_when_it_is_away(small):
    with unusable(small):
        answer = get(small.url, "/healthz")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json == {
            "ok": False,
            "error": "database: not available.",
            "database": False,
            "channel_layer": True,
        }
    assert get(small.url, "/healthz").status == 200


def test_4_503_when_too_many_queues_are_open(start, room):
    server = start(**SMALL, SMALL_QUEUES_MAX="2")
    path = room_path("longpoll", room, "?hold=0")
    queues = [get(server.url, path).json["queue"] for _ in range(2)]
    refused(get(server.url, path), 503, FULL["queues"])
    assert get(server.url, f"{path}&queue={queues[0]}").status == 200
    until(lambda: get(server.url, path).status == 200, "unread queues are never dropped")


def test_4_503_when_too_many_rooms_are_open(start, technique):
    server = start(**SMALL, SMALL_ROOMS_MAX="2")
    for name in ("one", "two"):
        assert get(server.url, room_path("polling", name)).status == 200
    path = room_path(technique, "three", "?hold=0") if technique in HTTP else socket_path("three")
    refused(ask(server.url, "GET", path) if technique in HTTP else shake(server.url, path), 503, FULL["rooms"])
    assert publish("polling", server, "three")[0] == 201  # to publish needs no open room


def test_4_503_when_too_many_messages_wait_for_the_disk(start, room):
    server = start(**SMALL, SMALL_WAITING_MAX="2")
    with locked(server), ExitStack() as stack:
        speakers = [stack.enter_context(dial(server.url, room)) for _ in range(4)]
        for number, speaker in enumerate(speakers):
            say(speaker, type="publish", author="Ann", text="hi", nonce=str(number))
        answers = {hear(speaker)["error"] for speaker in speakers}
    assert answers == {AWAY, "too many messages wait for the disk, try again."}
    assert publish("polling", server, room)[1]["id"] == 1
