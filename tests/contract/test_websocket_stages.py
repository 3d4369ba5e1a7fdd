"""Section 6: the WebSocket's stages: to whom each delivers, what it refuses, and how it closes."""

import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import websocket
from support.processes import PATIENCE, SMALL, ServerProcess, until
from support.raw_http import new_session
from support.raw_websocket import close_code, open_websocket, receive_json, refusal, request_handshake, send_json
from support.technique_io import publish

pytestmark = pytest.mark.server

ROOMS_APART = ["sync", "async", "room"]
TOO_FAST = "too many messages a second, wait a moment."
LONG = "😀" * 3_990  # a text of 16 KB; 1,000 of them fit into no system's buffers

every_stage = pytest.mark.parametrize("stage", websocket.STAGES)
apart = pytest.mark.parametrize("stage", ROOMS_APART)


def opened(server, stage, room):
    """Open a WebSocket to one stage of the staircase."""
    return open_websocket(server.url, room, path=f"/ws/websocket/stages/{stage}/{room}/")


def speak(connection, text):
    """Publish; return the two frames by type: one delivers the message, one acknowledges it."""
    send_json(connection, type="publish", author="Ann", text=text, nonce="mine")
    frames = [receive_json(connection), receive_json(connection)]
    return {frame["type"]: frame for frame in frames}


def silent(connection):
    """Return whether no frame waits to be read, which a later exchange shows."""
    connection.send("{")
    return receive_json(connection) == refusal("body: not JSON.")


@every_stage
def test_6_every_stage_delivers_to_the_publisher_and_acknowledges(server, room, stage):
    with opened(server, stage, room) as connection:
        frames = speak(connection, "hi")
    assert set(frames) == {"message", "published"}
    message = frames["message"]
    assert (message["room"], message["author"], message["text"], message["nonce"]) == (room, "Ann", "hi", "mine")
    assert frames["published"] == {"type": "published", "nonce": "mine", "id": message["id"]}


@every_stage
def test_6_in_every_stage_the_server_closes_with_1000_on_request(server, room, stage):
    with opened(server, stage, room) as connection:
        send_json(connection, type="close")
        assert close_code(connection) == 1000


@every_stage
def test_6_in_every_stage_the_client_may_close(server, room, stage):
    with opened(server, stage, room) as connection:
        speak(connection, "hi")
        connection.close(1000)
        assert connection.close_code == 1000
    with opened(server, stage, f"{room}-other") as connection:
        assert "published" in speak(connection, "again")


@every_stage
def test_6_every_stage_keeps_working_when_clients_vanish(server, room, stage):
    with ExitStack() as stack:
        others = [stack.enter_context(opened(server, stage, room)) for _ in range(5)]
        for other in others:
            other.socket.close()
        with opened(server, stage, room) as connection:
            assert "published" in speak(connection, "hi")


@every_stage
def test_6_every_stage_refuses_with_the_same_sentence(server, room, stage):
    with opened(server, stage, room) as connection:
        send_json(connection, type="publish", author="Ann", text=" ", nonce="mine")
        assert receive_json(connection) == refusal("text: not only white space.") | {"nonce": "mine"}
        send_json(connection, type="dance")
        assert receive_json(connection) == refusal("type: publish or close.")
        assert "published" in speak(connection, "hi")


@every_stage
def test_6_every_stage_refuses_an_invalid_room_and_a_foreign_origin(server, stage):
    assert request_handshake(server.url, f"/ws/websocket/stages/{stage}/a.b/").status == 404
    assert (
        request_handshake(server.url, f"/ws/websocket/stages/{stage}/lobby/", {"Origin": "http://evil.example"}).status
        == 403
    )


@pytest.mark.parametrize("bound", ["PUBLISH", "SESSION"])
@every_stage
def test_4_429_every_stage_enforces_the_rates(strict, room, stage, bound):
    cookie = {"Cookie": new_session(strict["SESSION"])} if bound == "SESSION" else {}
    address = f"ws://127.0.0.1:{strict[bound].port}/ws/websocket/stages/{stage}/{room}/"
    with connect(address, origin=strict[bound].url, additional_headers=cookie, proxy=None) as connection:
        responses = [publish_and_receive(connection, "0")]
        while (
            responses[-1]["type"] == "published" and len(responses) < 100
        ):  # on a slow machine the rate allows more meanwhile
            responses.append(publish_and_receive(connection, str(len(responses))))
        assert responses[0]["type"] == "published"
        assert responses[-1] == refusal(TOO_FAST, 429) | {"nonce": str(len(responses) - 1)}
        until(lambda: publish_and_receive(connection, "late")["type"] == "published", "the rate never recovers")


def publish_and_receive(connection, nonce):
    """Publish; return the frame that acknowledges or refuses it, and ignore messages before it."""
    send_json(connection, type="publish", author="Ann", text="hi", nonce=nonce)
    while (response := receive_json(connection))["type"] == "message":
        pass
    return response


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """Servers that accept one message a second, two in a burst: one limits each address, one each session."""
    servers = {
        bound: ServerProcess(tmp_path_factory.mktemp(bound), **{f"LAB_{bound}_RATE": "1"}).start()
        for bound in ("PUBLISH", "SESSION")
    }
    yield servers
    for server in servers.values():
        server.stop()


def test_3_5_a_browser_that_does_not_read_in_sync_delays_no_other_stage(server, room):
    with full(server, "sync", room):
        for stage in ("room", "async", "list", "echo"):
            with opened(server, stage, f"{room}-other") as fresh:
                assert "published" in speak(fresh, "hi")


@contextmanager
def full(server, stage, room):
    """Hold a WebSocket open that does not read, after all buffers on the way to it are full."""
    said = []
    with opened(server, stage, room) as stalled:

        def talk():
            with suppress(ConnectionClosed, OSError):
                for number in range(1_000):
                    send_json(stalled, type="publish", author="Ann", text=LONG, nonce=str(number))
                    said.append(time.monotonic())

        talking = Thread(target=talk)
        talking.start()
        until(lambda: said and time.monotonic() - said[-1] > 1, "what it says is read on and on")
        try:
            yield
        finally:
            stalled.socket.shutdown(socket.SHUT_RDWR)
            talking.join()


def test_6_an_unknown_stage_has_no_websocket(server, room):
    assert request_handshake(server.url, f"/ws/websocket/stages/none/{room}/").status == 404


def test_6_echo_delivers_to_the_sender_only(server, room):
    with opened(server, "echo", room) as ann, opened(server, "echo", room) as bob:
        speak(ann, "hi")
        assert silent(bob)


def test_6_list_delivers_every_message_to_everybody_in_all_rooms(server, room):
    with opened(server, "list", f"{room}-a") as ann, opened(server, "list", f"{room}-b") as bob:
        speak(ann, "hi")
        message = receive_json(bob)
        assert (message["text"], message["room"]) == ("hi", f"{room}-a")  # the known weakness of this stage


@apart
def test_6_from_sync_on_a_message_reaches_its_whole_room_and_no_other(server, room, stage):
    with ExitStack() as stack:
        ann, bob = (stack.enter_context(opened(server, stage, f"{room}-a")) for _ in range(2))
        eve = stack.enter_context(opened(server, stage, f"{room}-b"))
        speak(ann, "hi")
        assert receive_json(bob)["text"] == "hi"
        assert speak(eve, "alone")["message"]["text"] == "alone"  # the first message that reached this room


def test_6_only_the_last_stage_delivers_history(server, room):
    publish("polling", server, room, "before")
    for stage in websocket.STAGES[:-1]:
        with opened(server, stage, room) as connection:
            assert silent(connection)
    with opened(server, "room", room) as connection:
        assert receive_json(connection)["text"] == "before"


def test_6_a_message_in_one_stage_reaches_no_other(server, room):
    with ExitStack() as stack:
        connections = {stage: stack.enter_context(opened(server, stage, room)) for stage in websocket.STAGES}
        for stage, connection in connections.items():
            speak(connection, stage)
        assert all(silent(connection) for connection in connections.values())


@every_stage
def test_6_a_binary_frame_is_refused_by_every_stage(server, room, stage):
    with opened(server, stage, room) as connection:
        connection.send(b"\x00")
        try:
            refused = receive_json(connection)["type"] == "error"
        except ConnectionClosed:
            refused = connection.close_code == 1003
    assert refused


def test_6_stages_with_groups_reach_every_process_through_redis(redis, start, room):
    here, there = (start(REDIS_URL=redis.url) for _ in range(2))
    for stage in ROOMS_APART:
        with opened(here, stage, room) as ann, opened(there, stage, room) as bob:
            speak(ann, stage)
            assert receive_json(bob)["text"] == stage


def test_6_list_reaches_only_the_readers_of_one_process(start, room):
    here, there = (start() for _ in range(2))
    with opened(here, "list", room) as ann, opened(there, "list", room) as bob:
        speak(ann, "hi")
        assert silent(bob)


def test_6_sigterm_closes_the_stages_too(start, room):
    server = start(**SMALL)
    with ExitStack() as stack:
        connections = [stack.enter_context(opened(server, stage, room)) for stage in websocket.STAGES]
        server.process.terminate()
        codes = [close_code(connection) for connection in connections]
    assert set(codes) <= {1001, 1012}
    assert server.process.wait(PATIENCE) == -15
