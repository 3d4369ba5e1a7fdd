"""4.1: the recent messages in memory are bounded for each room and for all rooms; older ones come from the store."""

from types import SimpleNamespace

import pytest

from lab.chat import recent
from support.processes import SMALL
from support.technique_io import publish_many, read

SIZE = 10  # bytes of each message


@pytest.fixture
def tails(monkeypatch):
    """The recent messages of two rooms: at most four in each and six together."""
    monkeypatch.setattr(recent, "settings", SimpleNamespace(TAIL_MAX=4, TAILS_BYTES=6 * SIZE))
    size = recent.RecentBytes()
    tails = recent.RecentMessages(size), recent.RecentMessages(size)
    yield tails
    for each in tails:
        each.clear()
    assert size.total == 0


def say(room, *numbers):
    """Add messages with these ids to a room's recent ones."""
    for number in numbers:
        room.append(SimpleNamespace(id=number, size=SIZE))


def ids(room, after):
    """Return the ids of a room's recent messages after `after`."""
    return [message.id for message in room.after(after)]


def test_a_room_keeps_its_newest_messages_up_to_the_bound(tails):
    room, _other = tails
    say(room, 1, 2, 3, 4)
    assert ids(room, 0) == [1, 2, 3, 4]
    assert ids(room, 2) == [3, 4]
    say(room, 5)
    assert ids(room, 0) == []  # 1 is not in memory, and a response must have no gap
    assert ids(room, 1) == [2, 3, 4, 5]
    assert ids(room, 5) == []


def test_the_recent_messages_of_all_rooms_are_bounded_too(tails):
    room, other = tails
    say(room, 1, 2, 3, 4)
    say(other, 1, 2)
    assert ids(other, 0) == [1, 2]
    say(other, 3)
    assert (ids(other, 0), ids(other, 1)) == ([], [2, 3])
    room.clear()
    say(other, 4, 5)
    assert ids(other, 1) == [2, 3, 4, 5]


def test_a_message_larger_than_the_bound_is_not_kept(tails):
    room, _other = tails
    room.append(SimpleNamespace(id=1, size=7 * SIZE))
    assert ids(room, 0) == []


@pytest.mark.parametrize("bound", ["0", "6000"])
def test_older_messages_are_read_from_the_store(start, room, technique, bound):
    server = start(**SMALL, SMALL_TAILS_BYTES=bound)
    publish_many(server, room, 12, "message {}")
    assert [message["id"] for message in read(technique, server, room, 12, "?after=0").messages] == list(range(1, 13))
