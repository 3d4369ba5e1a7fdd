"""Proxies that cut a connection inside a frame, event or response, more precisely than a fault of a network."""

import asyncio
import socket
import struct
import threading
import time
from contextlib import suppress

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST
CHUNK = 65_536  # bytes read at most at a time


class Scissors:
    """Carries connections to a port of this machine, and cuts one by RST or FIN when it is armed."""

    SKIP = 8  # pieces from which the one to cut is chosen; the first after a publish is its acknowledgement

    def __init__(self, target, chance):
        """Begin to listen."""
        self.target, self.chance = target, chance
        self.due, self.cuts = 0, []  # which of the next fitting pieces is cut (0: none); the times of all cuts
        listening = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening)), daemon=True)
        self.thread.start()
        listening.wait()

    @property
    def url(self):
        """The address to give to clients."""
        return f"http://127.0.0.1:{self.port}"

    def arm(self):
        """Cut one of the next pieces."""
        self.due = self.due or self.chance.randint(1, self.SKIP)

    def disarm(self):
        """Cut nothing more."""
        self.due = 0

    def close(self):
        """End everything."""
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.ended.set)
            self.thread.join()

    def fits(self, piece):
        """Return whether this piece from the server may be cut: any that can be halved."""
        return len(piece) > 1

    def kept(self, piece):
        """Return the part of it that still arrives, so that a frame, event or response ends in its middle."""
        return piece[: self.chance.randrange(1, len(piece))]

    async def _serve(self, listening):
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await self.ended.wait()
        server.close()
        await asyncio.sleep(0.1)  # connections that were just accepted become tasks first, and end with the loop

    async def _connected(self, near, to_near):
        with suppress(OSError):
            far, to_far = await asyncio.open_connection("127.0.0.1", self.target)
            up = asyncio.create_task(self._carry_up(near, to_far))
            try:
                await self._carry_down(far, to_near)
            finally:
                up.cancel()
                to_far.close()
        to_near.close()

    async def _carry_up(self, near, to_far):
        with suppress(OSError):
            while piece := await near.read(CHUNK):
                to_far.write(piece)
                await to_far.drain()
        to_far.close()

    async def _carry_down(self, far, to_near):
        while piece := await far.read(CHUNK):
            if self._is_time(piece):
                self.cuts.append(time.time())
                to_near.write(self.kept(piece))
                if self.chance.random() < 0.5:
                    to_near.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                return
            to_near.write(piece)
            await to_near.drain()

    def _is_time(self, piece):
        if not self.due or not self.fits(piece):
            return False
        self.due -= 1
        return not self.due


class Censor(Scissors):
    """Cuts a connection in place of an acknowledgement: the message is stored, and its author cannot know."""

    SKIP = 2
    ANSWERS = (b"HTTP/1.1 201", b'{"type": "published"')

    def fits(self, piece):
        """Return whether it contains an acknowledgement of a publish."""
        return any(response in piece for response in self.ANSWERS)

    def kept(self, piece):
        """Return nothing."""
        return b""
