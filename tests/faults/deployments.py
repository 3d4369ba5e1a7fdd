"""The deployments under test, behind wires: one process on SQLite, or four on PostgreSQL and Redis behind nginx."""

import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from faults.deployment import Deployment, Server
from faults.disk import SmallDisk
from lab.net.system import StartError
from support import processes
from support.processes import PATIENCE, TESTS, until

SETTINGS = {"DJANGO_SETTINGS_MODULE": "faults.settings", "PYTHONPATH": str(TESTS)}
NARROW = {"FAULTS_NARROW": "1"}  # one announcement may wait for a busy room, or for 1 s in a channel layer


class One(Deployment):
    """One server process on SQLite with the in-memory layer, on a disk of its own."""

    name, title = "one", "One process on SQLite"
    parts = ("disk",)  # other parts of it that can break

    def __init__(self, folder, **environment):
        self.disk = SmallDisk(Path(folder), 128 << 20)
        self.data = self.disk.path / "data"
        self.servers = [Server(self.data, **SETTINGS | environment)]

    def begin(self, starting):
        """Start the server; the stack ends it."""
        starting.push(self.servers[0]).start()

    @property
    def url(self):
        """The address without a wire."""
        return self.servers[0].url

    @contextmanager
    def locked(self):
        """Hold the database's write lock on another connection."""
        with self.connected() as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    @contextmanager
    def full(self):
        """Leave no byte free on the disk; the space that the write-ahead log keeps is taken away first."""
        with self.connected() as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with self.disk.full([self.servers[0].process.pid]):
            yield

    def connected(self):
        """Open another connection to the database."""
        return closing(sqlite3.connect(self.data / "lab.sqlite3", timeout=PATIENCE, isolation_level=None))


class Many(Deployment, processes.Scaled):
    """Four server processes on PostgreSQL and Redis behind nginx."""

    name, title = "many", "Four processes on PostgreSQL and Redis behind nginx"
    parts = ("redis", "postgres", "disk")
    server = Server

    def __init__(self, folder, **environment):
        processes.Scaled.__init__(self, 4, **SETTINGS | environment)
        Path(folder).chmod(0o711)  # PostgreSQL runs as another user, which must be able to pass
        self.disk = SmallDisk(Path(folder) / "postgres", 768 << 20)
        self.postgres.parent = self.disk.path

    def begin(self, starting):
        """Start everything; the stack ends it."""
        processes.Scaled.__enter__(self)
        starting.callback(processes.Scaled.__exit__, self)

    @contextmanager
    def locked(self):
        """Hold a lock on the rooms' rows, which blocks every publish and every query for new messages."""
        with psycopg.connect(self.postgres.url) as other:
            other.execute("LOCK TABLE lab_room IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def full(self):
        """Leave no byte free on PostgreSQL's disk; it ends by itself if it cannot even write its write-ahead log."""
        postmaster = psutil.Process(self.postgres.process.pid)
        with self.disk.full([process.pid for process in (postmaster, *postmaster.children())]):
            yield
        until(self.revived, "PostgreSQL does not come back")

    def revived(self):
        """Return whether PostgreSQL responds; if it has ended, start it again, as a supervisor would."""
        if self.postgres.process.poll() is not None:
            with suppress(StartError):  # its child processes may still run
                self.postgres.start()
        return self.postgres.responds()


class OneNarrow(One):
    """One process, whose rooms are busy after each announcement, while only one more may wait."""

    name, title = "one-narrow", f"{One.title}, where one announcement waits for a busy room"

    def __init__(self, folder, **environment):
        super().__init__(folder, **NARROW | environment)


class ManyNarrow(Many):
    """Four processes, whose layer holds one message for one second."""

    name, title = "many-narrow", f"{Many.title}, the layer's capacity 1 and expiry 1 s"

    def __init__(self, folder, **environment):
        super().__init__(folder, **NARROW | environment)


DEPLOYMENTS = {each.name: each for each in (One, Many, OneNarrow, ManyNarrow)}
