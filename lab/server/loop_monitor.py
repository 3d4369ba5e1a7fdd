"""The server's pulse, for a benchmark: how late its event loop is, and how many statements its database was asked.

Rows of a CSV file: `at_ms` (since the epoch), `lag_ms` (by how much a short sleep ended late; up to one is the
selector's own rounding), `queries` (statements so far, those that open and commit transactions included).
"""

import asyncio
import threading
import time

from django.db.backends.signals import connection_created

BEAT = 0.05  # seconds
HEAD = "at_ms,lag_ms,queries"


class LoopMonitor:
    """Notes the pulse of this process in a file, from the first request of an ASGI application on."""

    def __init__(self, app, path):
        """Wrap `app`; the file at `path` is made anew."""
        self.app, self.path = app, path
        self.queries = 0
        self.lock = threading.Lock()  # several threads ask the database
        self.beating = None
        connection_created.connect(self.listen)

    async def __call__(self, scope, receive, send):
        """Pass everything on."""
        self.beating = self.beating or asyncio.create_task(self.beat())
        await self.app(scope, receive, send)

    def listen(self, connection, **_of_signal):
        """Count what a new connection of Django's will ask."""
        connection.execute_wrappers.append(self.count)

    def count(self, execute, *statement):
        """Count one statement, and execute it."""
        with self.lock:
            self.queries += 1
        return execute(*statement)

    async def beat(self):
        """Write a row each BEAT seconds, for ever."""
        with open(self.path, "w", buffering=1) as file:
            print(HEAD, file=file)
            while True:
                due = time.monotonic() + BEAT
                await asyncio.sleep(BEAT)
                lag = (time.monotonic() - due) * 1000
                print(f"{time.time() * 1000:.3f},{lag:.3f},{self.queries}", file=file)
