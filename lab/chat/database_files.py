"""The files of an SQLite database: whether its path still names the files that this process has open.

SQLite goes on writing into files that were deleted, moved or replaced. The next server would not find these
messages, because it opens the path. So the files at the path are compared with the open ones, by device and inode.
"""

import logging
import os
import time
from threading import get_ident

from django.conf import settings
from django.db import connection

from lab.net.data_folder import SQLITE_SUFFIXES

# ns after which two changes of a folder certainly have different times: some file systems count in steps of 2 s.
SETTLING = 4_000_000_000

log = logging.getLogger(__name__)


Identity = tuple[int, int] | None  # device and inode; None: no such file


class Moved(Exception):
    """The path names no files, or not those that this process has open or had open before."""


class DatabaseFiles:
    """The files that the threads of one store have open."""

    def __init__(self) -> None:
        self.paths: list[str] = []  # of the files and of their folder; empty for another database than SQLite's
        if connection.vendor == "sqlite":
            path = settings.DATABASES["default"]["NAME"]
            self.paths = [*(f"{path}{suffix}" for suffix in SQLITE_SUFFIXES), str(path.parent)]
        self.opened: dict[int, list[Identity]] = {}  # {thread: the files that its connection has open}
        self.database: Identity = None  # identity of the database when it was first opened
        # State of the folder in which the files were last found to be the same.
        self.settled: tuple[int, int, int] | None = None
        self.away = False  # the state that was logged last

    def open_or_check(self) -> None:
        """Open this thread's connection; if it is open already, check its files. Raises Moved."""
        if self.paths and connection.connection is None:
            self._open()
        else:
            self.check()

    def check(self) -> None:
        """Raise Moved if the path no longer names the files that this thread's connection has open.

        If nothing was made, renamed or deleted in the folder since the last full check, only its state is read.
        """
        if not self.paths or (self.settled and self._state() == self.settled):
            return
        state = self._state()
        self.settled = None
        self._demand(self._identities() == self.opened[get_ident()])
        if state and state[-1] < time.time_ns() - SETTLING and not os.path.islink(self.paths[0]):
            self.settled = state

    def close(self) -> None:
        """Close this thread's connection."""
        self.opened.pop(get_ident(), None)  # first: with the last connection SQLite deletes two of the files
        connection.close()

    def _open(self) -> None:
        self._demand(self._same(self._identities()))  # first: SQLite would make a database that is missing
        connection.ensure_connection()
        files = self._identities()
        if not self._same(files):
            self.close()
        self._demand(self._same(files))
        self.opened[get_ident()], self.database = files, files[0]

    def _same(self, files: list[Identity]) -> bool:
        """Return whether a connection opened now has the same files as the other threads', and the same database."""
        others = next(iter(list(self.opened.values())), files)
        database, log_of_writes, index = files
        whole = database and (log_of_writes or not index)  # SQLite makes the index last, and deletes it first
        return bool(whole) and database == (self.database or database) and files == others

    def _identities(self) -> list[Identity]:
        return [identity(path) for path in self.paths[:-1]]

    def _state(self) -> tuple[int, int, int] | None:
        status = stat(self.paths[-1])
        return status and (status.st_dev, status.st_ino, status.st_mtime_ns)

    def _demand(self, same: bool) -> None:
        if same == self.away:
            self.away = not same
            if same:
                log.warning("the database is back: %s", self.paths[0])
            else:
                log.error("the database was moved, deleted or replaced, and nothing is stored: %s", self.paths[0])
        if not same:
            raise Moved


def identity(path: str) -> Identity:
    """Return (device, inode) of a file, None if it is missing."""
    status = stat(path)
    return status and (status.st_dev, status.st_ino)


def stat(path: str) -> os.stat_result | None:
    """Return a file's status, None if it cannot be reached."""
    try:
        return os.stat(path)
    except OSError:  # the next start could not open it either
        return None
