"""The experiments of lesson 08: small load generators in which a mistake can be switched on."""

import hashlib
import json
import random
import socket
import threading
import time
from http.client import HTTPConnection
from importlib import import_module
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import psutil
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.server import serve
from websockets.uri import parse_uri

FALSE, TRUE = {"color": "#a3262a"}, {"color": "#1a7a3c"}  # of the charts
GRACE = 3.0  # seconds in which the last messages may arrive


def percentiles(values, names=(50, 90, 99, 100)):
    """Return {"p50": …, "max": …} of values."""
    return {"max" if p == 100 else f"p{p}": float(np.percentile(values, p)) for p in names}


def request_on_schedule(url, seconds, rate):
    """Send `rate` requests a second, one after another; return a data frame with `scheduled`, `sent` and `done`, ms.

    A request whose time has come waits until the response to the one before has arrived, as in most load tools.
    """
    connection, rows, start = HTTPConnection(urlsplit(url).netloc), [], time.monotonic()
    for number in range(round(seconds * rate)):
        scheduled = start + number / rate
        time.sleep(max(0, scheduled - time.monotonic()))
        sent = time.monotonic()
        connection.request("GET", "/polling/schedule/messages/?after=0")
        connection.getresponse().read()
        rows.append((scheduled, sent, time.monotonic()))
    connection.close()
    return pd.DataFrame((np.array(rows) - start) * 1000, columns=["scheduled", "sent", "done"])


class Reader:
    """Reads a room in the background, and notes when each message was scheduled, reached the kernel, and was seen.

    `work`: seconds that the program needs for a message before it reads the next one.
    """

    def __init__(self, url, technique, room, work=0.0, **options):
        self.client = import_module(f"{technique}.client").Client(url, room, after=0, **options)
        self.work, self.rows, self.response_ms = work, [], []
        request = self.client.request

        def timed(*arguments):
            """Request, and note how long the response took."""
            start = time.monotonic()
            page = request(*arguments)
            self.response_ms.append((time.monotonic() - start) * 1000)
            return page

        self.client.request = timed
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        """Read until the reader is closed."""
        for message in self.client.messages():
            self.rows.append((message["sent_at"], message["arrived_at"], time.time() * 1000))
            time.sleep(self.work)

    def table(self, count=0):
        """Wait for `count` messages, at most GRACE seconds; return a data frame of those that came, times in ms."""
        end = time.monotonic() + GRACE
        while len(self.rows) < count and time.monotonic() < end:
            time.sleep(0.02)
        return pd.DataFrame(self.rows[:], columns=["scheduled", "arrived", "seen"])

    def close(self):
        """Stop reading."""
        self.client.close()
        self.thread.join(GRACE)


def publish_at(url, room, offsets):
    """Publish a message at each of these offsets, seconds from now; its `sent_at` is the scheduled time."""
    publisher, start = import_module("sse.client").Client(url, room, author="lesson"), time.time()
    for offset in offsets:
        time.sleep(max(0, start + offset - time.time()))
        publisher.publish("a message of some length, as people write them", sent_at=(start + offset) * 1000)
    publisher.close()


def polled(url, runs, count, interval, regular):
    """Return the mean latency, ms, of each of some runs: a reader polls, and `count` messages are published.

    `regular`: one message in each interval, at the same place in it; otherwise at random moments.
    """
    found = []

    def run(number):
        room = f"phase-{regular}-{number}"
        reader = Reader(url, "polling", room, interval=interval)
        gaps = [interval] * count if regular else [random.expovariate(2 / interval) for _ in range(2 * count)]
        publish_at(url, room, np.cumsum(gaps))
        rows = reader.table(len(gaps))
        reader.close()
        found.append(float((rows.arrived - rows.scheduled).mean()))

    threads = [threading.Thread(target=run, args=[number]) for number in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def load(url, process_id, seconds, work):
    """Send requests as fast as possible on four connections; return the requests per second, and each side's core.

    `work`: how often the generator hashes each response, as a stand-in for what a tool does with it.
    """
    address, server = urlsplit(url), psutil.Process(process_id)
    request = f"GET /polling/load/messages/?after=0 HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    counts, end = [], time.monotonic() + seconds

    def send():
        with socket.create_connection((address.hostname, address.port)) as connection:
            count = 0
            while time.monotonic() < end:
                connection.sendall(request)
                response = connection.recv(65_536)
                for _ in range(work):
                    json.dumps(hashlib.sha256(response).hexdigest())
                count += 1
            counts.append(count)

    before, own = sum(server.cpu_times()[:2]), time.process_time()
    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cores = {"generator": time.process_time() - own, "server": sum(server.cpu_times()[:2]) - before}
    return {"requests/s": sum(counts) / seconds} | {name: spent / seconds for name, spent in cores.items()}


def frame_bytes(texts, compressed):
    """Return the bytes that a WebSocket server sends for some texts, with or without permessage-deflate."""

    def send(connection):
        for text in texts:
            connection.send(text)

    with serve(send, "127.0.0.1", 0, compression="deflate" if compressed else None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        received = receive_all(server.socket.getsockname()[1], compressed)
        server.shutdown()
    return received


def receive_all(port, compressed):
    """Return how many bytes a WebSocket on this port sends after the handshake, until it closes."""
    extensions = [ClientPerMessageDeflateFactory()] if compressed else None
    protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/"), extensions=extensions)
    protocol.send_request(protocol.connect())
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"".join(protocol.data_to_send()))
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
            protocol.receive_data(chunk)
            connection.sendall(b"".join(protocol.data_to_send()))
    return len(received.partition(b"\r\n\r\n")[2])
