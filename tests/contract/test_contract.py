"""The contract of SPEC.md, sections 1 to 3, the same for every technique."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from support.raw_http import get, room_path
from support.technique_io import TECHNIQUES, client, publish, publish_many, read, wait_until_announced

pytestmark = pytest.mark.also_scaled

FIELDS = {"id", "room", "author", "text", "nonce", "sent_at", "published_at"}


def test_1_1_a_message_has_these_fields_and_no_others(server, room, technique):
    before = time.time() * 1000
    publish(technique, server, room, "hi", nonce="n1", sent_at=1763678000123.4)
    (message,) = read(technique, server, room, 1, "?after=0").messages
    published_at = message.pop("published_at")
    assert message == {"id": 1, "room": room, "author": "Ann", "text": "hi", "nonce": "n1", "sent_at": 1763678000123.4}
    assert isinstance(published_at, float)
    assert before - 1000 <= published_at <= time.time() * 1000 + 1000


@pytest.mark.parametrize("sent_at", [None, 0, -1.5, 1e299, 1763678000123])
def test_1_1_sent_at_is_passed_on_unchanged(server, room, technique, sent_at):
    publish(technique, server, room, sent_at=sent_at)
    (message,) = read(technique, server, room, 1, "?after=0").messages
    assert message["sent_at"] == sent_at
    assert set(message) == FIELDS


def test_1_2_ids_count_without_a_gap_under_32_publishers_of_all_techniques(server, room):
    def speak(number):
        speaker = client(TECHNIQUES[number % len(TECHNIQUES)], server, room)
        for turn in range(4):
            speaker.publish(f"{number}.{turn}")
        speaker.close()

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(speak, range(32)))
    wait_until_announced(server, room, 128)
    messages = get(server.url, room_path("polling", room, "?after=0")).json["messages"]
    assert [message["id"] for message in messages] == list(range(1, 129))
    assert len({message["text"] for message in messages}) == 128
    for number in range(32):  # the messages of one client stay in order
        own = [message["text"] for message in messages if message["text"].startswith(f"{number}.")]
        assert own == [f"{number}.{turn}" for turn in range(4)]


def test_1_2_a_refused_message_uses_no_id(server, room, technique):
    assert publish(technique, server, room, "first")[0] == 201
    assert publish(technique, server, room, " ")[0] == 400
    assert publish(technique, server, room, "second")[1]["id"] == 2


def test_1_3_the_server_makes_a_nonce_if_it_is_missing(server, room, technique):
    publish("polling", server, room)
    publish("polling", server, room)
    first, second = read(technique, server, room, 2, "?after=0").messages
    assert first["nonce"] != second["nonce"]
    assert 16 <= len(first["nonce"]) <= 64


def test_1_3_a_room_typed_in_two_ways_is_one_room(server, room, technique):
    publish(technique, server, f"{room}-cafe\u0301", "decomposed")
    publish(technique, server, f" {room}-caf\u00e9\u00a0", "composed")
    messages = read(technique, server, f"{room}-caf\u00e9", 2, "?after=0").messages
    assert [message["text"] for message in messages] == ["decomposed", "composed"]
    assert {message["room"] for message in messages} == {f"{room}-caf\u00e9"}


def test_1_3_an_author_is_normalised_and_stripped(server, room, technique):
    publish(technique, server, room, author=" \u3000Zoe\u0308\t")
    (message,) = read(technique, server, room, 1, "?after=0").messages
    assert message["author"] == "Zo\u00eb"


def test_1_3_a_room_may_have_a_name_of_any_script(server, room, technique):
    for name in ("物理课", "हिन्दी", "Ελληνικά", "ไทย", "٣٤", "a-b_c"):
        status, _answer = publish(technique, server, f"{room}-{name}", name)
        assert status == 201
        (message,) = read(technique, server, f"{room}-{name}", 1, "?after=0").messages
        assert (message["room"], message["text"]) == (f"{room}-{name}", name)


def test_2_1_without_after_a_reader_gets_the_last_50_messages(server, room, technique):
    publish_many(server, room, 60)
    assert read(technique, server, room, 50).ids == list(range(11, 61))


def test_2_1_after_0_starts_with_the_first_message(server, room, technique):
    publish_many(server, room, 60)
    assert read(technique, server, room, 60, "?after=0").ids == list(range(1, 61))


def test_2_1_after_the_last_id_a_reader_gets_only_new_messages(server, room, technique):
    publish_many(server, room, 3)
    publish("polling", server, room)
    assert read(technique, server, room, 1, "?after=3").ids == [4]


def test_2_1a_after_beyond_the_last_id_causes_a_reset(server, room, technique):
    publish_many(server, room, 60)
    response = read(technique, server, room, 50, "?after=61")
    assert response.reset
    assert response.ids == list(range(11, 61))


def test_2_1a_after_equal_to_the_last_id_causes_no_reset(server, room, technique):
    publish_many(server, room, 2)
    assert not read(technique, server, room, 1, "?after=1").reset


def test_2_1a_the_greatest_possible_after_causes_a_reset(server, room, technique):
    publish_many(server, room, 2)
    response = read(technique, server, room, 2, f"?after={2**63 - 1}")
    assert (response.reset, response.ids) == (True, [1, 2])


def test_3_2_a_client_gets_history_and_then_new_messages(server, room, technique):
    publish("polling", server, room, "one")
    reader = client(technique, server, room, after=0)
    messages = reader.messages()
    assert next(messages)["text"] == "one"
    reader.publish("two")
    assert next(messages)["text"] == "two"
    reader.close()


def test_3_2_a_history_of_several_pages_arrives_complete(server, room, technique):
    publish_many(server, room, 620)
    reader = client(technique, server, room, after=0)
    assert [message["id"] for message in islice(reader.messages(), 620)] == list(range(1, 621))
    reader.close()


def test_3_3_no_message_reaches_another_room(server, room, technique):
    here, there = (client(technique, server, f"{room}-{name}", after=0) for name in ("here", "there"))
    received = here.messages()
    for number in range(5):
        there.publish(f"there {number}")
        here.publish(f"here {number}")
    assert [next(received)["text"] for _ in range(5)] == [f"here {number}" for number in range(5)]
    here.close()
    there.close()


def test_3_4_a_nonce_used_twice_is_stored_once(server, room, technique):
    first = publish(technique, server, room, "once", nonce="same")
    again = publish(technique, server, room, "once", nonce="same")
    assert (first[1]["id"], again[1]["id"]) == (1, 1)
    assert publish(technique, server, room, "next")[1]["id"] == 2
    assert [m["text"] for m in read(technique, server, room, 2, "?after=0").messages] == ["once", "next"]


def test_3_4_a_nonce_published_32_times_at_once_is_stored_once(server, room, technique):
    with ThreadPoolExecutor(32) as pool:
        ids = pool.map(lambda _: publish(technique, server, room, "once", nonce="same")[1]["id"], range(32))
    assert set(ids) == {1}
    assert publish(technique, server, room, "next")[1]["id"] == 2


def test_3_4_the_same_nonce_may_be_used_in_two_rooms(server, room, technique):
    assert publish(technique, server, f"{room}-a", "a", nonce="same")[1]["id"] == 1
    assert publish(technique, server, f"{room}-b", "b", nonce="same")[1]["id"] == 1
