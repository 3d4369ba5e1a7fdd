"""Monitor of the event loop and the database, for a benchmark: how late the loop is, and how many statements ran.

It writes rows of a CSV file: `at_ms` (since the epoch), `lag_ms` (by how much a short sleep ended late; up to 1 ms is
the selector's rounding), `queries` (statements so far, with those that open and commit transactions).
"""

import asyncio
import threading
import time
from typing import Any

from django.db.backends.signals import connection_created

from lab.access.asgi_types import Application, Receive, Scope, Send

INTERVAL = 0.05  # seconds
HEADER = "at_ms,lag_ms,queries"


class LoopMonitor:
    """ASGI middleware that writes samples of this process into a file, from the first request on."""

    def __init__(self, app: Application, path: str) -> None:
        """Wrap `app`; the file at `path` is overwritten."""
        self.app, self.path = app, path
        self.queries = 0
        self.lock = threading.Lock()  # several threads use the database
        self.sampling: asyncio.Task[None] | None = None
        connection_created.connect(self.watch)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        self.sampling = self.sampling or asyncio.create_task(self.sample())
        await self.app(scope, receive, send)

    def watch(self, connection: Any, **_signal: Any) -> None:
        """Count the statements of a new database connection."""
        connection.execute_wrappers.append(self.count)

    def count(self, execute: Any, *statement: Any) -> Any:
        """Count one statement, and execute it."""
        with self.lock:
            self.queries += 1
        return execute(*statement)

    async def sample(self) -> None:
        """Write a row every INTERVAL seconds, forever."""
        with open(self.path, "w", buffering=1) as file:
            print(HEADER, file=file)
            while True:
                due = time.monotonic() + INTERVAL
                await asyncio.sleep(INTERVAL)
                lag = (time.monotonic() - due) * 1000
                print(f"{time.time() * 1000:.3f},{lag:.3f},{self.queries}", file=file)
