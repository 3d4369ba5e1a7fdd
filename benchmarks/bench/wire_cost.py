"""The cost of a wire: the latency that it adds to a round trip, and its CPU for a delivery.

The server here is not the lab's: it responds at once or streams at a steady rate, so that the wire is nearly all that
is measured. The wire reads, counts and captures bytes as always.
"""

import asyncio
import socket
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from benchmarks.bench import load
from benchmarks.bench.load import HANDSHAKE, REQUEST
from benchmarks.servers.process import cpu_seconds, run_on_port
from lab.messages.framing import chunk, text_frame

TRIPS = 2_000  # round trips, alternately direct and through the wire
SUBSCRIBERS, RATE, SECONDS = 200, 50, 4  # 10,000 deliveries a second
MESSAGE = '{"type":"message","id":%d,"room":"bench","author":"bench","text":"' + "x" * 100 + '","nonce":"mark%d"}'
RESPONSE = b'HTTP/1.1 200 OK\r\ncontent-length: 37\r\n\r\n{"messages":[],"last":0,"more":false}'
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
TARGETS = {"added_ms": 0.2, "deliveries": 10_000}  # at most, at least


def measure():
    """Return the costs of a wire on this machine.

    {"direct_ms", "wire_ms": median round trips of a poll; "added_ms": the difference; "frame_us", "event_us": CPU
    microseconds of the wire for a delivery; "deliveries": how many one core can carry in a second, the lesser of both}.
    Raise AssertionError if a delivery was lost.
    """
    with (
        run_on_port(("-m", "benchmarks.bench.wire_cost")) as (server, _process),
        run_wire(server) as (wire, wire_process),
    ):
        direct, through = round_trips(server, wire)
        frame = delivery(wire, HANDSHAKE, wire_process)
        event = delivery(wire, REQUEST, wire_process)
    return {
        "direct_ms": direct,
        "wire_ms": through,
        "added_ms": through - direct,
        "frame_us": frame * 1e6,
        "event_us": event * 1e6,
        "deliveries": 1 / max(frame, event),
    }


def round_trips(server, wire):
    """Return the median round trips in ms, direct and through the wire, taken alternately."""
    request = REQUEST.format(path="/", port=wire).encode()
    connections = [socket.create_connection(("127.0.0.1", port)) for port in (server, wire)]
    times: list[list[float]] = [[], []]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(TRIPS):
        for connection, durations in zip(connections, times, strict=True):
            start = time.perf_counter()
            connection.sendall(request)
            assert connection.recv(4_096) == RESPONSE
            durations.append((time.perf_counter() - start) * 1e3)
    for connection in connections:
        connection.close()
    return [statistics.median(durations) for durations in times]


def delivery(wire, request, wire_process):
    """Return the wire's CPU seconds for a delivery."""
    seconds, delivered = asyncio.run(_delivery(wire, request, wire_process))
    assert delivered == SUBSCRIBERS * RATE * SECONDS, f"{delivered} deliveries"
    return seconds / delivered


async def _delivery(wire, request, wire_process):
    readers = await load.subscribe(wire, request, "/stream", SUBSCRIBERS)
    before = cpu_seconds(wire_process)
    (starter,) = await load.subscribe(wire, REQUEST, "/start", 1)
    deadline = time.monotonic() + 5 * SECONDS
    while sum(reader.delivered for reader in readers) < SUBSCRIBERS * RATE * SECONDS and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    seconds = cpu_seconds(wire_process) - before
    for reader in (*readers, starter):
        reader.transport.abort()
    await asyncio.sleep(0.2)
    return seconds, sum(reader.delivered for reader in readers)


def run_wire(server):
    """Run a wire to the port `server`; yield (its port, its psutil.Process)."""
    return run_on_port(
        (
            "-c",
            "from lab.wire import process\n"
            'show = lambda state: print(f\':{state["wires"]["bench"]}\', flush=True)\n'
            f"process.main(wires={{'bench': 0}}, target=('127.0.0.1', {server}), announce=lambda _: None, ready=show)",
        )
    )


class Source(asyncio.Protocol):
    """A connection of the server: responds at once, or gets the stream with all others of its kind."""

    streaming: ClassVar[dict[Callable, set]] = {text_frame: set(), chunk: set()}
    start: asyncio.Task | None = None

    def connection_made(self, transport):
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data):
        """Respond; `/stream` joins the stream, `/start` starts it."""
        if b" /start " in data:
            Source.start = asyncio.ensure_future(stream())
        if b" /stream " not in data:
            self.transport.write(RESPONSE)
            return
        upgrading = b"Upgrade:" in data
        self.transport.write(UPGRADED if upgrading else STREAM + chunk(b"retry: 1000\n\n"))
        self.streaming[text_frame if upgrading else chunk].add(self.transport)

    def connection_lost(self, exc):
        """Leave the stream."""
        for transports in self.streaming.values():
            transports.discard(self.transport)


async def stream():
    """Write RATE messages a second to all connections that joined."""
    start = time.monotonic()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(start + number / RATE - time.monotonic())
        text = MESSAGE % (number, number)
        frame, event = text_frame(text.encode()), chunk(f"id: {number}\ndata: {text}\n\n".encode())
        for transports, data in ((Source.streaming[text_frame], frame), (Source.streaming[chunk], event)):
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
