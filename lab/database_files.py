"""The files of an SQLite database: whether its path still names those that this process has open.

SQLite goes on writing into files that were deleted, moved or replaced. What it stores there is lost to the next
server, which opens the path. So the files at the path are compared with the open ones, by device and inode.
"""

import logging
import os
from functools import cache
from threading import get_ident

from django.conf import settings
from django.db import connection

from lab.data_folder import ENDINGS

log = logging.getLogger(__name__)
_opened = {}  # {thread: identities of the files that its connection has open}
_database = None  # identity of the database when this process first opened it
_told = False  # the log says that the files are away


class Moved(Exception):
    """The path names no files, or others than this process has open, or had open before."""


def open_or_check():
    """Open this thread's connection; if it is open already, check its files. Raises Moved."""
    if connection.vendor == "sqlite" and connection.connection is None:
        _open()
    else:
        check()


def check():
    """Raise Moved if the path no longer names the files that this thread's connection has open."""
    if connection.vendor == "sqlite":
        _demand(_identities() == _opened[get_ident()])


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
    return [_identity(path) for path in _paths()]


@cache
def _paths():
    return [f"{settings.DATABASES['default']['NAME']}{ending}" for ending in ENDINGS]


def _identity(path):
    try:
        found = os.stat(path)
    except OSError:  # the next start could not open it either
        return None
    return found.st_dev, found.st_ino


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
