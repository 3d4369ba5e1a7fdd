"""A server of known behaviour in the lab's WebSocket protocol: each message leaves exactly WAIT ms after it arrived.

Arguments: WAIT, STALL, FILE. Once, a second after the first message, it does nothing for STALL ms. When terminated, it
writes into FILE the id, arrival and departure of every message, in ms by its own clock.
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
SPIN = 2.0  # ms before a departure in which we watch the clock, because select ends up to a millisecond late
CHUNK = 65_536  # bytes read at most at a time


class Connection:
    """A client's connection; the kernel's timestamps say when its messages arrived."""

    def __init__(self, accepted):
        self.socket = sockets.Socket(fileno=accepted.detach())
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sockets.ON_LINUX:
            self.socket.setsockopt(socket.SOL_SOCKET, sockets.SO_TIMESTAMPNS, 1)
        self.protocol = ServerProtocol()
        self.room = ""
        self.publishes = False

    def read(self):
        """Return the publishes that arrived, as dicts; raise EOFError if the client has disconnected."""
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
        frames = [event for event in events if isinstance(event, Frame) and event.opcode is Opcode.TEXT]
        return [json.loads(bytes(frame.data)) for frame in frames]

    def write(self, fields):
        """Write one frame of JSON; a closed connection is noticed when it is read."""
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
        self.waiting: deque[tuple] = deque()  # (departure, arrival, connection, message), ms since the epoch
        self.numbers = itertools.count(1)
        self.delivered = []  # (id, arrival, departure)

    def serve(self):
        """Print the port and serve forever."""
        listening = system.listen("127.0.0.1", 0)
        self.selector.register(listening, selectors.EVENT_READ)
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        while True:
            for key, _events in self.selector.select(self.timeout()):
                self.receive(key.data) if key.data else self.accept(listening)
            while self.waiting and self.waiting[0][0] <= now():
                self.deliver(*self.waiting.popleft())
            if self.stall and now() >= self.stall_at:
                time.sleep(self.stall / 1000)
                self.stall = 0

    def timeout(self):
        """Return the seconds until shortly before the next departure; None if no message waits."""
        return max(0, self.waiting[0][0] - now() - SPIN) / 1000 if self.waiting else None

    def accept(self, listening):
        """Accept a client."""
        connection = Connection(listening.accept()[0])
        self.connections.add(connection)
        self.selector.register(connection.socket, selectors.EVENT_READ, connection)

    def receive(self, connection):
        """Schedule what a client publishes; remove a client that has disconnected."""
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
        """Deliver to all connections that only listen, and acknowledge to the publisher."""
        number, departure = next(self.numbers), now()
        self.delivered.append((number, arrival, departure))
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
            csv.writer(file).writerows([("id", "arrived_ms", "departed_ms"), *server.delivered])


if __name__ == "__main__":
    main(*sys.argv[1:])
