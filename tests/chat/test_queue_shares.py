"""4.1: the shares of queues and rooms. Over a share, an idle queue or room is closed, and no message is lost."""

from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from websockets.sync.client import connect

from lab.access import shares
from lab.access.visitors import Visitor
from lab.messages.errors import Refused
from support.processes import PATIENCE, SMALL
from support.raw_http import get, new_session, room_path, stalled_request
from support.raw_websocket import open_websocket, request_handshake, websocket_path
from support.sse_parser import held, stream
from support.technique_io import HTTP, publish, publish_many

PROXY = {"FORWARDED_ALLOW_IPS": "127.0.0.1"}
OF_ONE = {kind: f"too many {kind} of one address or session, close some." for kind in ("queues", "rooms")}
FULL = {kind: f"too many {kind} are open, try again." for kind in ("queues", "rooms")}
LONG = 55  # seconds that a request is held


@pytest.fixture
def taken(monkeypatch):
    """Shares: six things in all, three of one address, two of one session; `dropped` lists those that were closed."""
    own = SimpleNamespace(THINGS_MAX=6, ADDRESS_THINGS=3, SESSION_THINGS=2)
    monkeypatch.setattr(shares, "settings", own)
    dropped = []

    def close(name):
        dropped.append(name)
        taken.leave(name)

    taken = shares.Shares("things", close)
    taken.dropped = dropped
    return taken


def take(taken, owner, *names, idle=True):
    """Take things for an owner, "address" or "address session"."""
    address, _space, session = owner.partition(" ")
    shares.owner.set(Visitor(address, session or None))
    for name in names:
        taken.take(name)
        if idle:
            taken.rest(name)


def refused(taken, owner):
    with pytest.raises(Refused) as raised:
        take(taken, owner, "one more")
    return raised.value.status


@pytest.mark.parametrize("owners", [["a"] * 4, ["a x", "a x", "b x"], ["a x", "a x", "a x"]])
def test_4_1_over_its_share_an_owner_loses_what_was_idle_longest(taken, owners):
    take(taken, "other y", "theirs")
    for number, owner in enumerate(owners):
        take(taken, owner, number)
    assert taken.dropped == [0]


def test_4_1_what_was_used_again_does_not_count_as_idle_longest(taken):
    take(taken, "a", 1, 2, 3)
    taken.use(1)
    taken.rest(1)
    take(taken, "a", 4)
    taken.use(3)
    take(taken, "a", 5)
    assert taken.dropped == [2, 1]


def test_4_1_in_a_full_process_the_owner_with_the_most_loses_an_idle_one(taken):
    take(taken, "a", "a1", "a2", "a3")
    take(taken, "b", "b1", "b2")
    take(taken, "c", "c1")
    take(taken, "d", "d1")
    assert taken.dropped == ["a1"]
    take(taken, "d", "d2")  # now a and b have two each
    assert taken.dropped[1][0] in "ab"
    assert len(taken.holders) == 6


def test_4_1_what_is_in_use_is_never_closed(taken):
    take(taken, "a", 1, 2, 3, idle=False)
    assert refused(taken, "a") == 429
    take(taken, "b", 4, 5, idle=False)
    take(taken, "c", 6)
    take(taken, "d", 7, idle=False)
    assert taken.dropped == [6]
    assert refused(taken, "c") == 503
    taken.rest(5)
    take(taken, "c", 8)
    assert taken.dropped == [6, 5]


def test_4_1_what_is_left_is_forgotten_completely(taken):
    for _turn in range(3):
        for name in range(20):
            take(taken, f"{name % 4} {name % 3}", name)
        for name in list(taken.holders):
            taken.leave(name)
    assert [taken.holders, taken.counts, taken.idle, taken.ranks, taken.rank] == [{}] * 5


def poll(server, room, query="", **headers):
    return get(server.url, room_path("longpoll", room, f"?hold=0{query}"), **headers)


def lives(server, room, queue):
    """Return whether a queue that delivered message 1 still exists: a new one under its id would deliver 1 again."""
    return poll(server, room, f"&queue={queue}", X_Forwarded_For="192.0.2.99").json["messages"] == []


def test_4_1_an_address_over_its_share_loses_its_oldest_queue_and_no_message(start, room):
    server = start(LAB_ADDRESS_QUEUES="2")
    publish("polling", server, room)
    first, second, _third = (poll(server, room).json["queue"] for _ in range(3))
    assert lives(server, room, second)
    publish("polling", server, room)
    response = poll(server, room, f"&queue={first}&after=1").json
    assert ([message["id"] for message in response["messages"]], response["queue"]) == ([2], first)


def test_4_1_in_a_full_process_the_address_with_the_most_queues_loses_one(start, room):
    server = start(**SMALL, **PROXY, SMALL_QUEUES_MAX="4", SMALL_QUEUE_IDLE="60")
    publish("polling", server, room)
    theirs = poll(server, room, X_Forwarded_For="192.0.2.2").json["queue"]
    greedy = [poll(server, room, X_Forwarded_For="192.0.2.1").json["queue"] for _ in range(3)]
    assert poll(server, room, X_Forwarded_For="192.0.2.3").status == 200
    assert lives(server, room, theirs)
    assert lives(server, room, greedy[1])
    assert not lives(server, room, greedy[0])


@pytest.mark.parametrize("of", ["ADDRESS", "SESSION"])
def test_4_429_queues_in_use_are_bounded_for_each_address_and_session(start, room, of):
    server = start(**PROXY, **{f"LAB_{of}_QUEUES": "2"})
    mine = {"X-Forwarded-For": "192.0.2.1", "Cookie": new_session(server)}
    others = {"X_Forwarded_For": "192.0.2.2", "Cookie": new_session(server)}
    with ExitStack() as stack:
        for _ in range(2):
            queue = poll(server, room, **{name.replace("-", "_"): value for name, value in mine.items()}).json["queue"]
            path = room_path("longpoll", room, f"?hold={LONG}&after=0&queue={queue}")
            stack.enter_context(stalled_request(server, path, *(f"{name}: {value}" for name, value in mine.items())))
        responses = []
        while not responses or responses[-1].status != 429:  # the requests come in order; the last are held
            responses.append(poll(server, room, **{name.replace("-", "_"): value for name, value in mine.items()}))
        assert (responses[-1].sentence, responses[-1].headers["retry-after"]) == (OF_ONE["queues"], "5")
        assert poll(server, room, **others).status == 200


@pytest.mark.parametrize("of", ["ADDRESS", "SESSION"])
def test_4_429_rooms_in_use_are_bounded_for_each_address_and_session(start, of):
    server = start(**PROXY, **{f"LAB_{of}_ROOMS": "2"})
    mine = {"X_Forwarded_For": "192.0.2.1", "Cookie": new_session(server)}
    others = {"X_Forwarded_For": "192.0.2.2", "Cookie": new_session(server)}
    with held(server, room_path("sse", "one"), 1, **mine), held(server, room_path("sse", "two"), 1, **mine):
        for technique in HTTP:
            response = get(server.url, room_path(technique, "three"), **mine)
            assert (response.status, response.sentence) == (429, OF_ONE["rooms"])
        headers = {name.replace("_", "-"): value for name, value in mine.items()}
        assert request_handshake(server.url, websocket_path("three"), headers).status == 429
        assert get(server.url, room_path("polling", "one"), **mine).status == 200
        assert get(server.url, room_path("polling", "three"), **others).status == 200
        assert get(server.url, room_path("polling", "three"), **mine).status == 200  # others opened it


@pytest.mark.parametrize("technique", HTTP[:2])
def test_4_1_rooms_without_readers_are_closed_for_new_ones_and_lose_no_message(start, technique):
    server = start(**SMALL, SMALL_ROOMS_MAX="3", SMALL_QUEUE_IDLE="60")
    queue = poll(server, "room-0").json["queue"]
    for number in range(20):
        query = "?hold=0" if technique == "longpoll" else ""
        assert get(server.url, room_path(technique, f"room-{number}", query)).status == 200
    publish("polling", server, "room-0")
    response = poll(server, "room-0", f"&queue={queue}&after=0").json
    assert [message["id"] for message in response["messages"]] == [1]


def test_4_503_rooms_that_are_read_are_never_closed(start):
    server = start(**SMALL, SMALL_ROOMS_MAX="2")
    with stream(server.url, room_path("sse", "one")) as events, open_websocket(server.url, "two") as connection:
        for technique in HTTP:
            response = get(server.url, room_path(technique, "three"))
            assert (response.status, response.sentence, response.headers["retry-after"]) == (503, FULL["rooms"], "1")
        assert request_handshake(server.url, websocket_path("three")).status == 503
        for name in ("one", "two", "three"):  # publishing needs no open room
            assert publish("polling", server, name)[0] == 201
        assert [message["id"] for message in events.messages(1)] == [1]
        while "heartbeat" in (text := connection.recv(PATIENCE)):
            pass
        assert '"id":1' in text
    publish_many(server, "three", 2)


def test_4_1_a_class_of_60_behind_one_address_stays_within_its_shares(server, room):
    """Each student has the four techniques side by side in three tabs, reloaded once, and a room of their own."""
    with ExitStack() as stack:
        for student in range(60):
            session = {"Cookie": new_session(server)}
            address = f"ws://127.0.0.1:{server.port}{websocket_path(room)}"
            assert poll(server, f"{room}-{student}", **session).status == 200
            for _tab in range(3):
                stack.enter_context(connect(address, origin=server.url, additional_headers=session, proxy=None))
                stack.enter_context(stream(server.url, room_path("sse", room), **session))
                assert get(server.url, room_path("polling", room), **session).status == 200
                for _load in range(2):
                    assert poll(server, room, **session).status == 200
        assert publish("polling", server, room)[0] == 201
