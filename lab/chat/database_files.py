"""The files of an SQLite database: whether its path still names those that this process has open.

SQLite goes on writing into files that were deleted, moved or replaced. What it stores there is lost to the next
server, which opens the path. So the files at the path are compared with the open ones, by device and inode.
"""

import logging
import os
import time
from functools import cache
from threading import get_ident

from django.conf import settings
from django.db import connection

from lab.net.data_folder import ENDINGS

# ns until two changes of a folder have different times for sure: some file systems count in steps of 2 s.
SETTLING = 4_000_000_000

log = logging.getLogger(__name__)
_opened = {}  # {thread: identities of the files that its connection has open}
_database = None  # identity of the database when this process first opened it
_settled = None  # state of their folder in which they were as they should be
_told = False  # the log says that the files are away


class Moved(Exception):
    """The path names no files, or others than this process has open, or had open before."""


def open_or_check():
    """Open this thread's connection; if it is open already, check its files. Raises Moved."""
    if _paths() and connection.connection is None:
        _open()
    else:
        check()


def check():
    """Raise Moved if the path no longer names the files that this thread's connection has open.

    One look at the folder is enough while nothing was made, renamed or deleted in it since the last whole check.
    """
    global _settled
    if not _paths() or (_settled and _state() == _settled):
        return
    state = _state()
    _settled = None
    _demand(_identities() == _opened[get_ident()])
    if state and state[-1] < time.time_ns() - SETTLING and not os.path.islink(_paths()[0]):
        _settled = state


def close():
    """Close this thread's connection."""
    _opened.pop(get_ident(), None)  # first: with the last connection SQLite deletes two of the files
    connection.close()


def _open():
    global _database
    _demand(_same(_identities()))  # first: SQLite would make a database that is missing
    connection.ensure_connection()
    files = _identities()
    if not _same(files):
        close()
    _demand(_same(files))
    _opened[get_ident()], _database = files, files[0]


def _same(files):
    """Return whether a connection opened now has the same files as this process's others, and the same database."""
    others = next(iter(list(_opened.values())), files)
    database, log_of_writes, index = files
    whole = database and (log_of_writes or not index)  # SQLite makes the index last, and deletes it first
    return bool(whole) and database == (_database or database) and files == others


def _identities():
    return [_identity(path) for path in _paths()[:-1]]


@cache
def _paths():
    """Return the paths of the files and of their folder; nothing for another database than SQLite's."""
    if connection.vendor != "sqlite":
        return []
    path = settings.DATABASES["default"]["NAME"]
    return [*(f"{path}{ending}" for ending in ENDINGS), str(path.parent)]


def _identity(path):
    found = _found(path)
    return found and (found.st_dev, found.st_ino)


def _state():
    found = _found(_paths()[-1])
    return found and (found.st_dev, found.st_ino, found.st_mtime_ns)


def _found(path):
    try:
        return os.stat(path)
    except OSError:  # the next start could not open it either
        return None


def _demand(same):
    global _told
    if same == _told:
        _told = not same
        if same:
            log.warning("the database is back: %s", _paths()[0])
        else:
            log.error("the database was moved, deleted or replaced, and nothing is stored: %s", _paths()[0])
    if not same:
        raise Moved
