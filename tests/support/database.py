"""The server's SQLite database, which a test locks or breaks while the server runs."""

import sqlite3
from contextlib import closing, contextmanager

from support.processes import PATIENCE

AWAY = "database: not available, try again."


@contextmanager
def database(server):
    """Open another connection to the server's database."""
    path = f"{server.environment['LAB_DATA']}/lab.sqlite3"
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        yield connection


@contextmanager
def disturbed(server, disturb, restore):
    """Execute one statement, and another one at the end."""
    with database(server) as connection:
        connection.execute(disturb)
        try:
            yield
        finally:
            connection.execute(restore)


def locked(server):
    """Hold the database's write lock, as another program may: reading works, storing does not."""
    return disturbed(server, "BEGIN IMMEDIATE", "ROLLBACK")


def unusable(server):
    """Rename a table: nothing can be stored or read."""
    return disturbed(server, "ALTER TABLE lab_room RENAME TO away", "ALTER TABLE away RENAME TO lab_room")
