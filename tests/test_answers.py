"""4.1: what one answer holds is bounded in messages and in characters, and what does not fit comes next."""

from itertools import islice
from types import SimpleNamespace

import pytest
from processes import SMALL
from raw import get, room_path
from roads import client, publish_many
from test_stages import path

from lab import pages, settings
from lab.message import TEXT_MAX

POLLS = ["polling", "longpoll"]


def said(*sizes):
    """Return messages with texts of these sizes."""
    return [SimpleNamespace(text="x" * size) for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "fit"),
    [
        ([], 0),
        ([10], 1),
        ([11], 1),  # one at least
        ([11, 1], 1),
        ([5, 5], 2),
        ([5, 6], 1),
        ([1, 1, 1, 1, 1], 4),
    ],
)
def test_a_page_holds_what_fits_and_one_at_least(monkeypatch, sizes, fit):
    monkeypatch.setattr(pages, "settings", SimpleNamespace(PAGE_MAX=4, PAGE_CHARACTERS=10))
    messages = said(*sizes)
    assert pages.fitting(iter(messages)) == messages[:fit]


def test_2_1_the_recent_messages_fit_into_one_answer():
    assert settings.RECENT * TEXT_MAX <= settings.PAGE_CHARACTERS


@pytest.mark.parametrize("technique", POLLS)
@pytest.mark.parametrize("tail", ["0", "1000000"])  # characters remembered: read from the store, and from memory
def test_2_a_poll_gives_at_most_200_000_characters_and_says_that_there_are_more(start, room, technique, tail):
    server = start(**SMALL, SMALL_TAILS_MAX=tail)
    publish_many(server, room, 120, "x" * 3_990 + "{}")
    seen, after, more = [], 0, []
    while len(seen) < 120:
        page = get(server.url, room_path(technique, room, f"?after={after}")).json
        assert 1 <= sum(len(message["text"]) for message in page["messages"]) <= 200_000
        seen += [message["id"] for message in page["messages"]]
        more.append(page["more"])
        after = page["last"]
    assert seen == list(range(1, 121))
    assert more == [True, True, False]


def test_2_2_a_full_queue_is_given_in_several_answers(start, room):
    server = start(**SMALL, SMALL_PAGE_CHARACTERS="10")
    queue = get(server.url, room_path("longpoll", room, "?hold=0")).json["queue"]
    publish_many(server, room, 4, "four{}")
    answers = [get(server.url, room_path("longpoll", room, f"?hold=0&queue={queue}&after={n}")).json for n in (0, 2, 4)]
    assert [[message["id"] for message in answer["messages"]] for answer in answers] == [[1, 2], [3, 4], []]
    assert [answer["more"] for answer in answers] == [True, False, False]


def test_3_2_whatever_fits_everything_comes(start, room, technique):
    server = start(**SMALL, SMALL_PAGE_CHARACTERS="1")
    publish_many(server, room, 12, "message {}")
    reader = client(technique, server, room, after=0)
    assert [message["id"] for message in islice(reader.messages(), 12)] == list(range(1, 13))
    reader.close()


def test_6_whole_gives_the_newest_that_fit(start, room):
    server = start(**SMALL, SMALL_PAGE_CHARACTERS="10")
    publish_many(server, room, 7, "four{}")
    page = get(server.url, path("polling", "whole", room)).json
    assert [message["id"] for message in page["messages"]] == [6, 7]
    assert (page["last"], page["more"]) == (7, False)
