"""Messages on disk: the truth of every room.

One thread of the process writes. While it commits one batch the next one gathers, and all of it goes into the
next transaction (group commit), so that many publishers share each wait for the disk.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from lab import models
from lab.message import FIELDS, Message, Refused

BATCH_MAX = 500  # messages in one transaction
COLUMNS = [{"id": "number", "room": "room__name"}.get(name, name) for name in FIELDS]

_writer = ThreadPoolExecutor(1, "store-writer")
_readers = ThreadPoolExecutor(4, "store-reader")
_waiting = []  # (draft, future) in the order of arrival
_writing = None  # the task that commits while anything waits


class Unavailable(Refused):
    """The database does not answer; nothing was stored."""

    def __init__(self, sentence="database: not available, try again."):
        super().__init__(sentence, status=503, headers={"Retry-After": "1"})


async def add(draft, committed):
    """Store one draft; return (Message, whether it is new).

    `committed(messages)` is called after each commit with its new messages. A nonce used
    again with the same author and text gives the stored message; with another, Refused (409). Unavailable when
    the database does not answer or too much waits for it.
    """
    global _writing
    if len(_waiting) >= settings.WAITING_MAX:
        raise Unavailable("too many messages wait for the disk, try again.")
    future = asyncio.get_running_loop().create_future()
    _waiting.append((draft, future))
    if _writing is None or _writing.done():
        _writing = asyncio.create_task(_write(committed))
    return await future


async def _write(committed):
    while _waiting:
        batch = _waiting[:BATCH_MAX]
        del _waiting[:BATCH_MAX]
        try:
            results = await _run(_writer, _commit, [draft for draft, _ in batch])
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


@transaction.atomic
def _commit(drafts):
    """Store a batch in one transaction; return for each draft (Message, new) or the Refused that it deserves."""
    rooms = _lock_rooms({draft.room for draft in drafts})
    known = _known({(rooms[draft.room].pk, draft.nonce) for draft in drafts})
    results, rows = [], []
    for draft in drafts:
        room = rooms[draft.room]
        message = known.get((room.pk, draft.nonce))
        if message is None:
            room.last += 1
            message = Message(
                room.last, draft.room, draft.author, draft.text, draft.nonce, draft.sent_at, time.time() * 1000
            )
            known[room.pk, draft.nonce] = message
            rows.append(_row(room, message))
            results.append((message, True))
        elif (message.author, message.text) == (draft.author, draft.text):
            results.append((message, False))
        else:
            results.append(Refused("nonce: already used for another message.", status=409))
    models.Message.objects.bulk_create(rows)
    models.Room.objects.bulk_update(rooms.values(), ["last"])
    return results


def _lock_rooms(names):
    # Always in the same order, so that two processes never wait for each other.
    models.Room.objects.bulk_create([models.Room(name=name) for name in sorted(names)], ignore_conflicts=True)
    return {room.name: room for room in models.Room.objects.select_for_update().filter(name__in=names).order_by("name")}


def _known(keys):
    rooms, nonces = {room for room, _ in keys}, {nonce for _, nonce in keys}
    rows = models.Message.objects.filter(room__in=rooms, nonce__in=nonces).values_list("room_id", *COLUMNS)
    return {(room, message.nonce): message for room, *values in rows for message in [Message(*values)]}


def _row(room, message):
    fields = message.as_dict() | {"room": room, "number": message.id}
    del fields["id"]
    return models.Message(**fields)


async def read(room, after, limit):
    """Return up to `limit` messages of `room` with ids above `after`, in order."""
    return await _run(_readers, _read, room, after, limit)


def _read(room, after, limit):
    rows = models.Message.objects.filter(room__name=room, number__gt=after).order_by("number")
    return [Message(*values) for values in rows.values_list(*COLUMNS)[:limit]]


async def heads(rooms):
    """Return {room: id of its newest message}; a room in which nothing was said has 0."""
    return await _run(_readers, _heads, list(rooms))


def _heads(rooms):
    found = {}
    for start in range(0, len(rooms), BATCH_MAX):
        part = rooms[start : start + BATCH_MAX]
        found |= dict(models.Room.objects.filter(name__in=part).values_list("name", "last"))
    return {room: found.get(room, 0) for room in rooms}


async def _run(pool, function, *args):
    """Run one piece of database work in a thread of `pool`, each of which keeps its own connection."""
    return await asyncio.get_running_loop().run_in_executor(pool, _guarded, function, args)


def _guarded(function, args):
    with _translated_errors():
        return function(*args)


@contextmanager
def _translated_errors():
    try:
        yield
    except (DatabaseError, InterfaceError) as exc:
        connection.close()  # the next piece of work opens a fresh one
        raise Unavailable() from exc
