"""Promise 3.1 if SQLite's files are moved, deleted or replaced while a server runs."""

import json
import os
import shutil
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import islice

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from support.processes import PATIENCE, until
from support.raw_http import get
from support.raw_websocket import open_websocket
from support.technique_io import TECHNIQUES, client, publish, publish_frame, read

AWAY = "database: not available, try again."
UNWELL = "database (moved, deleted or replaced): not available."
FIELDS = {"author": "Ann", "text": "hi"}


def delete(folder):
    """Delete the folder."""
    shutil.rmtree(folder)


def move(folder):
    """Move it elsewhere."""
    folder.rename(folder.with_name("elsewhere"))


def empty(folder):
    """Delete the files in it."""
    for path in folder.iterdir():
        path.unlink()


def renew(folder):
    """Replace it with an empty one."""
    delete(folder)
    folder.mkdir()


def restore(folder):
    """Replace it with a copy."""
    shutil.copytree(folder, folder.with_name("copy"))
    delete(folder)
    folder.with_name("copy").rename(folder)


def lose(ending):
    """Return a function that deletes one of the database's files."""

    def deletes(folder):
        (folder / f"lab.sqlite3{ending}").unlink()

    deletes.__name__ = f"lose{ending or '-database'}"
    return deletes


def swap(folder):
    """Rename another database, in the same folder, over it."""
    with closing(sqlite3.connect(folder / "lab.sqlite3")) as ours, closing(sqlite3.connect(folder / "new")) as other:
        ours.backup(other)
    (folder / "new").rename(folder / "lab.sqlite3")


WAYS = [delete, move, empty, renew, restore, swap, lose(""), lose("-wal"), lose("-shm")]


@pytest.fixture
def kept(start, tmp_path):
    """Return a function that starts a server, whose log is not in its data folder; it returns both."""

    def started(workers=1):
        folder = tmp_path / "own"
        server = start("--workers", str(workers), LAB_DATA=str(folder))
        until(lambda: holding(server.process.pid, folder) == workers, "a worker never starts", 3 * PATIENCE)
        return server, folder

    return started


def holding(pid, folder):
    """Return how many processes of a server have the database open; a worker that starts too slowly is replaced."""
    path = str((folder / "lab.sqlite3").resolve())
    count = 0
    for process in [psutil.Process(pid), *psutil.Process(pid).children()]:
        with suppress(psutil.NoSuchProcess):
            count += path in [file.path for file in process.open_files()]
    return count


def refuses(server, room):
    """Check that every technique refuses to publish."""
    for technique in TECHNIQUES:
        try:
            status, response = publish(technique, server, room)
        except InvalidStatus as refused:  # the handshake of a WebSocket to a room that its process has not opened
            status, response = refused.response.status_code, json.loads(refused.response.body)
        assert (status, response["error"]) == (503, AWAY)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_3_1_no_message_is_accepted_that_the_next_start_would_not_find(kept, room, way, workers):
    server, folder = kept(workers)
    assert publish("polling", server, room, "before")[0] == 201
    with open_websocket(server.url, room) as connection:
        assert publish_frame(connection, FIELDS)[0] == 201
        until(lambda: get(server.url, "/healthz").status == 200, "it is never well")
        os.utime(folder, (1, 1))  # as if nothing had changed in it for long, which the server has seen
        assert publish_frame(connection, FIELDS)[0] == 201
        way(folder)
        for _ in range(4):  # so that each worker gets a request
            refuses(server, room)
        status, frame = publish_frame(connection, FIELDS)
        assert (status, frame["error"]) == (503, AWAY)
    response = until(lambda: (a := get(server.url, "/healthz")).status == 503 and a, "the loss goes unseen")
    assert response.json["error"] == UNWELL
    assert response.json["channel_layer"]
    server.stop()
    server.start()
    assert publish("polling", server, room)[0] == 201


@pytest.mark.parametrize("workers", [1, 2])
def test_3_1_after_the_folder_is_back_publishing_goes_on(kept, room, technique, workers):
    server, folder = kept(workers)
    with closing(client(technique, server, room, after=0)) as reader:
        messages = reader.messages()
        assert publish(technique, server, room, "before")[0] == 201
        assert next(messages)["text"] == "before"
        for _ in range(2):
            move(folder)
            refuses(server, room)
            folder.with_name("elsewhere").rename(folder)
            until(lambda: get(server.url, "/healthz").status == 200, "it never recovers")
            assert publish(technique, server, room, "back")[0] == 201
            assert next(messages)["text"] == "back"
    assert read(technique, server, room, 3, "?after=0").ids == [1, 2, 3]


def test_the_log_says_once_that_the_database_is_away_and_once_that_it_is_back(kept, room):
    server, folder = kept()
    publish("polling", server, room)
    move(folder)
    for _ in range(3):
        refuses(server, room)
    folder.with_name("elsewhere").rename(folder)
    publish("polling", server, room)
    path = folder / "lab.sqlite3"
    assert server.log.read_text().split("\n") == [
        f"the database was moved, deleted or replaced, and nothing is stored: {path}",
        f"the database is back: {path}",
        "",
    ]


def test_3_1_a_link_to_another_folder_counts_as_a_moved_database(kept, room, tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "own").symlink_to("first")
    server, folder = kept()
    assert publish("polling", server, room)[0] == 201
    (tmp_path / "second").mkdir()
    folder.unlink()
    folder.symlink_to("second")
    refuses(server, room)
    folder.unlink()
    folder.symlink_to("first")
    assert publish("polling", server, room)[1]["id"] == 2
    assert list((tmp_path / "second").iterdir()) == []


def test_3_1_acknowledged_messages_are_stored_while_the_folder_is_moved_and_restored(kept, room):
    server, folder = kept()
    acknowledged, over = {}, threading.Event()

    def speak(number):
        turn = 0
        while not over.is_set():
            turn += 1
            status, response = publish("polling", server, room, f"{number}.{turn}")
            if status == 201:
                acknowledged[response["id"]] = f"{number}.{turn}"

    with ThreadPoolExecutor(8) as pool:
        speakers = [pool.submit(speak, number) for number in range(8)]
        try:
            for turn in range(1, 11):
                until(
                    lambda turn=turn: len(acknowledged) > 20 * turn or any(one.done() for one in speakers),
                    "no publish gets a response",
                )
                move(folder)
                time.sleep(0.05)
                folder.with_name("elsewhere").rename(folder)
            move(folder)
        finally:
            over.set()
        for speaker in speakers:
            speaker.result()
    server.kill()
    folder.with_name("elsewhere").rename(folder)
    server.start()
    with closing(client("polling", server, room, after=0)) as reader:
        stored = {message["id"]: message["text"] for message in islice(reader.messages(), max(acknowledged))}
    assert len(acknowledged) >= 200
    assert {number: stored[number] for number in acknowledged} == acknowledged


def test_3_6_two_servers_open_and_close_one_database_without_an_error(start, room):
    here, there = (start() for _ in range(2))
    for _ in range(3):  # the last connection that closes deletes two of the files
        assert publish("polling", there, room)[0] == 201
        assert here.stop() in (0, -15)
        here.start()
        assert publish("polling", here, room)[0] == 201
    assert here.log.read_text() == there.log.read_text() == ""
