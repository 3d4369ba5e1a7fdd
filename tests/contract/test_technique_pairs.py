"""Rules 1.3 and 3.2 for each pair of techniques: one publishes, the other delivers."""

from itertools import count, islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.messages.invisible import is_blank
from support.technique_io import TECHNIQUES, client, publish, publish_many, read

COUNTER = count(1)


def shows_something(text):
    return not is_blank(text)


TEXTS = {
    "a carriage return": "a\rb",
    "a line feed": "a\nb",
    "both": "a\r\nb\n\r",
    "line ends at both ends": "\na\n\n",
    "white space at both ends": "  a\t ",
    "a line separator": "a\u2028b",
    "a paragraph separator": "a\u2029b",
    "a next line": "a\u0085b",
    "vertical tab, form feed, separators": "a\x0b\x0c\x1c\x1d\x1eb",
    "control characters": "\x01\x02\x08\x1b[31m\x7f\x9f",
    "a byte order mark": "\ufeffa",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳",
    "right to left": "\u202bשלום \u200fمرحبا\u202c",
    "decomposed, not normalised": "cafe\u0301 \u212b",
    "a character past the 16 bits": "𝒳\U0010ffff",
    "quotes and backslashes": "\"'\\ \\u0000 \\n </script><!-- {{ 7*7 }} %s",
    "what looks like an event": "x\n\nid: 99\nevent: reset\ndata: {}\n\nretry: 1\n\n",
    "what looks like JSON": '{"type": "close"}',
    "4,000 characters": "é" * 4_000,
    "4,000 characters of four bytes": "😀" * 4_000,
}


@pytest.mark.parametrize(("publishing", "delivering"), list(product(TECHNIQUES, TECHNIQUES)))
def test_3_2_published_by_one_technique_delivered_by_the_other(server, room, publishing, delivering):
    speaker, reader = client(publishing, server, room), client(delivering, server, room, "Bob", after=0)
    messages = reader.messages()
    for number in range(1, 6):
        speaker.publish(f"message {number}")
        message = next(messages)
        assert (message["id"], message["author"], message["text"]) == (number, "Ann", f"message {number}")
    speaker.close()
    reader.close()


@pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))
def test_1_3_a_text_is_delivered_character_for_character(server, room, text):
    for technique in TECHNIQUES:
        assert publish(technique, server, room, text)[0] == 201
    for technique in TECHNIQUES:
        received = read(technique, server, room, len(TECHNIQUES), "?after=0").messages
        assert [message["text"] for message in received] == [text] * len(TECHNIQUES)


@pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))
def test_1_3_a_new_text_is_delivered_character_for_character(server, room, technique, text):
    reader = client(technique, server, room, after=0)
    messages = reader.messages()
    for number in (1, 2):  # the second arrives while the reader waits
        reader.publish(f"{number}{text}"[:4_000])
        assert next(messages)["text"] == f"{number}{text}"[:4_000]
    reader.close()


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200).filter(
        shows_something
    ),
    publishing=st.sampled_from(TECHNIQUES),
)
def test_1_3_any_text_that_is_accepted_is_delivered_character_for_character(server, text, publishing):
    room = f"any-{next(COUNTER)}"
    publish(publishing, server, room, text)
    for technique in TECHNIQUES:
        assert read(technique, server, room, 1, "?after=0").messages[0]["text"] == text


@pytest.mark.parametrize("author", ["王小明", "O'Neil <b>&amp;", "👩‍🚀", "a" * 40, "é" * 40])
def test_1_3_an_author_may_be_of_any_script(server, room, technique, author):
    assert publish(technique, server, room, author=author)[0] == 201
    assert read(technique, server, room, 1, "?after=0").messages[0]["author"] == author


def test_3_2_all_techniques_deliver_the_same_history(server, room):
    publish_many(server, room, 40, "text {}")
    readings = [read(technique, server, room, 40, "?after=0").messages for technique in TECHNIQUES]
    assert all(reading == readings[0] for reading in readings)


def test_3_2_every_client_of_a_room_gets_every_message_whatever_its_technique(server, room):
    clients = [client(technique, server, room, after=0) for technique in TECHNIQUES]
    for number in range(10):
        for speaker in clients:
            speaker.publish(f"{speaker.technique} {number}")
    received = [[m["text"] for m in islice(reader.messages(), 40)] for reader in clients]
    assert all(texts == received[0] for texts in received)
    assert sorted(received[0]) == sorted(f"{technique} {number}" for technique in TECHNIQUES for number in range(10))
    for each in clients:
        each.close()
