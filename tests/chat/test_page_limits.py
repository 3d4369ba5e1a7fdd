"""4.1: one response holds a bounded number of messages and bytes, and the rest comes in the next one."""

from itertools import islice
from types import SimpleNamespace

import pytest

from lab import settings
from lab.chat import page
from lab.messages.message import Message
from lab.messages.validation import ID_MAX, TEXT_MAX
from support.processes import SMALL
from support.raw_http import get, room_path
from support.technique_io import client, publish_many, stage_path

POLLS = ["polling", "longpoll"]


def said(*sizes):
    """Return messages whose JSON has these sizes."""
    return [SimpleNamespace(json=b"x" * size) for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "fit"),
    [
        ([], 0),
        ([10], 1),
        ([11], 1),  # at least one
        ([11, 1], 1),
        ([5, 5], 2),
        ([5, 6], 1),
        ([1, 1, 1, 1, 1], 4),
    ],
)
def test_a_page_holds_the_messages_that_fit_and_at_least_one(monkeypatch, sizes, fit):
    monkeypatch.setattr(page, "settings", SimpleNamespace(PAGE_MAX=4, PAGE_BYTES=10))
    messages = said(*sizes)
    assert page.take_page(iter(messages)) == messages[:fit]


def test_2_1_the_recent_messages_fit_into_one_response_in_english():
    said = {"room": "r" * 64, "author": "a" * 40, "text": "x" * TEXT_MAX, "nonce": "n" * 64, "sent_at": 1763678000123.4}
    message = Message(id=ID_MAX, published_at=1763678000123.456, **said)
    assert settings.RECENT * len(message.json) <= settings.PAGE_BYTES


CONTROL, EMOJI = "\1", "😀"  # the longest characters in JSON, and in UTF-8


@pytest.mark.parametrize("technique", POLLS)
@pytest.mark.parametrize(
    "tail", ["0", "10000000"]
)  # bytes kept in memory: messages come from the store, or from memory
@pytest.mark.parametrize("character", ["x", CONTROL, EMOJI], ids=["letters", "control characters", "emoji"])
def test_2_a_poll_returns_at_most_262_144_bytes_and_says_that_there_are_more(start, room, technique, tail, character):
    server = start(**SMALL, SMALL_TAILS_BYTES=tail)
    publish_many(server, room, 120, character * 3_990 + "{}")
    seen, after, more = [], 0, True
    while more:
        response = get(server.url, room_path(technique, room, f"?after={after}"))
        assert len(response.body) <= 262_144 + 1_000  # for the fields around the messages
        page = response.json
        seen += [message["id"] for message in page["messages"]]
        after, more = page["last"], page["more"]
    assert seen == list(range(1, 121))


def test_2_2_a_full_queue_comes_in_several_responses(start, room):
    server = start(**SMALL, SMALL_PAGE_BYTES="400")
    queue = get(server.url, room_path("longpoll", room, "?hold=0")).json["queue"]
    publish_many(server, room, 4, "four{}")
    path = room_path("longpoll", room, f"?hold=0&queue={queue}")
    pages = [get(server.url, f"{path}&after={last}").json for last in (0, 2, 4)]
    assert [[message["id"] for message in page["messages"]] for page in pages] == [[1, 2], [3, 4], []]
    assert [page["more"] for page in pages] == [True, False, False]


def test_3_2_every_message_arrives_however_little_fits(start, room, technique):
    server = start(**SMALL, SMALL_PAGE_BYTES="1")
    publish_many(server, room, 12, "message {}")
    reader = client(technique, server, room, after=0)
    assert [message["id"] for message in islice(reader.messages(), 12)] == list(range(1, 13))
    reader.close()


def test_6_whole_returns_the_newest_messages_that_fit(start, room):
    server = start(**SMALL, SMALL_PAGE_BYTES="400")
    publish_many(server, room, 7, "four{}")
    page = get(server.url, stage_path("polling", "whole", room)).json
    assert [message["id"] for message in page["messages"]] == [6, 7]
    assert (page["last"], page["more"]) == (7, False)
