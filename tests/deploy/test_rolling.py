"""A rolling restart of the servers behind nginx, under load: no message is lost, and no request fails."""

import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection

import psutil
import pytest

from support.processes import PATIENCE, until
from support.raw_http import JSON, get, post, room_path
from support.raw_websocket import close_code, open_websocket
from support.sse_parser import stream
from support.technique_io import publish, reading, results_of


@contextmanager
def insisting(server, count, ask):
    """Let `count` threads call `ask(connection, turn)`, each on one connection that is never opened again.

    Yield the list of their results.
    """
    over, responses = threading.Event(), []

    def retry():
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as connection:
            while not over.is_set():
                responses.append(ask(connection, len(responses)))
                time.sleep(0.01)

    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(retry) for _ in range(count)]
        try:
            yield responses
        finally:
            over.set()
            results_of(running)


def publisher(room):
    """Return a function that publishes without a nonce, and returns (status, id)."""

    def ask(connection, turn):
        connection.request("POST", room_path("polling", room), json.dumps({"author": "Ann", "text": "hi"}), JSON)
        response = connection.getresponse()
        return response.status, json.loads(response.read()).get("id")

    return ask


def poller(technique, room):
    """Return a function that polls, and returns (status, whether there was a reset)."""

    def ask(connection, turn):
        connection.request("GET", room_path(technique, room, "?after=1&hold=0.2"))
        response = connection.getresponse()
        return response.status, "reset" in json.loads(response.read())

    return ask


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_3_2_a_rolling_restart_loses_nothing_and_fails_no_request(scaled, room, by):
    publish("polling", scaled, room, "first")
    with (
        insisting(scaled, 4, publisher(room)) as published,
        insisting(scaled, 2, poller("polling", room)) as polls,
        insisting(scaled, 2, poller("longpoll", room)) as long_polls,
    ):
        for server in scaled.servers:
            server.stop(by)
            server.start()
    assert set(polls) | set(long_polls) == {(200, False)}
    # 200: it was stored, and its server killed before the response; nginx tried the next server.
    assert {status for status, _id in published} <= ({201} if by == signal.SIGTERM else {200, 201})
    assert sorted(number for _status, number in published) == list(range(2, len(published) + 2))
    with reading(scaled, room, 1 + len(published)) as readers:
        for messages in results_of(readers):
            assert [message["id"] for message in messages] == list(range(1, len(published) + 2))


def test_3_2_readers_of_all_techniques_come_through_a_rolling_restart(scaled, room):
    with reading(scaled, room, 61) as readers:
        publish("polling", scaled, room, "first")
        with ThreadPoolExecutor(1) as pool:
            speaking = pool.submit(lambda: [post_slowly(scaled, room, number) for number in range(60)])
            for server in scaled.servers:
                server.stop()
                server.start()
            assert set(speaking.result(PATIENCE)) == {201}
        for messages in results_of(readers):
            assert [message["text"] for message in messages] == ["first", *map(str, range(60))]


def post_slowly(server, room, number):
    time.sleep(0.05)
    return post(server.url, room_path("sse", room), {"author": "Ann", "text": str(number)}).status


def test_sigterm_ends_every_technique_properly_behind_nginx(scaled, room):
    with stream(scaled.url, room_path("sse", room)) as events, open_websocket(scaled.url, room) as connection:
        events.until(lambda: events.parser.retry)
        with ThreadPoolExecutor() as pool:
            held = pool.submit(get, scaled.url, room_path("longpoll", room, "?hold=55"))
            time.sleep(0.5)
            for server in scaled.servers:
                server.stop()
                server.start()
            assert close_code(connection) == 1001
            while events.more():  # a stream cut off raises here
                pass
            assert events.raw.endswith(b"\n\nretry: 1000\n\n")
            assert (held.result(PATIENCE).status, held.result().json["messages"]) == (200, [])


def test_sighup_restarts_the_workers_of_one_port_and_refuses_no_connection(start, room):
    server = start("--workers", "2")
    publish("polling", server, room, "first")
    before = workers(server)
    with reading(server, room, 41) as readers, ThreadPoolExecutor(1) as pool:
        speaking = pool.submit(lambda: [post_slowly(server, room, number) for number in range(40)])
        server.process.send_signal(signal.SIGHUP)
        until(lambda: len(after := workers(server)) == 2 and not after & before, "the workers stay")
        assert set(speaking.result(PATIENCE)) == {201}
        for messages in results_of(readers):
            assert [message["text"] for message in messages] == ["first", *map(str, range(40))]


def workers(server):
    """Return the ids of the server's worker processes."""
    pids = set()
    for child in psutil.Process(server.process.pid).children():
        with suppress(psutil.NoSuchProcess):  # the old workers end sooner or later
            if "spawn_main" in " ".join(child.cmdline()):
                pids.add(child.pid)
    return pids
