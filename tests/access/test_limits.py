"""Section 4: 429 and 503. A refused request gets Retry-After and stores nothing; a later one is accepted again."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from itertools import islice
from types import SimpleNamespace

import pytest

from lab.access import rate_limits
from lab.access.visitors import Visitor
from lab.messages.errors import Refused
from support.database import AWAY, locked, unusable
from support.processes import PATIENCE, SMALL, ServerProcess, until
from support.raw_http import get, new_session, post, room_path, send_request, stalled_request
from support.raw_websocket import (
    close_code,
    open_websocket,
    receive_json,
    refusal,
    request_handshake,
    send_json,
    websocket_path,
)
from support.sse_parser import stream
from support.technique_io import HTTP, TECHNIQUES, client, publish, publish_frame, publish_many, read

GOOD = {"author": "Ann", "text": "hi", "nonce": "same"}
TOO_FAST = "too many messages a second, wait a moment."
TOO_MANY = "too many requests a second, wait a moment."
FULL = "too many queues are open, try again."


def until_refused(post):
    """Return the responses to `post(nonce)`, called until one is refused; a slow machine may need several calls."""
    responses = [post("0"), post("1"), post("2")]  # a burst may have two
    while responses[-1].status == 201 and len(responses) < 100:
        responses.append(post(str(len(responses))))
    return responses


def refused(response, status, sentence):
    assert (response.status, response.sentence, response.headers["retry-after"]) == (status, sentence, "1")


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A server that accepts 5 messages a second from one address, 10 in a burst."""
    server = ServerProcess(tmp_path_factory.mktemp("strict"), LAB_PUBLISH_RATE="5").start()
    yield server
    server.stop()


@pytest.mark.parametrize("technique", HTTP)
@pytest.mark.parametrize("of", ["LAB_PUBLISH_RATE", "LAB_SESSION_RATE"])
def test_4_429_a_publish_over_the_rate_is_refused_and_not_stored(start, room, technique, of):
    server = start(**{"LAB_PUBLISH_RATE": "0", of: "1"})  # a burst may have two
    path, cookie = room_path(technique, room), new_session(server)
    responses = until_refused(lambda number: post(server.url, path, GOOD | {"nonce": number}, Cookie=cookie))
    assert {response.status for response in responses[:-1]} == {201}
    refused(responses[-1], 429, TOO_FAST)
    until(lambda: post(server.url, path, GOOD, Cookie=cookie).status == 201, "the rate never recovers")
    count = len(responses)
    assert read("polling", server, room, count, "?after=0").ids == list(range(1, count + 1))


def test_4_429_a_frame_over_the_rate_gets_an_error_frame_and_the_connection_stays(start, room):
    server = start(LAB_PUBLISH_RATE="1")
    with open_websocket(server.url, room) as connection:
        responses = [publish_frame(connection, GOOD | {"nonce": "0"})]
        while responses[-1][0] == 201 and len(responses) < 100:
            responses.append(publish_frame(connection, GOOD | {"nonce": str(len(responses))}))
        assert len(responses) > 2  # a burst may have two
        assert responses[-1] == (429, refusal(TOO_FAST, 429) | {"nonce": str(len(responses) - 1)})
        until(lambda: publish_frame(connection, GOOD)[0] == 201, "the rate never recovers")
    count = len(responses)
    assert read("polling", server, room, count, "?after=0").ids == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("setting", "visitors"),
    [
        ("PUBLISH_RATE", [Visitor("192.0.2.1", None)]),
        ("PUBLISH_RATE", [Visitor("192.0.2.1", f"session {n}") for n in range(100)]),
        ("SESSION_RATE", [Visitor("192.0.2.1", "session")]),
        ("REQUEST_RATE", [Visitor("192.0.2.1", f"session {n}") for n in range(100)]),
        ("SESSION_REQUEST_RATE", [Visitor("192.0.2.1", "session")]),
    ],
    ids=["address", "address of many sessions", "session", "requests of an address", "requests of a session"],
)
def test_4_1_as_many_as_the_rate_are_accepted_and_not_one_more(monkeypatch, setting, visitors):
    limits = rate_limits.RateLimits()
    check, sentence = (limits.check_request_rate, TOO_MANY) if "REQUEST" in setting else (limits.check_rate, TOO_FAST)
    rate = getattr(import_module("lab.settings"), setting)
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    rates_of = dict.fromkeys(("PUBLISH_RATE", "SESSION_RATE", "REQUEST_RATE", "SESSION_REQUEST_RATE"), 0)
    own = SimpleNamespace(**rates_of | {"RATES_MAX": 100, setting: rate})
    for name, value in {"time": clock, "settings": own}.items():
        monkeypatch.setattr(rate_limits, name, value)
    for allowed in (2 * rate, rate, rate):  # in the first burst, and after each second
        for number in range(allowed):
            check(visitors[number % len(visitors)])
        for visitor in visitors:
            with pytest.raises(Refused) as raised:
                check(visitor)
            assert (raised.value.status, str(raised.value)) == (429, sentence)
        clock.now += 1


def test_4_1_the_counted_rates_are_bounded_and_the_one_used_longest_ago_is_forgotten(monkeypatch):
    monkeypatch.setattr(rate_limits, "settings", SimpleNamespace(PUBLISH_RATE=1, SESSION_RATE=1, RATES_MAX=3))
    limits = rate_limits.RateLimits()
    for number in range(10):
        limits.check_rate(Visitor(f"192.0.2.{number}", None))
    assert [address for _setting, address in limits.buckets] == ["192.0.2.7", "192.0.2.8", "192.0.2.9"]


ASKED = [
    ("GET", "/"),
    ("HEAD", "/openapi.json"),
    ("GET", "/static/lab/style.css"),
    ("GET", "/nothing"),
    ("GET", "/healthz"),
    ("GET", "/polling/a/messages/"),
    ("GET", "/longpoll/a/messages/?hold=0"),
    ("OPTIONS", "/sse/a/messages/"),
    ("PUT", "/polling/a/messages/"),
    ("POST", "/polling/a/messages/"),
]


def test_4_429_all_requests_are_counted_whatever_their_address(start):
    server = start(LAB_REQUEST_RATE="1")
    for method, path in ASKED:
        response = until(lambda: (response := send_request(server.url, method, path)).status == 429 and response, path)  # noqa: B023
        assert method == "HEAD" or response.sentence == TOO_MANY
        assert response.headers["retry-after"] == "1"
        until(lambda: get(server.url, "/healthz").status == 200, "the rate never recovers")


def test_4_429_each_session_and_each_address_has_its_own_request_rate(start, room):
    server = start(LAB_SESSION_REQUEST_RATE="1", FORWARDED_ALLOW_IPS="127.0.0.1")
    path, mine, other = room_path("polling", room), new_session(server), new_session(server)
    until(lambda: get(server.url, path, Cookie=mine).status == 429, "a session's requests are not counted")
    until(
        lambda: request_handshake(server.url, websocket_path(room), {"Cookie": mine}).status == 429,
        "handshakes are not counted",
    )
    assert get(server.url, path, Cookie=other).status == get(server.url, path).status == 200
    server = start(LAB_REQUEST_RATE="1", FORWARDED_ALLOW_IPS="127.0.0.1")
    until(lambda: get(server.url, path, X_Forwarded_For="192.0.2.1").status == 429, "an address's are not counted")
    assert get(server.url, path, X_Forwarded_For="192.0.2.2").status == 200


def test_4_429_a_refused_reader_waits_and_then_reads_everything(start, room, technique):
    server = start(LAB_REQUEST_RATE="2")
    publish_many(server, room, 5)
    reader = client(technique, server, room, after=0)
    assert [message["id"] for message in islice(reader.messages(), 5)] == [1, 2, 3, 4, 5]
    reader.close()


@pytest.mark.server
@pytest.mark.parametrize("technique", HTTP)
def test_4_429_a_refused_publisher_waits_and_then_publishes(strict, room, technique):
    speaker = client(technique, strict, room)
    assert [speaker.publish(str(number))["id"] for number in range(12)] == list(range(1, 13))
    speaker.close()


def test_4_503_while_the_database_is_locked_a_publish_is_refused_and_then_stored_once(small, room, technique):
    with locked(small):
        status, response = publish(technique, small, room, nonce="same")
        assert (status, response["error"]) == (503, AWAY)
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
        refused(request_handshake(small.url, websocket_path(room)), 503, AWAY)
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
    with unusable(small), open_websocket(small.url, room, "?after=1") as connection:
        assert close_code(connection) == 1013


def test_3_2_clients_resume_after_the_database_was_unavailable(small, room):
    publish_many(small, room, 10)
    readers = [client(technique, small, room, after=0) for technique in TECHNIQUES]
    received = [reader.messages() for reader in readers]
    for messages in received:
        assert [next(messages)["id"] for _ in range(10)] == list(range(1, 11))
    speaker = client("polling", small, room)
    with ThreadPoolExecutor() as pool:
        with unusable(small):
            speaking = pool.submit(speaker.publish, "late")
            time.sleep(0.5)
            assert not speaking.done()
        assert speaking.result(PATIENCE)["id"] == 11
    for reader, messages in zip(readers, received, strict=True):
        assert next(messages)["text"] == "late"
        reader.close()
    speaker.close()


def test_2_healthz_names_the_database_when_it_is_away(small):
    with unusable(small):
        response = get(small.url, "/healthz")
        assert (response.status, response.headers["retry-after"]) == (503, "1")
        assert response.json == {
            "ok": False,
            "error": "database: not available.",
            "database": False,
            "channel_layer": True,
        }
    assert get(small.url, "/healthz").status == 200


def test_4_503_when_too_many_queues_are_read(start, room):
    server = start(**SMALL, SMALL_QUEUES_MAX="2")
    path = room_path("longpoll", room, "?hold=0")
    queues = [get(server.url, path).json["queue"] for _ in range(2)]
    with ExitStack() as stack:
        for queue in queues:
            stack.enter_context(stalled_request(server, room_path("longpoll", room, f"?after=0&hold=55&queue={queue}")))
        until(lambda: get(server.url, path).status == 503, "they make room all the same")
        refused(get(server.url, path), 503, FULL)
    until(lambda: get(server.url, path).status == 200, "their readers are gone, and they make no room")


def test_4_503_when_too_many_messages_wait_for_the_disk(start, room):
    server = start(**SMALL, SMALL_WAITING_MAX="2")
    with locked(server), ExitStack() as stack:
        speakers = [stack.enter_context(open_websocket(server.url, room)) for _ in range(16)]
        for number, speaker in enumerate(speakers):
            send_json(speaker, type="publish", author="Ann", text="hi", nonce=str(number))
        responses = {receive_json(speaker)["error"] for speaker in speakers}
    assert responses == {AWAY, "too many messages wait for the disk, try again."}
    assert publish("polling", server, room)[1]["id"] == 1
