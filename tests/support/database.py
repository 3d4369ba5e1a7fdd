"""The server's SQLite database, locked or broken behind its back."""

import sqlite3
from contextlib import closing, contextmanager

from support.processes import PATIENCE

AWAY = "database: not available, try again."


@contextmanager
def database(server):
    """Open the server's database behind its back."""
    path = f"{server.environment['LAB_DATA']}/lab.sqlite3"
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        yield connection


@contextmanager
def locked(server):
    """Hold the database's lock, as another program may: nothing can be stored, all can be read."""
    with database(server) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def unusable(server):
    """Take the tables away: nothing can be stored or read."""
    with database(server) as connection:
        connection.execute("ALTER TABLE lab_room RENAME TO away")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE away RENAME TO lab_room")
