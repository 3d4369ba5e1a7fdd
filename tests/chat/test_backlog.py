"""4.1: bounds on the bytes of messages in queues, in connections, and waiting for the disk."""

import gc
import tracemalloc
from contextlib import ExitStack
from functools import partial
from itertools import islice
from types import SimpleNamespace

import pytest

from lab import settings
from lab.chat import backlog
from lab.messages.message import MESSAGE_MAX, Message
from lab.messages.validation import TEXT_MAX
from lab.server import buffers
from support.database import AWAY, locked
from support.processes import SMALL, connections, memory, until
from support.raw_http import get, room_path
from support.raw_websocket import open_websocket, receive_json, send_json
from support.sse_parser import stream
from support.technique_io import LONG, PUSHED, client, publish, publish_many, stalled_reader

SIZE = 10  # bytes of each message


@pytest.fixture
def queues(monkeypatch):
    """Three queues with bounds of 50 bytes each and 60 bytes together."""
    monkeypatch.setattr(backlog, "settings", SimpleNamespace(QUEUES_BYTES=60))
    backlogs = backlog.Backlogs()
    queues = [backlog.Backlog(50, backlogs) for _ in range(3)]
    yield queues
    for queue in queues:
        queue.clear()
    assert (backlogs.size, backlogs.filled) == (0, {})


def said(count):
    return [SimpleNamespace(size=SIZE, queued=0) for _ in range(count)]


def test_a_queue_that_grows_too_large_is_emptied(queues):
    for message in said(5):
        queues[0].append(message)
    assert (len(queues[0]), queues[0].size) == (5, 50)
    queues[0].append(*said(1))
    assert (len(queues[0]), queues[0].size, queues[0].all.size) == (0, 0, 0)


def test_a_message_in_many_queues_is_counted_once(queues):
    messages = said(5)
    for queue in queues:
        for message in messages:
            queue.append(message)
    assert queues[0].all.size == 50
    queues[0].clear()
    queues[1].clear()
    assert queues[0].all.size == 50
    assert [queues[2].popleft() for _ in range(5)] == messages
    assert queues[0].all.size == 0


def test_if_all_queues_together_hold_too_much_the_one_that_waits_longest_is_emptied(queues):
    first, second, third = queues
    for queue in (first, second, first, third):
        for message in said(2):
            queue.append(message)
    assert [len(queue) for queue in queues] == [0, 2, 2]
    second.popleft()
    second.popleft()
    second.append(*said(1))
    for message in said(4):
        first.append(message)
    assert [len(queue) for queue in queues] == [4, 1, 0]  # then the messages in the third had waited longest


TEXTS = {
    "short": "hi",
    "letters": "x" * TEXT_MAX,
    "control characters": "\1" * TEXT_MAX,
    "emoji": "😀" * TEXT_MAX,
    "both": "😀" + "\1" * (TEXT_MAX - 1),
}


def unique_message(number, text):
    """Return a message that shares no object with another one."""
    names = ["".join(list(part)) for part in ("𠀀" * 64, "😀" * 40, text, '"' * 64)]
    return Message(number, *names, 1763678000123.25 + number, 1763678000124.5678 + number)


@pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))
def test_a_message_costs_no_more_memory_than_is_counted(text):
    unique_message(0, text).size  # noqa: B018  (objects that are made only once)
    gc.collect()
    tracemalloc.start()
    messages = [unique_message(number, text) for number in range(200)]
    counted = sum(message.size for message in messages)
    for message in messages:
        message.encoded(str)
        message.forget()
    gc.collect()
    cost, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counted / 3 < cost < counted
    assert len(messages[0].json) <= MESSAGE_MAX


def test_3_5_a_room_keeps_emoji_within_its_bound(start, room):
    server = start(**SMALL, SMALL_TAIL_MAX="1000", SMALL_TAILS_BYTES="10000000")
    publish_many(server, f"{room}-warm", 100, LONG)
    before = memory(server)
    with stream(server.url, room_path("sse", room, "?after=0")) as events:
        for _turn in range(4):
            publish_many(server, room, 150, LONG)  # 5 MB, and 17 MB if all encodings are kept
            events.messages(150)
            events.events.clear()
    assert memory(server) - before < 35e6


@pytest.mark.parametrize("bound", ["SMALL_QUEUE_BYTES", "SMALL_QUEUES_BYTES"])
def test_2_2_a_queue_that_holds_too_many_bytes_falls_back_to_history(start, room, bound):
    server = start(**SMALL, SMALL_QUEUE_IDLE="60", **{bound: "10000"})
    path = room_path("longpoll", room, "?hold=0&after=0")
    queues = [get(server.url, path).json["queue"] for _ in range(3)]
    publish_many(server, room, 9, "x" * 2_000 + "{}")
    for queue in queues:
        page = get(server.url, f"{path}&queue={queue}").json
        assert ([message["id"] for message in page["messages"]], page["queue"]) == (list(range(1, 10)), queue)


@pytest.mark.parametrize("bound", ["SMALL_QUEUE_BYTES", "SMALL_QUEUES_BYTES", "SMALL_TAILS_BYTES", "SMALL_PAGE_BYTES"])
def test_3_2_every_message_arrives_even_if_none_may_wait(start, room, technique, bound):
    server = start(**SMALL, **{bound: "1"})
    reader = client(technique, server, room, after=0)
    publish_many(server, room, 12, "message {}")
    assert [message["id"] for message in islice(reader.messages(), 12)] == list(range(1, 13))
    reader.close()


@pytest.mark.parametrize("layer", ["memory", "redis"])
def test_3_2_messages_too_large_to_announce_are_found_in_the_store(start, redis, room, technique, layer):
    where = {"REDIS_URL": redis.url} if layer == "redis" else {}
    server = start(**SMALL, **where, SMALL_ANNOUNCEMENTS_BYTES="1", SMALL_SYNC_INTERVAL="0.1")
    reader = client(technique, server, room, after=0)
    publish("polling", server, room, "first")
    received = reader.messages()
    assert next(received)["id"] == 1
    publish("polling", server, room, "second")
    assert next(received)["id"] == 2
    reader.close()


def test_4_503_when_too_many_bytes_wait_for_the_disk(start, room):
    server = start(**SMALL, SMALL_WAITING_BYTES="10000")
    with locked(server), ExitStack() as stack:
        speakers = [stack.enter_context(open_websocket(server.url, room)) for _ in range(16)]
        for number, speaker in enumerate(speakers):
            send_json(speaker, type="publish", author="Ann", text="x" * 3_000, nonce=str(number))
        responses = {receive_json(speaker)["error"] for speaker in speakers}
    assert responses == {AWAY, "too many messages wait for the disk, try again."}
    assert publish("polling", server, room)[1]["id"] == 1


@pytest.mark.parametrize("technique", PUSHED)
def test_4_1_if_too_much_waits_in_connections_the_address_with_the_most_loses_one(start, room, technique):
    server = start(**SMALL, FORWARDED_ALLOW_IPS="127.0.0.1", SMALL_BUFFERS_BYTES="200000")
    publish_many(server, room, 800, LONG)
    with ExitStack() as stack:
        slow = stack.enter_context(stalled_reader(technique, server, room, "X-Forwarded-For: 192.0.2.2"))
        until(lambda: slow.recv(1), "it gets nothing")
        for _ in range(8):
            stack.enter_context(stalled_reader(technique, server, room, "X-Forwarded-For: 192.0.2.1"))
        until(lambda: connections(server) < 9, "nothing is ever cut")
        read = 0
        while read < 10e6:  # more than the system's buffers hold
            part = slow.recv(1 << 20)
            assert part, "the slow reader of the other address was cut"
            read += len(part)
    assert publish("polling", server, room)[1]["id"] == 801


@pytest.fixture
def connected(monkeypatch):
    """Return a function that makes connections; 100 bytes may wait in all together."""
    monkeypatch.setattr(buffers, "settings", SimpleNamespace(BUFFERS_BYTES=100))
    connections, cut = [], []

    def connection():
        connections.append(Connection(partial(cut.append, len(connections))))
        return connections[-1]

    yield connection, cut
    for each in connections:
        buffers.limit.remove(each)
    assert (buffers.limit.total, buffers.limit.by_address, buffers.limit.waiting) == (0, {}, {})


class Connection:
    """A connection that can be counted, and cut by `abort`."""

    def __init__(self, abort):
        self.loop = SimpleNamespace(call_soon=lambda call: call())
        self.transport = SimpleNamespace(abort=abort)


def test_the_longest_waiting_connection_of_the_address_with_the_most_is_cut(connected):
    connection, cut = connected
    first, *others = [connection() for _ in range(5)]
    buffers.limit.add(first, "a", 40)
    buffers.limit.add(others[0], "b", 30)
    buffers.limit.add(others[1], "b", 30)
    assert cut == []
    buffers.limit.add(others[2], "c", 10)
    assert cut == [1]
    buffers.limit.remove(first)
    buffers.limit.add(others[3], "c", 70)
    assert cut == [1, 3]


def test_2_1_one_response_is_smaller_than_the_bytes_that_may_wait():
    assert settings.PAGE_BYTES + MESSAGE_MAX < settings.BUFFERS_BYTES / 100
