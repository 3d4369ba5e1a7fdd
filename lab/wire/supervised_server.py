"""The server behind the wires: a child process that can be killed and restarted, or a server that runs by itself."""

import asyncio
import logging
import os
import signal
import subprocess
import time

from lab.net import orphans
from lab.net.system import free_port
from lab.wire.changes import Changes
from lab.wire.relay.dial import dial

log = logging.getLogger("lab.wire")
START_TIMEOUT = 30.0  # seconds for the server to listen
STOP_TIMEOUT = 8.0  # seconds for the server to end by itself
PROBE_TIMEOUT = 1.0  # seconds
PROBE_INTERVAL = 5.0  # seconds between two probes of a server that is no child
AWAY_MAX = 600  # seconds between the end of the server and its restart


class ServerStartError(Exception):
    """The server does not start or restart; the text is one sentence, which the board shows and translates."""


class SupervisedServer:
    """The server at `target`, (host, port); with a `command`, a child of this process."""

    process: asyncio.subprocess.Process | None = None
    restarts = 0
    is_up = False
    error: str | None = None  # why the last probe failed

    def __init__(self, target: tuple[str, int], command: list[str] | tuple[str, ...] | None = None):
        """Choose the port: port 0 with a command takes a free one, and "{port}" in the command stands for it."""
        host, port = target
        self.target = host, port or free_port(host)
        self.command = command and [word.replace("{port}", str(self.target[1])) for word in command]
        self.restarting = asyncio.Lock()
        self.changes = Changes()  # restarts, and times when it was down

    async def start(self) -> None:
        """Start the child and wait until it listens; raise ServerStartError if it does not."""
        if self.command:
            # In a session of its own, so that Ctrl-C reaches this process alone, and so that `kill` ends its workers.
            self.process = await asyncio.create_subprocess_exec(
                *self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
            )
            orphans.adopt(self.process.pid)
        deadline = time.monotonic() + START_TIMEOUT
        while not await self.probe():
            if self.process and self.process.returncode is not None:
                raise ServerStartError(f"The server ended with status {self.process.returncode} before it listened.")
            if not self.command:
                log.warning("The server %s:%d is not there yet: %s.", *self.target, self.error)
                return  # it may start later
            if time.monotonic() > deadline:
                raise ServerStartError(f"The server does not listen on {self.target[0]}:{self.target[1]}.")
            await asyncio.sleep(0.05)

    async def probe(self) -> bool:
        """Connect to the server; return whether it listens."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                transport, _protocol = await dial(asyncio.Protocol, *self.target)
            transport.close()
            self.is_up, self.error = True, None
        except (OSError, TimeoutError) as exc:
            self.is_up, self.error = False, exc.strerror or "no response"
        return self.is_up

    async def watch(self) -> None:
        """Keep `is_up` current: a child is up while it runs; another server is probed, which it may log."""
        while True:
            if self.restarting.locked():
                pass
            elif self.process:
                self.is_up = self.process.returncode is None
            else:
                await self.probe()
            self.note()
            await asyncio.sleep(0.5 if self.process else PROBE_INTERVAL)

    def note(self) -> None:
        """Record since when the server is down without a restart."""
        if self.restarting.locked():
            return
        if self.is_up:
            self.changes.end()
        elif not self.changes.current:
            self.changes.begin("down")

    async def restart(self, away: float, by: str | None = None) -> None:
        """Kill the child, wait `away` seconds, and start it again on the same port; `by`: who does."""
        async with self.restarting:
            self.changes.begin("restart", by)
            try:
                await self.kill()
                await asyncio.sleep(away)
                await self.start()
            finally:
                self.changes.end()
            self.restarts += 1

    async def kill(self) -> None:
        """Kill the child and its workers, and wait for its end."""
        self.is_up = False
        if self.process:
            self.signal(signal.SIGKILL)
            await self.process.wait()

    async def stop(self) -> None:
        """End the child with SIGTERM, and what is left of its session with SIGKILL."""
        if not self.process:
            return
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await self.process.wait()
        except TimeoutError:
            pass
        await self.kill()

    def signal(self, number: int) -> None:
        """Send a signal to all processes of the child's session."""
        if not self.process:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass  # it has ended

    def state(self) -> dict:
        """Return the fields that the control shows."""
        return {
            "up": self.is_up,
            "restarts": self.restarts,
            "can_restart": bool(self.command),
            "changes": self.changes.state(),
        }
