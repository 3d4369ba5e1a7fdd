"""A server of known behaviour in the lab's WebSocket protocol: a message goes out exactly WAIT ms after it came in.

Arguments: WAIT, STALL, FILE. Once, a second after the first message, it does nothing at all for STALL ms. When it is
terminated it writes into FILE what it did, by its own clock: the id, arrival and departure of every message, in ms.
"""

import contextlib
import csv
import itertools
import json
import selectors
import signal
import socket
import sys
import time
from collections import deque

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from lab.net import sockets, system

CALM = 1000.0  # ms from the first message to the stall
SPIN = 2.0  # ms before a departure from which the clock is watched: select ends a millisecond late
CHUNK = 65_536  # bytes read at most at a time


class Connection:
    """One connection of a client; the kernel's stamps say when its messages came in."""

    def __init__(self, accepted):
        self.socket = sockets.Socket(fileno=accepted.detach())
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sockets.ON_LINUX:
            self.socket.setsockopt(socket.SOL_SOCKET, sockets.SO_TIMESTAMPNS, 1)
        self.protocol = ServerProtocol()
        self.room = ""
        self.publishes = False

    def read(self):
        """Return the publishes that came, as dicts; raise EOFError where the client is gone."""
        data = self.socket.recv(CHUNK)
        if not data:
            raise EOFError
        self.protocol.receive_data(data)
        events = self.protocol.events_received()
        for event in events:
            if isinstance(event, Request):
                self.room = event.path.split("/")[3]  # /ws/websocket/ROOM/
                self.protocol.send_response(self.protocol.accept(event))
        self.socket.sendall(b"".join(self.protocol.data_to_send()))
        return [json.loads(event.data) for event in events if isinstance(event, Frame) and event.opcode is Opcode.TEXT]

    def write(self, fields):
        """Write one frame of JSON; a client that is gone is noticed when it is read."""
        data = json.dumps(fields, separators=(",", ":")).encode()
        with contextlib.suppress(OSError):
            self.socket.sendall(Frame(Opcode.TEXT, data).serialize(mask=False))


class Server:
    """All connections in one thread, so that a stall stops everything."""

    def __init__(self, wait, stall):
        self.wait, self.stall = wait, stall
        self.stall_at = float("inf")  # ms since the epoch
        self.selector = selectors.DefaultSelector()
        self.connections = set()
        self.waiting = deque()  # (departure, arrival, connection, message), ms since the epoch
        self.numbers = itertools.count(1)
        self.told = []  # (id, arrival, departure)

    def serve(self):
        """Print the port and serve for ever."""
        listening = system.listen("127.0.0.1", 0)
        self.selector.register(listening, selectors.EVENT_READ)
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        while True:
            for key, _events in self.selector.select(self.patience()):
                self.hear(key.data) if key.data else self.accept(listening)
            while self.waiting and self.waiting[0][0] <= now():
                self.deliver(*self.waiting.popleft())
            if self.stall and now() >= self.stall_at:
                time.sleep(self.stall / 1000)
                self.stall = 0

    def patience(self):
        """Return the seconds in which nothing is to do: none shortly before a departure, None where none is due."""
        return max(0, self.waiting[0][0] - now() - SPIN) / 1000 if self.waiting else None

    def accept(self, listening):
        """Take in a client."""
        connection = Connection(listening.accept()[0])
        self.connections.add(connection)
        self.selector.register(connection.socket, selectors.EVENT_READ, connection)

    def hear(self, connection):
        """Note what a client publishes; forget a client that is gone."""
        try:
            published = connection.read()
        except (OSError, EOFError):
            self.selector.unregister(connection.socket)
            self.connections.discard(connection)
            connection.socket.close()
            return
        for message in published:
            connection.publishes = True
            self.stall_at = min(self.stall_at, now() + CALM)
            arrival = connection.socket.arrived_at
            self.waiting.append((arrival + self.wait, arrival, connection, message))

    def deliver(self, _due, arrival, publisher, message):
        """Deliver to everybody who only listens, and answer who published."""
        number, departure = next(self.numbers), now()
        self.told.append((number, arrival, departure))
        fields = message | {"type": "message", "id": number, "room": publisher.room, "published_at": departure}
        for connection in self.connections:
            if connection.room == publisher.room and not connection.publishes:
                connection.write(fields)
        publisher.write({"type": "published", "nonce": message["nonce"], "id": number})


def now():
    """Return the time, ms since the epoch."""
    return time.time() * 1000


def main(wait, stall, path):
    """Serve until terminated."""
    server = Server(float(wait), float(stall))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        server.serve()
    finally:
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows([("id", "arrived_ms", "departed_ms"), *server.told])


if __name__ == "__main__":
    main(*sys.argv[1:])
