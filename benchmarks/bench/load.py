"""The bench's load: cheap asyncio connections that only count what arrives.

It measures the server's cost alone, so it parses as little as it can: a delivery is a mark in the bytes. Latencies and
ledgers are measured by the load generator of the comparisons.
"""

import asyncio
import itertools
import json
import os
from contextlib import suppress

from websockets.frames import Frame, Opcode

MARK = b'"mark'  # the beginning of each nonce, once in each message
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
REQUEST = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"


class Subscriber(asyncio.Protocol):
    """A connection that counts the messages delivered to it."""

    def __init__(self, request):
        self.request = request
        self.delivered = 0
        self.opened = asyncio.get_running_loop().create_future()
        self.tail = b""
        self.lost = False

    def connection_made(self, transport):
        """Send the request or the handshake."""
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data):
        """Count the marks, also one that is split between two reads."""
        if not self.opened.done():
            self.opened.set_result(data)
        data = self.tail + data
        self.delivered += data.count(MARK)
        self.tail = data[-len(MARK) + 1 :]

    def connection_lost(self, exc):
        """Note that the connection ended."""
        self.lost = True
        if not self.opened.done():
            self.opened.cancel()


async def subscribe(port, request, path, count, responds=True):
    """Return `count` connections to `path`; if the server `responds`, wait for the first bytes of each."""
    loop = asyncio.get_running_loop()
    data = request.format(path=path, port=port).encode()
    subscribers = []
    for _ in range(count):
        _transport, subscriber = await loop.create_connection(lambda: Subscriber(data), "127.0.0.1", port)
        subscribers.append(subscriber)
    if responds:
        await asyncio.gather(*(subscriber.opened for subscriber in subscribers))
    return subscribers


def publish_frame(number, text):
    """Return one masked frame that publishes `text`."""
    fields = {"type": "publish", "author": "bench", "text": text, "nonce": f"mark{os.getpid()}.{number}"}
    return Frame(Opcode.TEXT, json.dumps(fields, separators=(",", ":")).encode()).serialize(mask=True)


def publish_request(port, path, text, number):
    """Return one POST that publishes `text`."""
    body = json.dumps({"author": "bench", "text": text, "nonce": f"mark{os.getpid()}.{number}"}).encode()
    headers = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def fan_out(port, request, path, frame_path, subscribers, rate, seconds, text, cpu):
    """Publish `rate` messages a second to that many subscribers; return (CPU seconds by `cpu()`, deliveries).

    The messages are published as frames on another WebSocket, at `frame_path`.
    """
    readers = await subscribe(port, request, path, subscribers)
    (publisher,) = await subscribe(port, HANDSHAKE, frame_path, 1)
    before = cpu(), sum(reader.delivered for reader in readers)
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(start + number / rate - loop.time())
        publisher.transport.write(publish_frame(number, text))
    await asyncio.sleep(0.5)  # for the last messages
    after = cpu(), sum(reader.delivered for reader in readers)
    for reader in (*readers, publisher):
        reader.transport.abort()
    return after[0] - before[0], after[1] - before[1]


class Requester(asyncio.Protocol):
    """A keep-alive connection that repeats a request after each response, and counts the statuses."""

    def __init__(self, make_request, numbers, statuses):
        self.make_request, self.numbers, self.statuses = make_request, numbers, statuses
        self.unread = b""

    def connection_made(self, transport):
        """Send the first request."""
        self.transport = transport
        transport.write(self.make_request(next(self.numbers)))

    def data_received(self, data):
        """Send the next request when the response is complete."""
        self.unread += data
        headers, _blank, body = self.unread.partition(b"\r\n\r\n")
        length = headers.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not length or len(body) < int(length):
            return
        self.unread = b""
        status = int(headers[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.transport.write(self.make_request(next(self.numbers)))


async def exchange(port, make_request, connections, seconds, cpu):
    """Repeat `make_request(number)` on keep-alive connections; return ({status: responses}, CPU seconds by `cpu()`)."""
    loop = asyncio.get_running_loop()
    numbers = itertools.count()
    statuses: dict[int, int] = {}
    before = cpu()
    requesters = [
        await loop.create_connection(lambda: Requester(make_request, numbers, statuses), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    for transport, _requester in requesters:
        transport.abort()
    return statuses, cpu() - before


JUNK = Frame(Opcode.TEXT, b"{").serialize(mask=True) * 37_000  # 259 KB of useless frames


async def polls_beside_junk(port, path, socket_path, pollers, senders, seconds):
    """Poll on `pollers` connections ten times a second each; return the duration of each poll in seconds.

    Meanwhile `senders` clients open WebSockets at `socket_path`, one after another, and send JUNK on each.
    """
    end = asyncio.get_running_loop().time() + seconds
    sending = [asyncio.create_task(_send_junk(port, socket_path, end)) for _ in range(senders)]
    durations = await asyncio.gather(*(_poll(port, path, end, number / pollers / 10) for number in range(pollers)))
    await asyncio.gather(*sending)
    return [poll for polls in durations for poll in polls]


async def _send_junk(port, path, end):
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE.format(path=path, port=port).encode())
        with suppress(OSError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(JUNK)
            while await reader.read(65_536):
                pass
        writer.transport.abort()


async def _poll(port, path, end, phase):
    loop, durations = asyncio.get_running_loop(), []
    request = REQUEST.format(path=path, port=port).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(phase)
    while loop.time() < end:
        start = loop.time()
        writer.write(request)
        headers = await reader.readuntil(b"\r\n\r\n")
        length = headers.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        durations.append(loop.time() - start)
        await asyncio.sleep(max(0, start + 0.1 - loop.time()))
    writer.close()
    return durations
