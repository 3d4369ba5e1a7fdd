"""What one run of the load notes down, and the window that is measured. Runs inside Locust's process."""

import csv
import json
import threading
import time
from dataclasses import dataclass, field

import psutil

from benchmarks import figures, measures
from lab.sockets import Traffic

TICK = 0.01  # seconds between looks at how late the loop is
REPEATS = 0.2  # seconds after the last delivery in which it may come again
BUSY = ("user", "nice", "system", "irq", "softirq", "steal")  # what a processor does when it does not idle


@dataclass
class Counts:
    """What was counted up to one instant; the difference of two is a window."""

    at: float  # seconds since the epoch
    traffic: Traffic  # of the readers
    publish_traffic: Traffic
    arrived: int  # deliveries to readers
    heard: int  # deliveries to publishers, where a technique publishes and delivers on one connection
    requests: int
    empty_responses: int
    reconnects: int
    server_cpu: float  # seconds
    generator_cpu: float  # seconds
    machine_cpu: float  # seconds, of all programs

    def __sub__(self, other):
        """Subtract field by field."""
        return Counts(*(mine - its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass
class Recorder:
    """The readers and publishers of a run, and what they noted."""

    server: psutil.Process | None = None
    readers: list = field(default_factory=list)  # Clients; a reader's number is its place
    publishers: list = field(default_factory=list)  # Locust's users, each with some `clients`
    deliveries: list = field(default_factory=list)  # (reader, room, id, scheduled, arrived), both ms since the epoch
    publishes: list = field(default_factory=list)  # (room, id, scheduled, started, answered), ms since the epoch
    lags: list = field(default_factory=list)  # ms
    due: int = 0  # publishes in the window whose instant came
    heard: int = 0  # deliveries to publishers
    working: int = 0  # publishers that have not reached the window's end
    failure: str = ""  # what ended a reader or publisher too early
    begun_at: float = 0.0  # seconds since the epoch, like the window's start and end
    start: float = 0.0
    end: float = float("inf")
    begun: threading.Event = field(default_factory=threading.Event)  # publishing may begin

    def begin(self, warmup=0.0, duration=float("inf")):
        """Let publishing begin; the window opens after `warmup` seconds and lasts `duration`."""
        self.begun_at = time.time()
        self.start = self.begun_at + warmup
        self.end = self.start + duration
        self.begun.set()

    def measure(self, patience):
        """Sleep through the window and wait up to `patience` seconds for stragglers; return the run's figures."""
        time.sleep(max(0, self.start - time.time()))
        before = self.counts()
        self.watch_loop()
        window = self.counts() - before
        deadline = time.time() + patience
        while not self.complete() and time.time() < deadline:
            time.sleep(0.1)
        time.sleep(REPEATS)
        return figures.run(self, window)

    def watch_loop(self):
        """Note, until the window ends, by how much each short sleep ends late."""
        while (now := time.time()) < self.end:
            time.sleep(TICK)
            self.lags.append((time.time() - now - TICK) * 1000)

    def counts(self):
        """Count everything now."""
        own = psutil.Process().cpu_times()
        family = [self.server, *self.server.children(recursive=True)] if self.server else []
        return Counts(
            at=time.time(),
            traffic=sum((reader.reading.traffic() for reader in self.readers), Traffic()),
            publish_traffic=sum(
                (client.traffic() for publisher in self.publishers for client in publisher.clients), Traffic()
            ),
            arrived=len(self.deliveries),
            heard=self.heard,
            requests=sum(reader.requests for reader in self.readers),
            empty_responses=sum(reader.empty_responses for reader in self.readers),
            reconnects=sum(reader.reconnects for reader in self.readers),
            server_cpu=sum(times.user + times.system for times in (process.cpu_times() for process in family)),
            generator_cpu=own.user + own.system,
            machine_cpu=sum(value for name, value in psutil.cpu_times()._asdict().items() if name in BUSY),
        )

    def complete(self):
        """Tell whether all that was scheduled is published and delivered."""
        ledger = self.ledger()
        published = not self.working and ledger["published"] >= self.due
        return published and ledger["delivered"] >= ledger["expected"]

    def ledger(self):
        """Judge what was published and delivered so far."""
        published = {}
        for room, number, *_times in self.publishes_in_window():
            published.setdefault(room, []).append(number)
        readers = {number: reader.room for number, reader in enumerate(self.readers)}
        return measures.judge(published, readers, (delivery[:3] for delivery in self.deliveries_in_window()))

    def in_window(self, scheduled):
        """Tell whether a message scheduled at `scheduled` (ms since the epoch) counts."""
        return self.start <= scheduled / 1000 < self.end

    def deliveries_in_window(self):
        """Return the deliveries of the messages that count, in the order of arrival."""
        return [delivery for delivery in self.deliveries if self.in_window(delivery[3])]

    def publishes_in_window(self):
        """Return the publishes that count."""
        return [publish for publish in self.publishes if self.in_window(publish[2])]

    def write(self, folder, run):
        """Write the raw data of the window and the `run`'s figures into `folder`."""
        deliveries = ((*delivery, delivery[4] - delivery[3]) for delivery in self.deliveries_in_window())
        columns = "client room id scheduled_ms arrived_ms latency_ms"
        write_csv(folder / "deliveries.csv", columns, deliveries)
        columns = "room id scheduled_ms started_ms answered_ms"
        write_csv(folder / "publishes.csv", columns, self.publishes_in_window())
        columns = "client room requests empty_responses reconnects tcp_up tcp_down ip_up ip_down connections"
        write_csv(folder / "clients.csv", columns, map(_client, range(len(self.readers)), self.readers))
        (folder / "summary.json").write_text(json.dumps(run, indent=2) + "\n")


def write_csv(path, columns, rows):
    """Write `rows` under the names in `columns`; times keep a tenth of a microsecond."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split())
        writer.writerows([f"{cell:.4f}" if isinstance(cell, float) else cell for cell in row] for row in rows)


def _client(number, reader):
    counted = (reader.requests, reader.empty_responses, reader.reconnects)
    return (number, reader.room, *counted, *vars(reader.reading.traffic()).values())
