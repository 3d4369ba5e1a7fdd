"""The store: the messages on disk, which every reader gets in the end.

One thread of the process writes. While it commits one batch, new messages wait, and all of them go into the
next transaction (group commit). So many publishers share each wait for the disk.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from sys import getsizeof
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from lab import models
from lab.chat.database import Database, Unavailable
from lab.chat.page import take_page
from lab.messages.errors import Refused
from lab.messages.message import FIELDS, Draft, Message

Stored = tuple[Message, bool]  # a message, and whether it is new

BATCH_MAX = 500  # messages in one transaction
DELETED_AT_ONCE = 10_000  # messages in one transaction, so that no publisher waits long
FORGOTTEN = "/"  # begins the name of a room that is being deleted; no client can name it
READ_AT_ONCE = 100  # messages in one query; a page of long messages has few
# Two statements in SQL: the ORM takes ten times longer to compose them than SQLite or PostgreSQL to run them.
TAKE_IDS = """
    INSERT INTO lab_room (name, last) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET last = lab_room.last + %s RETURNING id, last
"""
INSERT = """
    INSERT INTO lab_message (room_id, number, author, text, nonce, sent_at, published_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
COLUMNS = [{"id": "number", "room": "room__name"}.get(name, name) for name in FIELDS]


class Head(NamedTuple):
    """Position of a room's history: `last` is the id of its newest message; each history has a `key` of its own."""

    key: int = 0
    last: int = 0


class Store:
    """The messages of all rooms, in the database that the settings name."""

    def __init__(self) -> None:
        self.database = Database()
        self.waiting: list[tuple[Draft, asyncio.Future[Stored]]] = []  # (draft, future) in the order of arrival
        self.waiting_bytes = 0  # of their texts
        self.writing: asyncio.Task[None] | None = None  # the task that commits while drafts wait

    async def add(self, draft: Draft, on_commit: Callable[[list[Message]], None]) -> Stored:
        """Store one draft; return (Message, whether it is new).

        `on_commit(messages)` is called after each commit with its new messages. If the nonce was used before with the
        same author and text, the stored message is returned; with others, it raises Refused (409). Raises Unavailable
        if the database is unavailable or too many messages wait for it.
        """
        size = getsizeof(draft.text)
        if len(self.waiting) >= settings.WAITING_MAX or self.waiting_bytes + size > settings.WAITING_BYTES:
            raise Unavailable("too many messages wait for the disk, try again.")
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((draft, future))
        self.waiting_bytes += size
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write(on_commit))
        result: Stored = await future
        return result

    async def snapshot(self, room: str, count: int) -> tuple[Head, list[Message]]:
        """Return (head, messages): the newest `count` messages of a room, and its Head before the first of them."""
        return await self.database.read(newest, room, count)

    async def read(self, room: str, after: int) -> list[Message]:
        """Return the messages of `room` with ids above `after`, in order, as many as fit into a page."""
        return await self.database.read(page_after, room, after)

    async def heads(self, rooms: Iterable[str]) -> dict[str, Head]:
        """Return {room: Head}; a room without messages has zeros."""
        return await self.database.read(newest_heads, list(rooms))

    def close(self) -> None:
        """End the threads; for a store that is no longer used."""
        self.database.close()

    async def _write(self, on_commit: Callable[[list[Message]], None]) -> None:
        while self.waiting:
            batch = self.waiting[:BATCH_MAX]
            del self.waiting[:BATCH_MAX]
            self.waiting_bytes -= sum(getsizeof(draft.text) for draft, _ in batch)
            results: list[Stored | Refused] | list[Exception]
            try:
                deadline = time.monotonic() + settings.DATABASE_TIMEOUT
                results = await self.database.write(self.commit, [draft for draft, _ in batch], deadline)
            except Exception as exc:  # of any kind: every publisher of the batch gets it
                results = [exc] * len(batch)
            on_commit([result[0] for result in results if isinstance(result, tuple) and result[1]])
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():  # its client went away; the message is stored all the same
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def commit(self, drafts: list[Draft], deadline: float) -> list[Stored | Refused]:
        """Store a batch in one transaction; return for each draft (Message, new) or its Refused."""
        known: dict[tuple[str, str], Message] = {}
        while True:
            try:
                with transaction.atomic():
                    results = insert(drafts, known)
                    if time.monotonic() > deadline:  # the database hung, and its publishers got 503 already
                        raise Unavailable()
                self.database.files.check()  # a message in files that were moved meanwhile is not accepted
                return results
            except IntegrityError:  # a nonce was used before: rare, so looked up only then
                before, known = known, stored(drafts)
                if known.keys() == before.keys():  # else another process has used one of them meanwhile
                    raise


def insert(drafts: list[Draft], known: dict[tuple[str, str], Message]) -> list[Stored | Refused]:
    """Insert what is not `known`, {(room, nonce): Message}; the rooms' rows stay locked until the commit."""
    known = dict(known)
    counters: dict[str, tuple[int, int]] = {}  # {room: its key, the next id}
    rows: list[tuple[Any, ...]] = []
    results: list[Stored | Refused] = []
    fresh = Counter(room for room, _ in {(draft.room, draft.nonce) for draft in drafts} - known.keys())
    with connection.cursor() as cursor:
        for room in sorted(fresh):  # always in the same order, so that two processes never wait for each other
            cursor.execute(TAKE_IDS, [room, fresh[room], fresh[room]])
            key, last = cursor.fetchone()
            counters[room] = key, last - fresh[room] + 1
    for draft in drafts:
        message = known.get((draft.room, draft.nonce))
        if message is None:
            key, number = counters[draft.room]
            counters[draft.room] = key, number + 1
            fields = draft.author, draft.text, draft.nonce, draft.sent_at, time.time() * 1000
            message = known[draft.room, draft.nonce] = Message(number, draft.room, *fields)
            rows.append((key, number, *fields))
            results.append((message, True))
        elif (message.author, message.text) == (draft.author, draft.text):
            results.append((message, False))
        else:
            results.append(Refused("nonce: already used for another message.", status=409))
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)
    return results


def stored(drafts: list[Draft]) -> dict[tuple[str, str], Message]:
    """Return {(room, nonce): Message} of the messages that have the nonces of some drafts."""
    rows = models.Message.objects.filter(
        room__name__in={draft.room for draft in drafts}, nonce__in={draft.nonce for draft in drafts}
    )
    messages = [Message(*values) for values in rows.values_list(*COLUMNS)]
    return {(message.room, message.nonce): message for message in messages}


def newest(room: str, count: int) -> tuple[Head, list[Message]]:
    """Return (head, messages): the newest `count` messages of a room, read in one query, and its Head before them."""
    rows = list(messages_of(room).filter(number__gt=F("room__last") - count).values_list("room_id", *COLUMNS))
    messages = [Message(*values) for _key, *values in rows]
    if messages:
        return Head(rows[0][0], messages[0].id - 1), messages
    key, last = newest_heads([room])[room]
    return Head(key, max(0, last - count)), []  # a new room, or one whose messages were deleted by hand


def page_after(room: str, after: int) -> list[Message]:
    """Return the first page of the messages of a room with ids above `after`."""
    return take_page(read_after(room, after))


def read_after(room: str, after: int) -> Iterator[Message]:
    """Yield the messages of a room with ids above `after`, read in parts."""
    count = READ_AT_ONCE
    while count == READ_AT_ONCE:
        count = 0
        for values in messages_of(room).filter(number__gt=after)[:READ_AT_ONCE]:
            message = Message(*values)
            after, count = message.id, count + 1
            yield message


def messages_of(room: str) -> QuerySet[models.Message, tuple[Any, ...]]:
    """Return the query of a room's messages in order."""
    return models.Message.objects.filter(room__name=room).order_by("number").values_list(*COLUMNS)


def newest_heads(rooms: list[str]) -> dict[str, Head]:
    """Return {room: Head}."""
    heads: dict[str, Head] = dict.fromkeys(rooms, Head())
    for start in range(0, len(rooms), BATCH_MAX):
        rows = models.Room.objects.filter(name__in=rooms[start : start + BATCH_MAX])
        heads |= {name: Head(key, last) for name, key, last in rows.values_list("name", "id", "last")}
    return heads


def forget(room: str) -> bool:
    """Delete the history of a room; return whether there was one.

    The room's row loses its name first: from that instant the room is empty, and its next message is the first of a new
    history, however long the deletion takes. Also deletes what an interrupted call has left.
    """
    nameless = Concat(Value(FORGOTTEN), Cast("id", CharField()))
    renamed = models.Room.objects.filter(name=room).update(name=nameless)
    if renamed:
        hold_publishers(room)
    for old in models.Room.objects.filter(name__startswith=FORGOTTEN):
        for start in range(0, old.last, DELETED_AT_ONCE):
            models.Message.objects.filter(room=old, number__gt=start, number__lte=start + DELETED_AT_ONCE).delete()
        old.delete()
    return bool(renamed)


def hold_publishers(room: str) -> None:
    """Let publishers in an empty room wait until all server processes have noticed that it is empty.

    If the new history grew past the old one at once, a poll could not distinguish them.
    """
    with suppress(IntegrityError), transaction.atomic():  # the error: another process was faster
        models.Room.objects.create(name=room)  # the others wait for the end of this transaction
        time.sleep(2 * settings.SYNC_INTERVAL)
        transaction.set_rollback(True)
