"""The rules of the chat, tested without a server: two hubs in one process stand for two server processes."""

import asyncio
from itertools import count
from threading import Barrier

import pytest
from channels.layers import InMemoryChannelLayer
from django.core.management import call_command
from django.db import connection

from lab import models
from lab.access.rate_limits import RateLimits
from lab.access.visitors import Visitor
from lab.chat.broker import Broker
from lab.chat.broker_local import LocalBroker
from lab.chat.database import READERS
from lab.chat.hub import Hub
from lab.messages.errors import Refused
from lab.messages.message import Draft
from support.processes import PATIENCE

ADA = Visitor("192.0.2.1", "session")
SOON = 0.02  # seconds between queries of the store
nonces = count(1)


@pytest.fixture(scope="module", autouse=True)
def _database(django_db_blocker):
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)
        yield
        connection.close()


@pytest.fixture
def chat(settings):
    """Return a function that runs `test(*hubs)` with `count` hubs on one database."""
    settings.SYNC_INTERVAL = SOON

    def run(test, count=1, brokers=LocalBroker):
        async def running():
            hubs = [Hub(brokers(), RateLimits()) for _ in range(count)]
            try:
                async with asyncio.timeout(PATIENCE):
                    await test(*hubs)
            finally:
                for hub in hubs:
                    hub.close()
                await asyncio.sleep(0)  # so that cancelled tasks end

        asyncio.run(running())

    return run


async def publish(hub, room, *texts):
    """Publish some texts; return the ids."""
    drafts = [Draft(room, "ada", text, f"nonce-{next(nonces)}", None) for text in texts]
    return [(await hub.publish(draft, ADA))[0].id for draft in drafts]


async def read(queue, number):
    """Return the ids of the next `number` messages."""
    ids = []
    while len(ids) < number:
        ids += [message.id for message in (await queue.fetch()).messages]
    return ids


async def in_database(function, *args, **kwargs):
    """Call a function that uses the database, in a thread whose connection is closed afterwards."""

    def call():
        try:
            function(*args, **kwargs)
        finally:
            connection.close()

    await asyncio.to_thread(call)


def ids(page):
    return [message.id for message in page.messages]


def test_a_message_is_stored_numbered_and_delivered(chat, room):
    async def test(hub):
        with await hub.follow(room) as queue:
            assert await publish(hub, room, "one", "two") == [1, 2]
            assert await read(queue, 2) == [1, 2]
        page = await hub.history(room)
        assert [(message.id, message.author, message.text) for message in page.messages] == [
            (1, "ada", "one"),
            (2, "ada", "two"),
        ]
        assert (page.last, page.more, page.reset) == (2, False, False)
        assert ids(await hub.history(room, 1)) == [2]
        assert ids(await hub.history(room, 2)) == []

    chat(test)


def test_a_message_reaches_no_other_room(chat, room):
    async def test(hub):
        with await hub.follow(room) as queue:
            await publish(hub, room + "-other", "there")
            await publish(hub, room, "here")
            page = await queue.fetch()
            assert [message.text for message in page.messages] == ["here"]

    chat(test)


def test_a_nonce_stores_once_and_is_refused_for_another_text(chat, room):
    async def test(hub, other):
        draft = Draft(room, "ada", "once", "the nonce", None)
        first, new = await hub.publish(draft, ADA)
        assert (first.id, new) == (1, True)
        for each in (hub, other):
            again, new = await each.publish(draft, ADA)
            assert (again.id, again.published_at, new) == (1, first.published_at, False)
            with pytest.raises(Refused) as refusal:
                await each.publish(Draft(room, "ada", "twice", "the nonce", None), ADA)
            assert (refusal.value.status, refusal.value.nonce) == (409, "the nonce")
        together = await asyncio.gather(*(hub.publish(draft, ADA) for _ in range(5)))
        assert [(message.id, new) for message, new in together] == [(1, False)] * 5
        assert ids(await hub.history(room)) == [1]

    chat(test, count=2)


def test_many_publishers_at_once_get_ids_without_a_gap(chat, room):
    async def test(hub, other):
        given = await asyncio.gather(*(publish(each, room, "hi") for each in (hub, other) * 20))
        assert sorted(number for (number,) in given) == list(range(1, 41))
        for each in (hub, other):
            while (await each.history(room, 0)).last < 40:  # it notices the other's messages by its next comparison
                await asyncio.sleep(SOON)
            assert ids(await each.history(room, 0)) == list(range(1, 41))

    chat(test, count=2)


def test_a_hub_finds_messages_in_the_store_that_were_not_announced(chat, room):
    async def test(hub, other):
        with await other.follow(room) as queue:
            await publish(hub, room, "one", "two")
            assert await read(queue, 2) == [1, 2]

    chat(test, count=2)  # with two in-process brokers, which are not connected


def test_a_broker_announces_to_the_other_hub(chat, room, settings):
    settings.SYNC_INTERVAL = 1_000  # no hub queries the store by itself
    layer = InMemoryChannelLayer()

    async def test(hub, other):
        settings.SYNC_INTERVAL = 1_000
        with await other.follow(room) as queue:
            await publish(hub, room, "one", "two")
            assert await read(queue, 2) == [1, 2]

    chat(test, count=2, brokers=lambda: Broker(layer))


def test_an_announcement_that_is_lost_leaves_no_gap(chat, room, settings):
    class Lossy(LocalBroker):
        def publish(self, messages):
            super().publish([message for message in messages if message.text != "lost"])

    async def test(hub):
        settings.SYNC_INTERVAL = 1_000
        with await hub.follow(room) as queue:
            await publish(hub, room, "one", "lost", "lost", "four")
            assert await read(queue, 4) == [1, 2, 3, 4]

    chat(test, brokers=Lossy)


def test_an_announcement_that_comes_twice_or_late_is_delivered_once(chat, room, settings):
    class Repeating(LocalBroker):
        def publish(self, messages):
            super().publish(messages)
            super().publish(messages)

    async def test(hub):
        with await hub.follow(room) as queue:
            await publish(hub, room, "one", "two", "three")
            await asyncio.sleep(3 * SOON)
            assert await read(queue, 3) == [1, 2, 3]
            assert ids(await queue.fetch(0)) == []

    chat(test, brokers=Repeating)


def test_history_after_a_message_that_was_not_announced_here_yet(chat, room, settings):
    async def test(hub, other):
        settings.SYNC_INTERVAL = 1_000
        assert ids(await other.history(room)) == []
        await publish(hub, room, "one", "two")
        page = await other.history(room, 2)  # the client got it from the other process
        assert (ids(page), page.last, page.reset) == ([], 2, False)
        assert ids(await other.history(room, 1)) == [2]

    chat(test, count=2)


def test_an_after_of_another_history_causes_a_reset(chat, room):
    async def test(hub):
        await publish(hub, room, "one", "two")
        page = await hub.history(room, 7)
        assert (ids(page), page.last, page.reset) == ([1, 2], 2, True)
        with await hub.follow(room, 7) as queue:
            page = await queue.fetch()
            assert (ids(page), page.reset) == ([1, 2], True)

    chat(test)


def test_a_database_with_fewer_messages_causes_a_reset(chat, room):
    async def test(hub):
        await publish(hub, room, "one", "two", "three")
        with await hub.follow(room, 3) as queue:
            await in_database(delete, room)
            page = await queue.fetch()
            while not page.reset:
                page = await queue.fetch()
            assert ids(page) == []
            assert await publish(hub, room, "anew") == [1]
            assert await read(queue, 1) == [1]

    def delete(room):
        models.Message.objects.filter(room__name=room).delete()
        models.Room.objects.filter(name=room).delete()

    chat(test)


def test_another_history_of_a_room_is_a_reset_however_long_it_is(chat, room, settings):
    async def test(hub):
        settings.SYNC_INTERVAL = 0.3  # so that the new history is as long as the old one before the hub looks
        await publish(hub, room, "one", "two", "three")
        with await hub.follow(room, 3) as queue, await hub.follow(room, 3) as reader:
            waiting = asyncio.create_task(reader.fetch())
            await in_database(models.Room.objects.filter(name=room).update, name=f"/{room}")
            assert await publish(hub, room, *"abcde") == [1, 2, 3, 4, 5]
            page = await waiting
            while not page.reset:
                page = await reader.fetch()
            assert ids(page) + await read(reader, 5 - len(ids(page))) == [1, 2, 3, 4, 5]
            page = await queue.fetch()  # which nobody read meanwhile
            assert page.reset
            assert ids(page) + await read(queue, 5 - len(ids(page))) == [1, 2, 3, 4, 5]
            assert ids(await queue.fetch(0)) == []

    chat(test)


def test_a_message_deleted_by_hand_is_skipped(chat, room):
    async def test(hub, other, third):
        await publish(hub, room, "one", "two", "three")
        await in_database(models.Message.objects.filter(room__name=room, number=2).delete)
        assert ids(await other.history(room, 0)) == [1, 3]
        await in_database(models.Message.objects.filter(room__name=room).delete)
        page = await third.history(room)
        assert (ids(page), page.more) == ([], False)

    chat(test, count=3)


def test_a_queue_that_overflows_sends_its_reader_back_to_history(chat, room):
    async def test(hub):
        with await hub.follow(room, 0, bound=3) as queue:
            await publish(hub, room, *"abcdefg")
            while hub.rooms[room].last < 7:
                await asyncio.sleep(0)
            assert [message.id for message in queue.waiting] == [7]
            assert await read(queue, 7) == list(range(1, 8))
            await publish(hub, room, "h")
            assert await read(queue, 1) == [8]

    chat(test)


def test_a_page_is_bounded_and_says_that_there_is_more(chat, room, settings):
    settings.PAGE_MAX = 2

    async def test(hub):
        await publish(hub, room, *"abcde")
        page, pages = await hub.history(room, 0), []
        while page.messages:
            pages.append((ids(page), page.more))
            page = await hub.history(room, page.last)
        assert pages == [([1, 2], True), ([3, 4], True), ([5], False)]

    chat(test)


def test_a_room_opens_with_its_recent_messages(chat, room, settings):
    settings.RECENT = 2

    async def test(hub, other):
        await publish(hub, room, *"abcde")
        assert ids(await other.history(room)) == [4, 5]
        assert [message.id for message in other.rooms[room].recent.messages] == [4, 5]
        assert ids(await other.history(room, 0)) == [1, 2, 3, 4, 5]

    chat(test, count=2)


def test_a_second_reader_of_a_queue_ends_the_first_ones_waiting(chat, room):
    async def test(hub):
        with await hub.follow(room) as queue:
            first = asyncio.create_task(queue.fetch())
            await asyncio.sleep(0)
            second = asyncio.create_task(queue.fetch())
            assert ids(await first) == []
            await publish(hub, room, "one")
            assert ids(await second) == [1]

    chat(test)


def test_a_push_delivers_without_waking_the_reader(chat, room):
    pushed = []

    async def test(hub):
        with await hub.follow(room) as queue:
            queue.set_push(lambda text: pushed.append(text) or True, lambda message: message.text)
            waiting = asyncio.create_task(queue.fetch())
            await asyncio.sleep(0)
            await publish(hub, room, "one", "two")
            while hub.rooms[room].last < 2:
                await asyncio.sleep(0)
            assert (pushed, waiting.done(), queue.last) == (["one", "two"], False, 2)
            waiting.cancel()

    chat(test)


def test_each_hub_has_its_own_rates_and_rooms(chat, room, settings):
    settings.SESSION_RATE, settings.PUBLISH_RATE = 1, 0
    settings.ROOMS_MAX = 1

    async def test(hub, other):
        await publish(hub, room, "one", "two")  # a burst may be twice the rate
        with pytest.raises(Refused) as refusal:
            await publish(hub, room, "three")
        assert refusal.value.status == 429
        assert await publish(other, room, "three") == [3]
        with await hub.follow(room):
            with pytest.raises(Refused) as refusal:
                await hub.history(room + "-other")
            assert refusal.value.status == 503
            assert ids(await other.history(room + "-other")) == []
        assert ids(await hub.history(room + "-other")) == []
        assert list(hub.rooms) == [room + "-other"]

    chat(test, count=2)


def test_a_room_that_nobody_uses_is_closed(chat, room, settings):
    settings.ROOM_IDLE = 0

    async def test(hub):
        await publish(hub, room, "one")
        await hub.history(room)
        while hub.rooms:
            await asyncio.sleep(SOON)
        while hub.broker.subscriptions:  # the task that listens leaves when it ends
            await asyncio.sleep(0)
        assert hub.recent_bytes.total == 0
        assert ids(await hub.history(room)) == [1]

    chat(test)


def test_a_room_that_was_closed_before_its_opening_was_noted_is_not_idle(chat, room):
    """On a busy process another room may need its place in the same turn of the loop."""

    async def test(hub):
        first = await hub.open_room(room)
        hub._close_room(room)
        first._opened(first.opening)
        assert not hub.shares.holders
        second = await hub.open_room(room)
        with await hub.follow(room) as queue:
            reading = asyncio.create_task(queue.fetch())
            await asyncio.sleep(0)
            first._opened(first.opening)
            assert not hub.shares.idle
            assert second is hub.rooms[room]
            hub.shut_down()
            await reading

    chat(test)


def test_shutting_down_ends_every_reader(chat, room):
    async def test(hub):
        with await hub.follow(room) as queue:
            waiting = asyncio.create_task(queue.fetch())
            await asyncio.sleep(0)
            hub.shut_down()
            assert ids(await waiting) == []
            assert queue.ended
        with await hub.follow(room) as queue:
            assert queue.ended

    chat(test)


def test_closing_a_hub_closes_the_connection_of_every_thread(chat, room):
    threads = Barrier(READERS)
    connections = []

    async def test(hub):
        database = hub.store.database
        await publish(hub, room, "one")
        await asyncio.gather(*(database.read(threads.wait, PATIENCE) for _ in range(READERS)))
        connections.extend(database.connections)
        assert [bool(each.connection) for each in connections] == [True] * (READERS + 1)

    chat(test)
    assert not any(each.connection for each in connections)
