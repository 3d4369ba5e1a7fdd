"""What one process of the load notes down, while its readers and publishers are at work."""

import threading
import time
from dataclasses import dataclass, field, replace
from itertools import count

import psutil

from benchmarks.generator.records import Counts, Notes
from benchmarks.model import sizes
from lab.net.sockets import Traffic

TICK = 0.01  # seconds between looks at how late the loop is


@dataclass
class Recorder:
    """The readers and publishers of this process, and what they noted."""

    readers: list = field(default_factory=list)  # (number, Client)
    publishers: list = field(default_factory=list)  # Locust's users, each with some `clients`
    deliveries: list = field(default_factory=list)  # (reader, room, id, scheduled, arrived), both ms since the epoch
    publishes: list = field(default_factory=list)  # (room, id, scheduled, started, answered), ms since the epoch
    lags: list = field(default_factory=list)  # ms
    due: int = 0  # publishes in the window whose instant came
    arrivals: list = field(default_factory=list)  # at a reader, each message once, ms since the epoch
    payloads: list = field(default_factory=list)  # the bytes of the message that came with each arrival
    sizes: dict = field(default_factory=dict)  # (room, id): bytes of the message, which is measured once for all
    heard: int = 0  # deliveries to publishers
    working: int = 0  # publishers that have not reached the window's end
    failure: str = ""  # what ended a reader or publisher too early
    offset: float = 0.0  # ms to add to this machine's clock for the server's
    begun_at: float = 0.0  # seconds since the epoch by the server's clock, like the window's start and end
    start: float = 0.0
    end: float = float("inf")
    begun: threading.Event = field(default_factory=threading.Event)  # publishing may begin
    publisher_numbers: count = field(default_factory=count)
    window: Counts | None = None  # once it is over
    span: tuple = ()  # its first and last instant, ms since the epoch

    def now(self):
        """Return the seconds since the epoch by the server's clock."""
        return time.time() + self.offset / 1000

    def begin(self, warmup=0.0, duration=float("inf"), at=None, offset=0.0, first=None):
        """Let publishing begin `at` an instant, or now; the window opens `warmup` seconds later, for `duration`.

        `at` is of the server's clock, which is `offset` ms ahead of ours; publishers count from `first`.
        """
        self.offset = offset
        if first is not None:
            self.publisher_numbers = count(first)
        self.begun_at = self.now() if at is None else at
        self.start = self.begun_at + warmup
        self.end = self.start + duration
        self.begun.set()

    def watch(self):
        """Count what passes in the window, and note until it ends by how much each short sleep ends late."""
        time.sleep(max(0, self.start - self.now()))
        before = self.counts()
        while self.now() < self.end:
            now = time.monotonic()
            time.sleep(TICK)
            if self.now() < self.end:  # reading the server's figures at the end of the window takes its time
                self.lags.append((time.monotonic() - now - TICK) * 1000)
        after = self.counts()
        self.window = after - before
        self.span = before.at * 1000 + self.offset, after.at * 1000 + self.offset

    def arrive(self, technique, message, arrived):
        """Note when a message came to a reader, and how long it was."""
        key = message["room"], message["id"]
        if key not in self.sizes:
            self.sizes[key] = sizes.delivered(technique, message)
        self.arrivals.append(arrived)
        self.payloads.append(self.sizes[key])

    def counts(self):
        """Count everything now."""
        readers = [client for _number, client in self.readers]
        writers = [client for publisher in self.publishers for client in publisher.clients]
        times = psutil.Process().cpu_times()
        return Counts(
            at=time.time(),
            traffic=sum((client.reading.traffic() for client in readers), Traffic()),
            publish_traffic=sum((client.traffic() for client in writers), Traffic()),
            arrived=0,  # see `notes`, as of the payload
            payload=0,
            heard=self.heard,
            requests=sum(client.requests for client in readers),
            empty_responses=sum(client.empty_responses for client in readers),
            reconnects=sum(client.reconnects for client in readers),
            cpu=times.user + times.system,
        )

    def notes(self):
        """Return the Notes of the window, which is over; what still arrives of its messages counts."""
        begin, end = self.span
        # By the kernel's stamps, as its count of bytes is: a busy reader may come late to what has arrived.
        came = [size for instant, size in zip(self.arrivals, self.payloads, strict=True) if begin <= instant < end]
        return Notes(
            window=replace(self.window, arrived=len(came), payload=sum(came)),
            clients=[_row(number, client) for number, client in self.readers],
            deliveries=[delivery for delivery in self.deliveries if self.in_window(delivery[3])],
            publishes=[publish for publish in self.publishes if self.in_window(publish[2])],
            due=self.due,
            working=self.working,
            failure=self.failure,
            loads=[{"cpu": self.window.cpu / self.window.at, "lag_ms": self.lags}],
        )

    def in_window(self, scheduled):
        """Tell whether a message scheduled at `scheduled` (ms since the epoch) counts."""
        return self.start <= scheduled / 1000 < self.end


def _row(number, client):
    connection = client.reading
    counted = (client.requests, client.empty_responses, client.reconnects)
    return (number, client.room, *counted, connection.opened_at, *vars(connection.traffic()).values())
