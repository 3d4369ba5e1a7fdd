"""Messages on disk: the truth of every room.

One thread of the process writes. While it commits one batch the next one gathers, and all of it goes into the
next transaction (group commit), so that many publishers share each wait for the disk.
"""

import asyncio
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from sys import getsizeof

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from lab import models
from lab.chat import database_files
from lab.chat.database import Unavailable, run
from lab.chat.page import fitting
from lab.messages.errors import Refused
from lab.messages.message import FIELDS, Message

BATCH_MAX = 500  # messages in one transaction
READ_AT_ONCE = 100  # messages; of a page of long ones the database gives few that do not fit
# Two statements by hand: the ORM takes ten times longer to compose them than SQLite or PostgreSQL to run them.
TAKE_IDS = """
    INSERT INTO lab_room (name, last) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET last = lab_room.last + %s RETURNING id, last
"""
INSERT = """
    INSERT INTO lab_message (room_id, number, author, text, nonce, sent_at, published_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
COLUMNS = [{"id": "number", "room": "room__name"}.get(name, name) for name in FIELDS]

_writer = ThreadPoolExecutor(1, "store-writer")
_readers = ThreadPoolExecutor(4, "store-reader")
_waiting = []  # (draft, future) in the order of arrival
_waiting_bytes = 0  # of the texts of those
_writing = None  # the task that commits while anything waits


async def add(draft, committed):
    """Store one draft; return (Message, whether it is new).

    `committed(messages)` is called after each commit with its new messages. A nonce used
    again with the same author and text gives the stored message; with another, Refused (409). Unavailable when
    the database does not answer or too much waits for it.
    """
    global _writing, _waiting_bytes
    if len(_waiting) >= settings.WAITING_MAX or _waiting_bytes + getsizeof(draft.text) > settings.WAITING_BYTES:
        raise Unavailable("too many messages wait for the disk, try again.")
    future = asyncio.get_running_loop().create_future()
    _waiting.append((draft, future))
    _waiting_bytes += getsizeof(draft.text)
    if _writing is None or _writing.done():
        _writing = asyncio.create_task(_write(committed))
    return await future


async def _write(committed):
    global _waiting_bytes
    while _waiting:
        batch = _waiting[:BATCH_MAX]
        del _waiting[:BATCH_MAX]
        _waiting_bytes -= sum(getsizeof(draft.text) for draft, _ in batch)
        try:
            deadline = time.monotonic() + settings.DATABASE_PATIENCE
            results = await run(_writer, _commit, [draft for draft, _ in batch], deadline)
        except Exception as exc:  # whatever it was, every publisher of the batch must hear of it
            results = [exc] * len(batch)
        committed([result[0] for result in results if isinstance(result, tuple) and result[1]])
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its client went away; the message is stored all the same
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)


def _commit(drafts, deadline):
    """Store a batch in one transaction; return for each draft (Message, new) or the Refused that it deserves."""
    known = {}
    while True:
        try:
            return _insert_in_time(drafts, known, deadline)
        except IntegrityError:  # a nonce was used before: rare, so looked up only then
            before, known = known, _known(drafts)
            if known.keys() == before.keys():  # else another process has used one of them meanwhile
                raise


def _insert_in_time(drafts, known, deadline):
    with transaction.atomic():
        results = _insert(drafts, known)
        if time.monotonic() > deadline:  # the database hung, and their publishers were told that nothing is stored
            raise Unavailable()
    database_files.check()  # a message in files that were moved meanwhile is not accepted
    return results


def _insert(drafts, known):
    """Insert what is not `known`, {(room, nonce): Message}; the rooms' rows stay locked until the commit."""
    known, counters, rows, results = dict(known), {}, [], []
    fresh = Counter(room for room, _ in {(draft.room, draft.nonce) for draft in drafts} - known.keys())
    with connection.cursor() as cursor:
        for room in sorted(fresh):  # always in the same order, so that two processes never wait for each other
            cursor.execute(TAKE_IDS, [room, fresh[room], fresh[room]])
            key, last = cursor.fetchone()
            counters[room] = key, last - fresh[room] + 1
    for draft in drafts:
        message = known.get((draft.room, draft.nonce))
        if message is None:
            room, number = counters[draft.room]
            counters[draft.room] = room, number + 1
            message = Message(number, *_fields(draft), time.time() * 1000)
            known[draft.room, draft.nonce] = message
            rows.append((room, number, *_fields(draft)[1:], message.published_at))
            results.append((message, True))
        elif (message.author, message.text) == (draft.author, draft.text):
            results.append((message, False))
        else:
            results.append(Refused("nonce: already used for another message.", status=409))
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)
    return results


def _fields(draft):
    return draft.room, draft.author, draft.text, draft.nonce, draft.sent_at


def _known(drafts):
    rows = models.Message.objects.filter(
        room__name__in={draft.room for draft in drafts}, nonce__in={draft.nonce for draft in drafts}
    )
    messages = [Message(*values) for values in rows.values_list(*COLUMNS)]
    return {(message.room, message.nonce): message for message in messages}


async def read(room, after):
    """Return the messages of `room` with ids above `after`, in order, as many as fit into a page."""
    return await run(_readers, _read, room, after)


def _read(room, after):
    return fitting(_messages(room, after))


def _messages(room, after):
    rows = models.Message.objects.filter(room__name=room).order_by("number").values_list(*COLUMNS)
    part = rows.filter(number__gt=after)[:READ_AT_ONCE]
    while part:
        for values in part:
            message = Message(*values)
            yield message
        part = rows.filter(number__gt=message.id)[:READ_AT_ONCE] if len(part) == READ_AT_ONCE else ()


async def heads(rooms):
    """Return {room: id of its newest message}; a room in which nothing was said has 0."""
    return await run(_readers, _heads, list(rooms))


def _heads(rooms):
    found = {}
    for start in range(0, len(rooms), BATCH_MAX):
        part = rooms[start : start + BATCH_MAX]
        found |= dict(models.Room.objects.filter(name__in=part).values_list("name", "last"))
    return {room: found.get(room, 0) for room in rooms}
