"""The in-process broker: it announces at once, and bounds the announcements that wait for a slow room."""

import asyncio
from types import SimpleNamespace

import pytest

from lab.chat import broker_local
from support.processes import SMALL
from support.technique_io import client, publish

BOUND = 5  # announcements that may wait
NO_SYNC = SMALL | {"SMALL_SYNC_INTERVAL": "1000"}  # seconds: only the broker can announce a message in time


@pytest.fixture
def bounded(monkeypatch):
    """Subscriptions with a small bound."""
    monkeypatch.setattr(broker_local, "settings", SimpleNamespace(ANNOUNCEMENTS_MAX=BOUND, ANNOUNCEMENTS_BYTES=1_000))


def message(room, number):
    """Return the fields of a message that a broker uses."""
    return SimpleNamespace(room=room, id=number, size=1)


def test_3_2_every_technique_delivers_without_a_query_of_the_store(start):
    """3.2: on one server that compares its rooms with the store only every 1,000 seconds."""
    server = start(**NO_SYNC)
    for delivering in ("longpoll", "sse", "websocket"):
        publish("polling", server, delivering, "first")
        reader = client(delivering, server, delivering, after=0)
        messages = reader.messages()
        assert next(messages)["text"] == "first"
        for publishing in ("polling", "websocket"):
            publish(publishing, server, delivering, f"by {publishing}")
            assert next(messages)["text"] == f"by {publishing}"
        reader.close()


def test_a_subscription_gets_its_rooms_messages_in_order_until_it_leaves(bounded):
    async def received():
        announced, subscriptions, broker = [], [], broker_local.LocalBroker()
        for room in ("a", "b"):
            subscriptions.append(broker.subscribe(room, lambda messages: noted(announced, messages)))
            assert await subscriptions[-1].join()
        listening = [asyncio.create_task(each.listen()) for each in subscriptions]
        broker.publish([message("b", 1), message("a", 2), message("a", 1), message("c", 1)])
        await asyncio.sleep(0.01)
        listening[0].cancel()
        await asyncio.gather(*listening[:1], return_exceptions=True)
        await subscriptions[0].join()  # a renewal that comes late changes nothing
        broker.publish([message("a", 3), message("b", 2)])
        await asyncio.sleep(0.01)
        listening[1].cancel()
        await asyncio.gather(*listening[1:], return_exceptions=True)
        return announced, broker

    announced, broker = asyncio.run(received())
    assert sorted(announced) == [[("a", 1), ("a", 2)], [("b", 1)], [("b", 2)]]
    assert not broker.subscriptions


async def noted(announced, messages):
    """Append some messages to those that were announced."""
    announced.append([(each.room, each.id) for each in messages])


def test_4_1_announcements_that_wait_for_a_busy_room_are_bounded(bounded):
    async def waiting_and_left():
        broker = broker_local.LocalBroker()
        subscription = broker.subscribe("a", None)
        await subscription.join()
        for number in range(2 * BOUND):
            broker.publish([message("a", number)])
        waiting = subscription.pending.qsize()
        await subscription.leave()
        return waiting, broker.pending_bytes

    assert asyncio.run(waiting_and_left()) == (BOUND, 0)
