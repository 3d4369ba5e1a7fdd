"""The bell of a process that has no others to tell: it rings at once, and for whoever is slow not without bound."""

import asyncio
from types import SimpleNamespace

import pytest
from processes import SMALL
from roads import client, publish

from lab import handbell

UNHEARD = 5  # rings that may wait
NEVER = SMALL | {"SMALL_LOOK": "1000"}  # seconds between looks at the store: only the bell can tell in time


@pytest.fixture
def bounded(monkeypatch):
    """Bells with a small bound."""
    monkeypatch.setattr(handbell, "settings", SimpleNamespace(UNHEARD_MAX=UNHEARD, UNHEARD_BYTES=1_000))


def message(room, number):
    """Return what a bell needs of a message."""
    return SimpleNamespace(room=room, id=number, size=1)


def test_every_technique_hears_it_without_a_look_at_the_store(start):
    """3.2: one server that looks every 1,000 seconds."""
    server = start(**NEVER)
    for delivering in ("longpoll", "sse", "websocket"):
        publish("polling", server, delivering, "first")
        reader = client(delivering, server, delivering, after=0)
        messages = reader.messages()
        assert next(messages)["text"] == "first"
        for publishing in ("polling", "websocket"):
            publish(publishing, server, delivering, f"by {publishing}")
            assert next(messages)["text"] == f"by {publishing}"
        reader.close()


def test_a_room_hears_its_own_messages_in_order_and_nothing_once_it_left(bounded):
    async def heard():
        told, bells = [], []
        for room in ("a", "b"):
            bells.append(handbell.Handbell(room, lambda messages: noted(told, messages)))
            assert await bells[-1].join()
        listening = [asyncio.create_task(bell.listen()) for bell in bells]
        handbell.ring([message("b", 1), message("a", 2), message("a", 1), message("c", 1)])
        await asyncio.sleep(0.01)
        listening[0].cancel()
        await asyncio.gather(*listening[:1], return_exceptions=True)
        await bells[0].join()  # a renewal that comes late changes nothing
        handbell.ring([message("a", 3), message("b", 2)])
        await asyncio.sleep(0.01)
        listening[1].cancel()
        await asyncio.gather(*listening[1:], return_exceptions=True)
        return told

    assert sorted(asyncio.run(heard())) == [[("a", 1), ("a", 2)], [("b", 1)], [("b", 2)]]
    assert not handbell._bells


async def noted(told, messages):
    """Note what a bell told."""
    told.append([(each.room, each.id) for each in messages])


def test_4_1_what_a_busy_listener_has_not_heard_is_bounded(bounded):
    async def unheard():
        bell = handbell.Handbell("a", None)
        await bell.join()
        for number in range(2 * UNHEARD):
            handbell.ring([message("a", number)])
        waiting = bell.unheard.qsize()
        await bell.leave()
        return waiting, handbell.Handbell.size

    assert asyncio.run(unheard()) == (UNHEARD, 0)
