"""`manage.py forget ROOM` empties a room while servers run, and its clients get a reset (2.1a)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice

import pytest

from support.database import database
from support.processes import run_command
from support.technique_io import TECHNIQUES, client, publish, publish_many, read, results_of

pytestmark = pytest.mark.server
OLD = ["one", "two", "three"]


def forget(server, room):
    """Run the command for the database of a server."""
    own = {name: server.environment[name] for name in ("DATABASE_URL", "REDIS_URL") if name in server.environment}
    return run_command("forget", room, data=server.environment["LAB_DATA"], **own)


def publish_old(server, room):
    """Publish the history that will be deleted."""
    for text in OLD:
        assert publish("polling", server, room, text)[0] == 201


@contextmanager
def clients(server, room, texts):
    """Read the old history by a client of each technique; yield futures of the number of resets that each got.

    A client must then read `texts` from the first message on.
    """

    def start_anew(reader, messages):
        anew = []
        while anew[-len(texts) :] != list(enumerate(texts, 1)):
            message = next(messages)
            anew.append((message["id"], message["text"]))
        return reader.resets

    readers = [client(technique, server, room, after=0) for technique in TECHNIQUES]
    with ThreadPoolExecutor(len(readers)) as pool:
        try:
            received = [reader.messages() for reader in readers]
            for messages in received:
                assert [message["text"] for message in islice(messages, len(OLD))] == OLD
            yield [pool.submit(start_anew, *each) for each in zip(readers, received, strict=True)]
        finally:
            for reader in readers:
                reader.close()


@pytest.mark.also_scaled
@pytest.mark.parametrize("name", ["{}", "{}-物理课"])
@pytest.mark.parametrize("count", [1, 5])
def test_2_1a_the_clients_of_a_deleted_room_get_a_reset(server, room, name, count):
    """The new history may be shorter or longer than the old one; another room is not affected."""
    room = name.format(room)
    for each in (room, f"{room}-other"):
        publish_old(server, each)
    texts = [f"new {number}" for number in range(count)]
    with clients(server, room, texts) as running:
        done = forget(getattr(server, "servers", [server])[0], room)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"The room {room} is empty.\n", "")
        for number, text in enumerate(texts, 1):
            status, message = publish("sse", server, room, text)
            assert (status, message["id"]) == (201, number)
        for resets in results_of(running):
            assert resets >= 1  # a long poll has a queue in each process, and may get a reset from each
            assert resets == 1 or hasattr(server, "servers")
    assert read("polling", server, room, count, "?after=0").ids == list(range(1, count + 1))
    assert [message["text"] for message in read("polling", server, f"{room}-other", 3, "?after=0").messages] == OLD


@pytest.mark.parametrize("workers", ["1", "2"])
def test_2_1a_a_client_that_was_away_gets_a_reset_too(start, room, workers):
    server = start("--workers", workers)
    publish_old(server, room)
    assert forget(server, room).returncode == 0
    for technique in TECHNIQUES:
        assert publish(technique, server, f"{room}-{technique}")[1]["id"] == 1
        response = read(technique, server, f"{room}-{technique}", 1, "?after=3")
        assert (response.reset, response.ids) == (True, [1])
    server.stop()
    assert forget(server, f"{room}-sse").returncode == 0  # without a server
    server.start()
    assert read("polling", server, f"{room}-sse", 0, "?after=1").reset


def test_a_publish_during_the_deletion_waits_and_is_not_refused(server, room):
    publish_old(server, room)
    with ThreadPoolExecutor() as pool:
        forgetting = pool.submit(forget, server, room)
        while not forgetting.done():
            for each in (room, f"{room}-other"):
                assert publish("polling", server, each)[0] == 201
    last = read("polling", server, room, 0).messages[-1]["id"]
    assert read("polling", server, room, last, "?after=0").ids == list(range(1, last + 1))


def test_a_large_room_and_the_rest_of_an_interrupted_deletion_are_deleted_completely(start, room):
    server = start()
    publish_many(server, room, 50)
    with database(server) as connection:
        (key,) = connection.execute("SELECT id FROM lab_room WHERE name = ?", [room]).fetchone()
        columns = "room_id, number, author, text, nonce, published_at"
        connection.execute(
            f"INSERT INTO lab_message ({columns}) WITH RECURSIVE n(i) AS (VALUES(51) UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < 25000) SELECT {key}, i, 'Ann', 'hi', 'nonce-' || i, 0 FROM n"
        )
        connection.execute("UPDATE lab_room SET last = 25000 WHERE id = ?", [key])
        connection.execute("INSERT INTO lab_room (name, last) VALUES ('/99', 7)")
        assert forget(server, room).returncode == 0
        assert connection.execute("SELECT count(*) FROM lab_message").fetchone() == (0,)
        assert connection.execute("SELECT name FROM lab_room").fetchall() == []


@pytest.mark.parametrize("name", ["nowhere", "物理课"])
def test_a_room_that_does_not_exist_is_refused_in_one_sentence(tmp_path, name):
    done = run_command("forget", name, data=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"CommandError: There is no room {name} in the database: nobody has published in it.\n"


@pytest.mark.parametrize("name", ["a.b", "", "/99", "a b", "x" * 65, "a\u202eb", "\udcff"])
def test_an_invalid_room_name_is_refused_in_one_sentence(tmp_path, name):
    done = run_command("forget", name, data=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CommandError: room: 1 to 64 letters, digits, - and _.\n"


def test_an_unusable_database_is_reported_in_one_sentence(tmp_path):
    done = run_command("forget", "lobby", data=tmp_path, DATABASE_URL="postgres://127.0.0.1:1/nobody")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database cannot be used: ")
    assert done.stderr.count("\n") == 1
