"""What a wire costs: the latency that it adds to a round trip, and its CPU for a delivery, against no wire at all.

The server of these figures is no lab's: it answers at once or pours at a steady rate, so that little but the wire is
measured. Bytes are read, counted and captured as always.
"""

import asyncio
import socket
import statistics
import sys
import time
from contextlib import suppress

from benchmarks.bench import load
from benchmarks.bench.load import HANDSHAKE, REQUEST
from benchmarks.servers.process import cpu, printing_port
from lab.messages.framing import chunk, text_frame

TRIPS = 2_000  # round trips, direct and through the wire in turn
SUBSCRIBERS, RATE, SECONDS = 200, 50, 4  # 10,000 deliveries a second
MESSAGE = '{"type":"message","id":%d,"room":"bench","author":"bench","text":"' + "x" * 100 + '","nonce":"mark%d"}'
ANSWER = b'HTTP/1.1 200 OK\r\ncontent-length: 37\r\n\r\n{"messages":[],"last":0,"more":false}'
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
AIMS = {"added_ms": 0.2, "deliveries": 10_000}  # at most, at least


def measure():
    """Return the figures of a wire on this machine.

    {"direct_ms", "wire_ms": median round trips of a poll; "added_ms": the difference; "frame_us", "event_us": the
    wire's CPU microseconds for a delivery; "deliveries": what one core's second delivers, the lesser of both}.
    Raises AssertionError where a delivery was lost.
    """
    with (
        printing_port(("-m", "benchmarks.bench.bench_wire")) as (server, _process),
        laid(server) as (wire, process_of_wire),
    ):
        direct, through = round_trips(server, wire)
        frame = delivery(wire, HANDSHAKE, process_of_wire)
        event = delivery(wire, REQUEST, process_of_wire)
    return {
        "direct_ms": direct,
        "wire_ms": through,
        "added_ms": through - direct,
        "frame_us": frame * 1e6,
        "event_us": event * 1e6,
        "deliveries": 1 / max(frame, event),
    }


def round_trips(server, wire):
    """Return the median round trips in ms, direct and through the wire, taken in turn."""
    request = REQUEST.format(path="/", port=wire).encode()
    connections = [socket.create_connection(("127.0.0.1", port)) for port in (server, wire)]
    times = [[], []]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(TRIPS):
        for connection, taken in zip(connections, times, strict=True):
            began = time.perf_counter()
            connection.sendall(request)
            assert connection.recv(4_096) == ANSWER
            taken.append((time.perf_counter() - began) * 1e3)
    for connection in connections:
        connection.close()
    return [statistics.median(taken) for taken in times]


def delivery(wire, head, process_of_wire):
    """Return the wire's CPU seconds for a delivery."""
    seconds, delivered = asyncio.run(_delivery(wire, head, process_of_wire))
    assert delivered == SUBSCRIBERS * RATE * SECONDS, f"{delivered} deliveries"
    return seconds / delivered


async def _delivery(wire, head, process_of_wire):
    readers = await load.subscribe(wire, head, "/pour", SUBSCRIBERS)
    before = cpu(process_of_wire)
    (starter,) = await load.subscribe(wire, REQUEST, "/start", 1)
    deadline = time.monotonic() + 5 * SECONDS
    while sum(reader.delivered for reader in readers) < SUBSCRIBERS * RATE * SECONDS and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    seconds = cpu(process_of_wire) - before
    for reader in (*readers, starter):
        reader.transport.abort()
    await asyncio.sleep(0.2)
    return seconds, sum(reader.delivered for reader in readers)


def laid(server):
    """Run a wire before the port `server`."""
    return printing_port(
        (
            "-c",
            "from lab.wire import process\n"
            'tell = lambda state: print(f\':{state["wires"]["bench"]}\', flush=True)\n'
            f"process.main(wires={{'bench': 0}}, target=('127.0.0.1', {server}), announce=lambda _: None, ready=tell)",
        )
    )


class Source(asyncio.Protocol):
    """A connection of the server: answers at once, or pours with all the others of its kind."""

    pouring = {text_frame: set(), chunk: set()}
    starting = None

    def connection_made(self, transport):
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data):
        """Answer; `/pour` joins, `/start` begins to pour."""
        if b" /start " in data:
            Source.starting = asyncio.ensure_future(pour())
        if b" /pour " not in data:
            self.transport.write(ANSWER)
            return
        upgrading = b"Upgrade:" in data
        self.transport.write(UPGRADED if upgrading else STREAM + chunk(b"retry: 1000\n\n"))
        self.pouring[text_frame if upgrading else chunk].add(self.transport)

    def connection_lost(self, exc):
        """Leave."""
        for transports in self.pouring.values():
            transports.discard(self.transport)


async def pour():
    """Write RATE messages a second to everybody who joined."""
    start = time.monotonic()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(start + number / RATE - time.monotonic())
        text = MESSAGE % (number, number)
        frame, event = text_frame(text.encode()), chunk(f"id: {number}\ndata: {text}\n\n".encode())
        for transports, data in ((Source.pouring[text_frame], frame), (Source.pouring[chunk], event)):
            for transport in list(transports):
                transport.write(data)


async def serve():
    """Serve until terminated."""
    server = await asyncio.get_running_loop().create_server(Source, "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
