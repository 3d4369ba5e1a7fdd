"""Promises 3.1 and 3.2 across SIGKILL and dropped connections: no accepted message is lost, none comes twice."""

import random
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from support.cutting_proxy import CuttingProxy
from support.technique_io import TECHNIQUES, client, publish, publish_many, read, reading, results_of


@contextmanager
def speaking(server, room, count):
    """Publish `count` messages by every technique in the background."""
    speakers = [client(technique, server, room, technique) for technique in TECHNIQUES]

    def speak(speaker):
        for number in range(count):
            speaker.publish(f"{speaker.technique} {number}")
            time.sleep(0.01)

    with ThreadPoolExecutor(len(speakers)) as pool:
        try:
            yield [pool.submit(speak, speaker) for speaker in speakers]
        finally:
            for speaker in speakers:
                speaker.close()


def everything_once(received, count):
    """Check that every reader got every message of every technique once and in order."""
    expected = sorted(f"{technique} {number}" for technique in TECHNIQUES for number in range(count))
    for messages in received:
        assert [message["id"] for message in messages] == list(range(1, len(TECHNIQUES) * count + 1))
        assert sorted(message["text"] for message in messages) == expected
        for technique in TECHNIQUES:  # the messages of one client arrive in order
            own = [message["text"] for message in messages if message["author"] == technique]
            assert own == [f"{technique} {number}" for number in range(count)]


def test_3_1_an_accepted_message_survives_sigkill_at_the_next_instant(start, room, technique):
    server = start()
    status, response = publish(technique, server, room, "kept")
    server.kill()
    assert (status, response["id"]) == (201, 1)
    server.start()
    assert read(technique, server, room, 1, "?after=0").messages[0]["text"] == "kept"


def test_3_1_all_acknowledged_messages_of_32_clients_are_stored_after_sigkill(start, room):
    server = start()
    acknowledged, over = [], threading.Event()

    def speak(number):
        turn = 0
        while not over.is_set():
            try:
                response = publish("polling", server, room, f"{number}.{turn}")[1]
            except OSError:
                return
            acknowledged.append((response["id"], f"{number}.{turn}"))
            turn += 1

    with ThreadPoolExecutor(32) as pool:
        speakers = [pool.submit(speak, number) for number in range(32)]
        while len(acknowledged) < 100 and not all(speaker.done() for speaker in speakers):
            time.sleep(0.01)
        server.kill()
        over.set()
        results_of(speakers)
    server.start()
    reader = client("polling", server, room, after=0)
    stored = {message["id"]: message["text"] for message in islice(reader.messages(), max(acknowledged)[0])}
    reader.close()
    assert len(acknowledged) >= 100
    assert all(stored[number] == text for number, text in acknowledged)
    assert sorted(stored) == list(range(1, len(stored) + 1))


def test_3_2_clients_of_all_techniques_resume_across_sigkill_and_restart(start, room):
    server = start()
    with reading(server, room, 4 * 25) as readers, speaking(server, room, 25) as speakers:
        for _ in range(2):
            time.sleep(0.2)
            server.kill()
            server.start()
        results_of(speakers)
        everything_once(results_of(readers), 25)


def test_3_2_clients_of_all_techniques_resume_across_dropped_connections(server, room):
    with CuttingProxy(server.port) as relay, reading(relay, room, 4 * 25) as readers:
        with speaking(relay, room, 25) as speakers:
            while not all(speaker.done() for speaker in speakers):
                time.sleep(random.uniform(0.1, 0.2))
                relay.cut()
            results_of(speakers)
        everything_once(results_of(readers), 25)
        assert relay.cuts >= 2


def test_3_2_a_client_resumes_where_another_of_its_technique_ended(server, room, technique):
    publish_many(server, room, 120)
    seen, after = [], 0
    for _ in range(4):
        reader = client(technique, server, room, after=after)
        seen += [message["id"] for message in islice(reader.messages(), 30)]
        after = reader.after
        reader.close()
    assert seen == list(range(1, 121))


def test_2_1a_clients_start_again_if_the_database_was_replaced(start, room):
    server = start()
    publish_many(server, room, 5, "old {}")
    readers = [client(technique, server, room, after=0) for technique in TECHNIQUES]
    received = [reader.messages() for reader in readers]
    for messages in received:
        assert [message["text"] for message in islice(messages, 5)] == [f"old {number}" for number in range(1, 6)]
    server.kill()
    for file in server.log.parent.glob("lab.sqlite3*"):
        file.unlink()
    server.start()
    publish("polling", server, room, "new 1")
    for reader, messages in zip(readers, received, strict=True):
        message = next(messages)
        assert (message["id"], message["text"], reader.resets) == (1, "new 1", 1)
        reader.close()


def test_messages_deleted_by_hand_do_not_stop_readers_or_keep_them_busy(start, room, technique):
    """An administrator deletes the last of three messages, and the one in the middle."""
    server = start()
    for text in ("one", "two", "three"):
        publish(technique, server, room, text)
    server.stop()
    with closing(sqlite3.connect(Path(server.environment["LAB_DATA"]) / "lab.sqlite3")) as database, database:
        database.execute("DELETE FROM lab_message WHERE number > 1")
    server.start()
    seen, new = (client(technique, server, room, after=after) for after in (3, 1))
    with ThreadPoolExecutor(2) as pool:
        try:
            waiting = [pool.submit(lambda one=one: next(one.messages())["id"]) for one in (seen, new)]
            time.sleep(2.5)  # 50 polls without a new message, some 270 bytes each
            assert all(one.traffic().tcp_down < 20_000 for one in (seen, new)), (
                "the server sends the same again and again"
            )
            publish(technique, server, room, "four")
            assert results_of(waiting) == [4, 4]
        finally:
            seen.close()
            new.close()
