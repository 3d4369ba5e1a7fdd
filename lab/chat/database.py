"""Work on the database blocks, so threads do it; what takes too long, or finds no database, is Unavailable."""

import asyncio

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from lab.chat import database_files
from lab.messages.errors import Refused


class Unavailable(Refused):
    """The database does not answer; nothing was stored, unless it froze, or was moved, in the middle of a commit."""

    def __init__(self, sentence="database: not available, try again."):
        super().__init__(sentence, status=503, headers={"Retry-After": "1"})


async def run(pool, function, *args):
    """Return `function(*args)`, done in a thread of `pool`, each of which keeps its own connection.

    Raises Unavailable after DATABASE_PATIENCE seconds: work that has not begun is then given up, and work that hangs
    ends with the connection, or when the database goes on.
    """
    try:
        async with asyncio.timeout(settings.DATABASE_PATIENCE):
            return await asyncio.get_running_loop().run_in_executor(pool, _work, function, args)
    except TimeoutError as exc:
        raise Unavailable() from exc


def _work(function, args):
    kept = connection.connection
    try:
        database_files.open_or_check()
        return function(*args)
    except database_files.Moved as exc:
        raise Unavailable() from exc
    except (DatabaseError, InterfaceError) as exc:
        # A transaction that ends with its connection has opened another already.
        lost = kept is not None and (connection.connection is not kept or not connection.is_usable())
        database_files.close()  # the next piece of work opens a fresh one
        if not lost:
            raise Unavailable() from exc
    # It was lost since its last use, or just now: once more. A batch that is stored already is known by its nonces.
    return _work(function, args)
