"""Promises 3.2 and 3.6 while Redis or PostgreSQL is unavailable: killed, or frozen with its connections open."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import islice

import psycopg
import pytest

from lab.server.serve import MIGRATING
from support.processes import PATIENCE, SMALL, until
from support.raw_http import get, post, room_path
from support.raw_websocket import open_websocket, request_handshake, websocket_path
from support.sse_parser import stream
from support.technique_io import HTTP, TECHNIQUES, client, publish, publish_frame, reading, results_of

FIELDS = {"author": "Ann", "text": "hi"}
LONGER = 5  # seconds; more than PostgreSQL allows a statement of the chat


@contextmanager
def away(service, how):
    """Kill or freeze a program, and bring it back."""
    leave, come_back = {"killed": (service.kill, service.start), "frozen": (service.freeze, service.thaw)}[how]
    leave()
    try:
        yield
    finally:
        come_back()


def health(scaled):
    """Return the health that the processes report: {(status, sentence)}."""
    responses = [get(server.url, "/healthz") for server in scaled.servers]
    return {(response.status, response.json.get("error")) for response in responses}


def well(scaled):
    """Wait until every process is healthy."""
    until(lambda: health(scaled) == {(200, None)}, "a process never recovers")


def publish_at_once(scaled, room, connection):
    """Publish by every technique at once; return {(status, the sentence of a refusal)}."""
    with ThreadPoolExecutor() as pool:
        requests = [pool.submit(post, scaled.url, room_path(technique, room), FIELDS) for technique in HTTP]
        status, fields = publish_frame(connection, FIELDS)
        responses = [future.result() for future in requests]
    assert all(response.headers["retry-after"] == "1" for response in responses if response.status == 503)
    return {(response.status, response.json.get("error")) for response in responses} | {(status, fields.get("error"))}


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_3_2_without_redis_publishing_and_delivery_go_on(scaled, room, how):
    with reading(scaled, room, 9) as readers, closing(client("websocket", scaled, room)) as speaker:
        speaker.publish("before")
        with away(scaled.redis, how):
            until(lambda: health(scaled) == {(503, "channel_layer: not available.")}, "the loss goes unseen")
            for technique in TECHNIQUES:
                assert publish(technique, scaled, room, "away")[0] == 201
        for technique in TECHNIQUES:
            assert publish(technique, scaled, room, "back")[0] == 201
        for messages in results_of(readers):
            assert [message["text"] for message in messages] == ["before", *["away"] * 4, *["back"] * 4]
    well(scaled)


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_3_2_when_redis_is_back_messages_are_announced_again(redis, start, room, how):
    never = SMALL | {"SMALL_SYNC_INTERVAL": "1000"}  # seconds: only the broker announces a message in time
    here, there = (start(REDIS_URL=redis.url, **never) for _ in range(2))
    publish("polling", here, room, "first")
    with ExitStack() as closed:
        readers = [closed.enter_context(closing(client(technique, there, room, after=0))) for technique in TECHNIQUES]
        received = [reader.messages() for reader in readers]
        assert [next(messages)["id"] for messages in received] == [1] * 4
        with away(redis, how):
            until(lambda: get(there.url, "/healthz").status == 503, "the loss goes unseen")
            publish("polling", here, room, "unheard")
        until(lambda: get(there.url, "/healthz").status == 200, "the return goes unseen")
        until(
            lambda: publish("polling", here, room, "ding") and announced(there, room), "nothing is announced any more"
        )
        for messages in received:  # also the message that was not announced: the ids show the gap
            assert [message["id"] for message in islice(messages, 2)] == [2, 3]


def announced(server, room):
    return get(server.url, room_path("polling", room)).json["last"] > 2


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_4_without_postgresql_publishes_get_503_and_later_succeed(scaled, room, how):
    assert publish("polling", scaled, room, "before")[0] == 201
    with reading(scaled, room, 6) as readers, open_websocket(scaled.url, room) as connection:
        with away(scaled.postgres, how):
            until(lambda: health(scaled) == {(503, "database: not available.")}, "the loss goes unseen")
            assert publish_at_once(scaled, room, connection) == {(503, "database: not available, try again.")}
            opened = get(scaled.url, room_path("sse", f"{room}-unopened"))  # this stream needs the history
            assert (opened.status, opened.headers["retry-after"]) == (503, "1")
            for cookie in ("lab_login=aaaaaaaaaaaaaaaa", 'sessionid="\\000aaaaaaaaaaaaaaa"'):
                assert (
                    request_handshake(scaled.url, websocket_path(room), {"Cookie": cookie}).status == 101
                )  # needs no database
        well(scaled)
        for technique in TECHNIQUES:
            assert publish(technique, scaled, room, "back")[0] == 201
        assert publish("polling", scaled, room, "last")[0] == 201
        for messages in results_of(readers):
            assert [message["text"] for message in messages] == ["before", *["back"] * 4, "last"]
            assert [message["id"] for message in messages] == list(range(1, 7))


def test_3_5_streams_hold_no_connection_to_postgresql(scaled, room):
    assert publish("polling", scaled, room)[0] == 201
    with ExitStack() as opened:
        for _ in range(60):
            opened.enter_context(stream(scaled.url, room_path("sse", room, "?after=0"))).messages(1)
            opened.enter_context(open_websocket(scaled.url, room)).recv(PATIENCE)
        with psycopg.connect(scaled.postgres.url) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            (held,) = connection.execute(query).fetchone()
    assert held <= 1 + len(scaled.servers) * 5  # four threads that read and one that writes, and this test's own


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_whose_database_hangs(start, scaled, room, by):
    server = start(DATABASE_URL=scaled.postgres.url)
    assert publish("polling", server, room)[0] == 201
    with stream(server.url, room_path("sse", room)) as events, ThreadPoolExecutor() as pool:
        with away(scaled.postgres, "frozen"):
            request = pool.submit(post, server.url, room_path("sse", room), FIELDS)
            until(lambda: get(server.url, "/healthz").status == 503, "the loss goes unseen")
            assert server.stop(by) in (0, -by)  # before `stop` loses patience
        while events.more():  # raises if the stream is cut off
            pass
        assert events.raw.endswith(b"\n\nretry: 1000\n\n")
        assert request.result().status == 503
    well(scaled)


def test_a_server_waits_for_another_that_changes_the_tables(start, scaled):
    """Even if that takes longer than any statement of the chat may."""
    with psycopg.connect(scaled.postgres.url) as other, ThreadPoolExecutor() as pool:
        other.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        starting = pool.submit(start, DATABASE_URL=scaled.postgres.url)
        time.sleep(LONGER)
        assert not starting.done()
        other.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
        assert get(starting.result(PATIENCE).url, "/healthz").status == 200
