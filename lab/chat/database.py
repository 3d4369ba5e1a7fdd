"""The database: calls to it block, so threads make them; a call that fails or takes too long raises Unavailable."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from lab.chat.database_files import DatabaseFiles, Moved
from lab.messages.errors import Refused

Args = TypeVarTuple("Args")
Result = TypeVar("Result")

READERS = 4  # threads


class Unavailable(Refused):
    """The database is unavailable; nothing was stored, unless it froze, or was moved, in the middle of a commit."""

    def __init__(self, sentence: str = "database: not available, try again.") -> None:
        super().__init__(sentence, status=503, retry_after=1)


class Database:
    """Threads that use the database, each with its own connection: one writes, the others read."""

    def __init__(self) -> None:
        self.files = DatabaseFiles()
        self.connections: list[BaseDatabaseWrapper] = []
        self.writer = ThreadPoolExecutor(1, "store-writer", self._add_connection)
        self.readers = ThreadPoolExecutor(READERS, "store-reader", self._add_connection)

    async def write(self, function: Callable[[*Args], Result], *args: *Args) -> Result:
        """Return `function(*args)`, called in the thread that writes.

        Raises Unavailable after DATABASE_TIMEOUT seconds: a call that has not begun is then cancelled, and a call that
        hangs ends with its connection, or when the database responds again.
        """
        return await self._run(self.writer, function, args)

    async def read(self, function: Callable[[*Args], Result], *args: *Args) -> Result:
        """Return `function(*args)`, called in a thread that reads; raises Unavailable as `write` does."""
        return await self._run(self.readers, function, args)

    def close(self) -> None:
        """End the threads and their connections; for a store that is no longer used."""
        self.readers.shutdown()
        self.writer.submit(self._close_connections)
        self.writer.shutdown()

    async def _run(self, pool: ThreadPoolExecutor, function: Callable[[*Args], Result], args: tuple[*Args]) -> Result:
        try:
            async with asyncio.timeout(settings.DATABASE_TIMEOUT):
                return await asyncio.get_running_loop().run_in_executor(pool, self._work, function, args)
        except TimeoutError as exc:
            raise Unavailable() from exc

    def _add_connection(self) -> None:
        self.connections.append(connections[DEFAULT_DB_ALIAS])  # this thread's own

    def _close_connections(self) -> None:
        for other in self.connections:
            other.inc_thread_sharing()  # Django lets no other thread close a connection without this
            other.close()

    def _work(self, function: Callable[[*Args], Result], args: tuple[*Args]) -> Result:
        before = connection.connection
        try:
            self.files.open_or_check()
            return function(*args)
        except Moved as exc:
            raise Unavailable() from exc
        except (DatabaseError, InterfaceError) as exc:
            # If its connection was lost, the transaction has opened another one already.
            lost = before is not None and (connection.connection is not before or not connection.is_usable())
            self.files.close()  # the next call opens a new one
            if not lost:
                raise Unavailable() from exc
        # The connection was lost: retry once. A batch that is stored already is recognized by its nonces.
        return self._work(function, args)
