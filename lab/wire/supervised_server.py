"""The server behind the wires: one to be started, killed and started again, or one that runs by itself."""

import asyncio
import logging
import os
import signal
import subprocess
import time

from lab.net import orphans
from lab.net.system import free_port
from lab.wire.relay.dial import dial

log = logging.getLogger("lab.wire")
PATIENCE = 30.0  # seconds for the server to listen
GOODBYE = 8.0  # seconds that it gets to end by itself
KNOCK = 5.0  # seconds between looks at a server that is not a child
AWAY_MAX = 600  # seconds


class NotUp(Exception):
    """The server does not start; the text is one sentence that says why."""


class Server:
    """The server at `target`, (host, port); a child of this process where there is a `command`."""

    def __init__(self, target, command=None):
        """Aim; port 0 with a command takes a free one, and "{port}" in the command stands for it."""
        host, port = target
        self.target = host, port or free_port(host)
        self.command = command and [word.replace("{port}", str(self.target[1])) for word in command]
        self.process = None
        self.restarts = 0
        self.up, self.fault = False, None  # whether it listens; why it does not
        self.turn = asyncio.Lock()

    async def start(self):
        """Start the child and wait until it listens; raise NotUp where it does not."""
        if self.command:
            # In a session of its own: Ctrl-C reaches this process alone, which ends it, and all its workers with it.
            self.process = await asyncio.create_subprocess_exec(
                *self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
            )
            orphans.adopt(self.process.pid)
        deadline = time.monotonic() + PATIENCE
        while not await self.look():
            if self.process and self.process.returncode is not None:
                raise NotUp(f"The server ended with status {self.process.returncode} before it listened.")
            if not self.command:
                log.warning("The server %s:%d is not there yet: %s.", *self.target, self.fault)
                return  # it may come later
            if time.monotonic() > deadline:
                raise NotUp(f"The server does not listen on {self.target[0]}:{self.target[1]}.")
            await asyncio.sleep(0.05)

    async def look(self):
        """Try the server; return whether it listens, and keep that in `up`."""
        try:
            async with asyncio.timeout(1):
                transport, _protocol = await dial(asyncio.Protocol, *self.target)
            transport.close()
            self.up, self.fault = True, None
        except (OSError, TimeoutError) as exc:
            self.up, self.fault = False, exc.strerror or "no answer"
        return self.up

    async def watch(self):
        """Keep `up` true to life: a child by its life, another's server by knocking, seldom, for it may note that."""
        while True:
            if self.turn.locked():
                pass
            elif self.process:
                self.up = self.process.returncode is None
            else:
                await self.look()
            await asyncio.sleep(0.5 if self.process else KNOCK)

    async def restart(self, away):
        """Kill the child, be away for so many seconds, start it on the same port."""
        async with self.turn:
            await self.kill()
            await asyncio.sleep(away)
            await self.start()
            self.restarts += 1

    async def kill(self):
        """End the child and its workers at once."""
        self.up = False
        self.signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self):
        """End the child, by asking, then by force; nothing of it stays."""
        if not self.process:
            return
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(GOODBYE):
                await self.process.wait()
        except TimeoutError:
            pass
        await self.kill()

    def signal(self, number):
        """Signal the child's whole session."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass  # gone already

    def state(self):
        """Return what the control tells of the server."""
        return {"up": self.up, "restarts": self.restarts, "can_restart": bool(self.command)}
