"""The bench's own load: cheap asyncio connections that count what comes and look at nothing.

It measures the server's cost alone, so it parses as little as it can: a delivery is a mark in the bytes that
passed. For latencies and ledgers there is the harness.
"""

import asyncio
import itertools
import json
import os
from contextlib import suppress

from websockets.frames import Frame, Opcode

MARK = b'"mark'  # begins each nonce, and stands in each message once
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
REQUEST = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"


class Subscriber(asyncio.Protocol):
    """A connection that counts the messages delivered to it."""

    def __init__(self, head):
        self.head = head
        self.delivered = 0
        self.opened = asyncio.get_running_loop().create_future()
        self.rest = b""
        self.lost = False

    def connection_made(self, transport):
        """Ask for the stream, or for the upgrade."""
        self.transport = transport
        transport.write(self.head)

    def data_received(self, data):
        """Count the marks, also one that two reads share."""
        if not self.opened.done():
            self.opened.set_result(data)
        data = self.rest + data
        self.delivered += data.count(MARK)
        self.rest = data[-len(MARK) + 1 :]

    def connection_lost(self, exc):
        """Remember that the server let go."""
        self.lost = True
        if not self.opened.done():
            self.opened.cancel()


async def subscribe(port, head, path, count, answers=True):
    """Open `count` connections to `path`; return them, when each has had its first bytes if the server `answers`."""
    loop = asyncio.get_running_loop()
    data = head.format(path=path, port=port).encode()
    subscribers = []
    for _ in range(count):
        _transport, subscriber = await loop.create_connection(lambda: Subscriber(data), "127.0.0.1", port)
        subscribers.append(subscriber)
    if answers:
        await asyncio.gather(*(subscriber.opened for subscriber in subscribers))
    return subscribers


def publish_frame(number, text):
    """Return the bytes of one masked frame that publishes `text`."""
    fields = {"type": "publish", "author": "bench", "text": text, "nonce": f"mark{os.getpid()}.{number}"}
    return Frame(Opcode.TEXT, json.dumps(fields, separators=(",", ":")).encode()).serialize(mask=True)


def publish_request(port, path, text, number):
    """Return the bytes of one POST that publishes `text`."""
    body = json.dumps({"author": "bench", "text": text, "nonce": f"mark{os.getpid()}.{number}"}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def fan_out(port, head, path, frame_path, subscribers, rate, seconds, text, cpu):
    """Publish `rate` messages a second to that many subscribers; return (CPU seconds by `cpu()`, deliveries).

    The messages are published by frames on one more WebSocket at `frame_path`.
    """
    readers = await subscribe(port, head, path, subscribers)
    (publisher,) = await subscribe(port, HANDSHAKE, frame_path, 1)
    before = cpu(), sum(reader.delivered for reader in readers)
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(start + number / rate - loop.time())
        publisher.transport.write(publish_frame(number, text))
    await asyncio.sleep(0.5)  # the last ones are under way
    after = cpu(), sum(reader.delivered for reader in readers)
    for reader in (*readers, publisher):
        reader.transport.abort()
    return after[0] - before[0], after[1] - before[1]


class Asker(asyncio.Protocol):
    """A keep-alive connection that asks again as soon as it was answered, and counts the statuses."""

    def __init__(self, make_request, numbers, statuses):
        self.make_request, self.numbers, self.statuses = make_request, numbers, statuses
        self.unread = b""

    def connection_made(self, transport):
        """Ask for the first time."""
        self.transport = transport
        transport.write(self.make_request(next(self.numbers)))

    def data_received(self, data):
        """Ask again once the answer is whole."""
        self.unread += data
        head, _blank, body = self.unread.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not length or len(body) < int(length):
            return
        self.unread = b""
        status = int(head[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.transport.write(self.make_request(next(self.numbers)))


async def exchange(port, make_request, connections, seconds, cpu):
    """Repeat `make_request(number)` on keep-alive connections; return ({status: answers}, CPU seconds by `cpu()`)."""
    loop = asyncio.get_running_loop()
    numbers, statuses = itertools.count(), {}
    before = cpu()
    askers = [
        await loop.create_connection(lambda: Asker(make_request, numbers, statuses), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    for transport, _asker in askers:
        transport.abort()
    return statuses, cpu() - before


JUNK = Frame(Opcode.TEXT, b"{").serialize(mask=True) * 37_000  # 259 KB of frames that say nothing


async def polls_beside_junk(port, path, socket_path, pollers, senders, seconds):
    """Poll on `pollers` connections ten times a second each; return how long each poll took (seconds).

    Meanwhile `senders` clients open WebSockets at `socket_path`, one after the other, and send JUNK on each.
    """
    end = asyncio.get_running_loop().time() + seconds
    sending = [asyncio.create_task(_send_junk(port, socket_path, end)) for _ in range(senders)]
    taken = await asyncio.gather(*(_poll(port, path, end, number / pollers / 10) for number in range(pollers)))
    await asyncio.gather(*sending)
    return [each for several in taken for each in several]


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
    loop, taken = asyncio.get_running_loop(), []
    request = REQUEST.format(path=path, port=port).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(phase)
    while loop.time() < end:
        begun = loop.time()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        taken.append(loop.time() - begun)
        await asyncio.sleep(max(0, begun + 0.1 - loop.time()))
    writer.close()
    return taken
