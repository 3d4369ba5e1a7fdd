"""Promise 3.6: everything holds with several server processes on one database, with and without Redis."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, product

import pytest

from support.processes import PATIENCE, SMALL, RedisProcess, ServerProcess, until
from support.raw_http import get, room_path
from support.technique_io import TECHNIQUES, client, publish, publish_many

pytestmark = pytest.mark.server

NEVER = {"SMALL_SYNC_INTERVAL": "1000"}  # seconds: only the broker can announce a message in time


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two server processes on one database, without Redis."""
    data = tmp_path_factory.mktemp("shared")
    servers = [ServerProcess(data).start() for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


def reads(reader, count, texts):
    """Check that a reader that has read nothing yet gets these texts."""
    assert [message["text"] for message in islice(reader.messages(), count)] == texts


def waiting(reader):
    """Start a reader's wait for its first message; return its messages."""
    messages = reader.messages()
    assert next(messages)["id"] == 1
    return messages


def test_3_6_without_redis_a_process_finds_the_others_messages_in_the_store(two, room):
    here, there = two
    publish("polling", here, room, "first")
    readers = [client(technique, there, room, after=0) for technique in TECHNIQUES]
    received = [waiting(reader) for reader in readers]
    for technique in TECHNIQUES:
        publish(technique, here, room, technique)
    for reader, messages in zip(readers, received, strict=True):
        assert [message["text"] for message in islice(messages, len(TECHNIQUES))] == TECHNIQUES
        reader.close()


def test_3_6_ids_count_without_a_gap_under_publishers_at_two_processes(two, room):
    def speak(number):
        speaker = client(TECHNIQUES[number % 4], two[number // 4 % 2], room)
        ids = [speaker.publish(f"{number}.{turn}")["id"] for turn in range(5)]
        speaker.close()
        return ids

    with ThreadPoolExecutor(16) as pool:
        ids = [number for own in pool.map(speak, range(16)) for number in own]
    assert sorted(ids) == list(range(1, 81))
    for server in two:
        until(
            lambda server=server: get(server.url, room_path("polling", room)).json["last"] == 80,
            "a process does not know all messages",
        )


def test_3_6_a_nonce_published_at_two_processes_at_once_is_stored_once(two, room):
    def say(number):
        return publish("polling", two[number % 2], room, nonce=f"nonce {number // 16}")[1]["id"]

    with ThreadPoolExecutor(16) as pool:  # more than one nonce, so that one may be stored while another is looked up
        assert len(set(zip(pool.map(say, range(480)), (n // 16 for n in range(480)), strict=True))) == 30


def test_3_6_no_technique_needs_sticky_sessions(two, room, technique):
    publish_many(two[0], room, 30, "text {}")
    seen, after, queue = [], 0, None
    for turn in range(6):  # each time at the other process, with the `after` and the queue of the last response
        reader = client(technique, two[turn % 2], room, after=after)
        if hasattr(reader, "queue"):
            reader.queue = queue
        seen += [message["id"] for message in islice(reader.messages(), 5)]
        after, queue = reader.after, getattr(reader, "queue", None)
        reader.close()
    assert seen == list(range(1, 31))


def test_3_6_a_client_ahead_of_a_process_causes_no_reset(two, room, technique):
    publish_many(two[0], room, 1)
    reader = client(technique, two[1], room, after=0)
    assert next(reader.messages())["id"] == 1
    reader.close()
    publish_many(two[0], room, 3)  # the other process may not know of them yet
    reader = client(technique, two[1], room, after=4)
    messages = reader.messages()
    publish("polling", two[1], room, "fifth")
    assert (next(messages)["text"], reader.resets) == ("fifth", 0)
    reader.close()


@pytest.mark.parametrize(("publishing", "delivering"), [*product(["polling", "websocket"], TECHNIQUES)])
@pytest.mark.services
def test_3_6_with_redis_messages_are_announced_to_every_process(announcing, room, publishing, delivering):
    here, there = announcing
    publish("polling", here, room, "first")
    reader = client(delivering, there, room, after=0)
    messages = waiting(reader)
    for number in range(3):
        publish(publishing, here, room, str(number))
        assert next(messages)["text"] == str(
            number
        )  # the processes query the store every 1,000 s: only the broker is so fast
    reader.close()


@pytest.fixture(scope="module")
def announcing(tmp_path_factory):
    """Two server processes on one database and one Redis, which never query the store by themselves."""
    data = tmp_path_factory.mktemp("announcing")
    with RedisProcess() as redis:
        servers = [ServerProcess(data, **SMALL, **NEVER, REDIS_URL=redis.url).start() for _ in range(2)]
        yield servers
        for server in servers:
            server.stop()


def test_3_6_redis_may_restart(redis, start, room):
    here, there = (start(REDIS_URL=redis.url) for _ in range(2))
    publish("polling", here, room, "first")
    readers = [client(technique, there, room, after=0) for technique in TECHNIQUES]
    speaker = client("websocket", here, room)
    with ThreadPoolExecutor(len(readers)) as pool:
        received = [pool.submit(lambda r=reader: list(islice(r.messages(), 10))) for reader in readers]
        for act in (redis.stop, redis.start, lambda: None):
            act()
            for number in range(3):
                speaker.publish(str(number))
                time.sleep(0.1)
        for messages in received:
            assert [message["id"] for message in messages.result(PATIENCE)] == list(range(1, 11))
    assert [reader.repeated for reader in readers] == [0] * len(readers)
    for each in (*readers, speaker):
        each.close()


def test_2_healthz_names_the_channel_layer_when_it_is_away(redis, start):
    server = start(REDIS_URL=redis.url)
    assert get(server.url, "/healthz").status == 200
    redis.stop()
    response = until(lambda: (a := get(server.url, "/healthz")).status == 503 and a, "the loss goes unseen")
    assert response.json["error"] == "channel_layer: not available."
    assert response.headers["retry-after"] == "1"
    redis.start()
    until(lambda: get(server.url, "/healthz").status == 200, "the layer's return goes unseen")


def test_3_6_with_workers_behind_one_port_every_technique_delivers(start, room):
    server = start("--workers", "2")
    readers = [client(technique, server, room, after=0) for technique in TECHNIQUES]
    for number in range(8):
        speaker = client(TECHNIQUES[number % 4], server, room)
        speaker.publish(str(number))
        speaker.close()
    for reader in readers:
        reads(reader, 8, [str(number) for number in range(8)])
        reader.close()


def test_3_6_the_server_stays_healthy_after_a_mass_disconnect(redis, start, room):
    server = start(REDIS_URL=redis.url)
    for _ in range(2):
        readers = [client("websocket", server, f"{room}-{number}", after=0) for number in range(100)]
        for reader in readers:
            reader.ensure_open()
        for reader in readers:
            reader.close()
    assert publish("polling", server, room)[0] == 201
    assert get(server.url, "/healthz").status == 200
