"""Records what the readers and publishers of one process do."""

import threading
import time
from dataclasses import dataclass, field, replace

import psutil

from benchmarks.generator.records import Counts, Records
from benchmarks.model import sizes
from lab.net import sockets
from lab.net.sockets import Traffic

TICK = 0.01  # seconds between two measurements of the loop's lag


@dataclass
class Recorder:
    """The readers and publishers of this process, and what they record."""

    readers: list = field(default_factory=list)  # (number, Client)
    publishers: list = field(default_factory=list)  # each with some `clients`
    deliveries: list = field(default_factory=list)  # (reader, room, id, scheduled, arrived), both ms since the epoch
    publishes: list = field(default_factory=list)  # (room, id, scheduled, started, acknowledged), ms since the epoch
    lags: list = field(default_factory=list)  # ms
    due: int = 0  # publishes that were scheduled in the window so far
    arrivals: list = field(default_factory=list)  # at readers, each message once, ms since the epoch
    payloads: list = field(default_factory=list)  # bytes of the message of each arrival
    sizes: dict = field(default_factory=dict)  # {(room, id): bytes of the message}, so that each is encoded only once
    read_ms: float = 0.0  # sum over the arrivals: from the kernel's timestamp until the reader has the message
    heard: int = 0  # deliveries to publishers
    working: int = 0  # publishers that have not reached the window's end
    failure: str = ""  # the error that ended a reader or publisher
    offset: float = 0.0  # ms to add to this machine's clock for the server's
    began_at: float = 0.0  # seconds since the epoch by the server's clock, like the window's start and end
    start: float = 0.0
    end: float = float("inf")
    began: threading.Event = field(default_factory=threading.Event)  # publishing may begin
    window: Counts | None = None  # when it is over
    span: tuple = ()  # its first and last instant, ms since the epoch

    def now(self):
        """Return the seconds since the epoch by the server's clock."""
        return time.time() + self.offset / 1000

    def begin(self, warmup=0.0, duration=float("inf"), at=None, offset=0.0):
        """Begin publishing `at` an instant, or now; the window opens `warmup` seconds later, for `duration` seconds.

        `at` is by the server's clock, which is `offset` ms ahead of ours.
        """
        self.offset = offset
        self.began_at = self.now() if at is None else at
        self.start = self.began_at + warmup
        self.end = self.start + duration
        self.began.set()

    def watch(self):
        """Count what happens in the window, and measure the loop's lag: how late short sleeps end."""
        time.sleep(max(0, self.start - self.now()))
        before = self.counts()
        while self.now() < self.end:
            now = time.monotonic()
            time.sleep(TICK)
            if self.now() < self.end:  # at the end, reading the server's usage takes time of its own
                self.lags.append((time.monotonic() - now - TICK) * 1000)
        after = self.counts()
        self.window = after - before
        self.span = before.at * 1000 + self.offset, after.at * 1000 + self.offset

    def arrive(self, technique, message, arrived):
        """Record the arrival of a message at a reader, and its size."""
        key = message["room"], message["id"]
        if key not in self.sizes:
            self.sizes[key] = sizes.delivered(technique, message)
        self.read_ms += self.now() * 1000 - arrived
        self.arrivals.append(arrived)
        self.payloads.append(self.sizes[key])

    def counts(self):
        """Return the Counts of this instant."""
        readers = [client for _number, client in self.readers]
        writers = [client for publisher in self.publishers for client in publisher.clients]
        times = psutil.Process().cpu_times()
        return Counts(
            at=time.time(),
            traffic=sum((client.reading.traffic() for client in readers), Traffic()),
            publish_traffic=sum((client.traffic() for client in writers), Traffic()),
            arrived=0,  # see `records`, also for the payload
            payload=0,
            heard=self.heard,
            requests=sum(client.requests for client in readers),
            empty_responses=sum(client.empty_responses for client in readers),
            reconnects=sum(client.reconnects for client in readers),
            cpu=times.user + times.system,
        )

    def records(self):
        """Return the Records of the window, which is over; messages that arrive afterwards still count."""
        assert self.window
        begin, end = self.span
        # By the kernel's timestamps, like its byte counts: a busy reader may handle an arrival late.
        arrived = [size for instant, size in zip(self.arrivals, self.payloads, strict=True) if begin <= instant < end]
        return Records(
            window=replace(self.window, arrived=len(arrived), payload=sum(arrived)),
            clients=[_row(number, client) for number, client in self.readers],
            deliveries=[delivery for delivery in self.deliveries if self.in_window(delivery[3])],
            publishes=[publish for publish in self.publishes if self.in_window(publish[2])],
            due=self.due,
            working=self.working,
            failure=self.failure,
            loads=[{"cpu": self.window.cpu / self.window.at, "lag_ms": self.lags} | self.reading() | kernel_support()],
        )

    def reading(self):
        """Return {"reads": the number of arrivals, "read_ms": the sum of the times until a reader had them}."""
        return {"reads": len(self.arrivals), "read_ms": self.read_ms}

    def in_window(self, scheduled):
        """Return whether a message scheduled at `scheduled` (ms since the epoch) counts."""
        return self.start <= scheduled / 1000 < self.end


def kernel_support():
    """Return what this system's kernel measures: {"tcp_info": whether bytes, "kernel_stamps": whether arrivals}."""
    return {"tcp_info": sockets.ON_LINUX, "kernel_stamps": sockets.ON_LINUX}


def _row(number, client):
    connection = client.reading
    counts = (client.requests, client.empty_responses, client.reconnects)
    *counted, connections = vars(connection.traffic()).values()
    counted = counted if sockets.ON_LINUX else [None] * len(counted)
    return (number, client.room, *counts, connection.opened_at, *counted, connections)
