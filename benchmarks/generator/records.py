"""The records of one window: of one process, or of all of Locust's workers together."""

import csv
from dataclasses import asdict, dataclass, field, fields

from benchmarks.generator import ledger
from lab.net.sockets import Traffic

TRAFFIC = [each.name for each in fields(Traffic)]
CLIENT = ("client", "room", "requests", "empty_responses", "reconnects", "opened_ms", *TRAFFIC)
DELIVERY = ("client", "room", "id", "scheduled_ms", "arrived_ms", "latency_ms")
PUBLISH = ("room", "id", "scheduled_ms", "started_ms", "answered_ms")
FORMULA = tuple("=+-@\t\r")  # first characters that make a spreadsheet compute a cell


@dataclass
class Counts:
    """Counts up to one instant; the difference of two is that of a window."""

    at: float  # seconds since the epoch; of a window its length
    traffic: Traffic  # of the readers
    publish_traffic: Traffic
    arrived: int  # deliveries to readers, each message once
    payload: int  # bytes of these messages as JSON
    heard: int  # deliveries to publishers, if a technique publishes and delivers on one connection
    requests: int
    empty_responses: int
    reconnects: int
    cpu: float  # seconds of the load's process

    def __sub__(self, other):
        """Subtract field by field."""
        return Counts(*(ours - theirs for ours, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __add__(self, other):
        """Add the windows of two processes; they are one window, so its length stays."""
        added = (ours + theirs for ours, theirs in zip(vars(self).values(), vars(other).values(), strict=True))
        return Counts(**dict(zip(vars(self), added, strict=True)) | {"at": max(self.at, other.at)})


@dataclass
class Records:
    """The records of a window; times are in ms since the epoch, by the server's clock."""

    window: Counts
    clients: list = field(default_factory=list)  # rows of CLIENT
    deliveries: list = field(default_factory=list)  # rows of DELIVERY without the latency, in the order of arrival
    publishes: list = field(default_factory=list)  # rows of PUBLISH
    due: int = 0  # publishes that were scheduled
    working: int = 0  # publishers that have not reached the window's end
    failure: str = ""  # the error that ended a reader or publisher
    # Of each process: {"cpu": share of a core, "lag_ms": of its loop, and the fields of recorder.kernel_support}.
    loads: list = field(default_factory=list)

    def __add__(self, other):
        """Join the records of two processes."""
        parts = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return Records(**parts | {"failure": self.failure or other.failure})

    def supported(self, name):
        """Return whether the kernels of all processes support "tcp_info" or "kernel_stamps"."""
        return all(load[name] for load in self.loads)

    def packed(self):
        """Return everything as plain values, to send to another process."""
        return asdict(self)

    @classmethod
    def unpacked(cls, values):
        """Return the Records that `packed` gave."""
        window = dict(values["window"])
        window |= {name: Traffic(**window[name]) for name in ("traffic", "publish_traffic")}
        return cls(**values | {"window": Counts(**window)})

    def ledger(self):
        """Return the ledger, see `ledger.count`."""
        published: dict[str, list[int]] = {}
        for room, number, *_times in self.publishes:
            published.setdefault(room, []).append(number)
        readers = {number: room for number, room, *_counts in self.clients}
        return ledger.count(published, readers, (delivery[:3] for delivery in self.deliveries))

    def complete(self):
        """Return whether everything that was scheduled is published and delivered."""
        counts = self.ledger()
        return not self.working and counts["published"] >= self.due and counts["delivered"] >= counts["expected"]

    def latencies(self):
        """Return each delivery's latency in ms; a repeated message counts at its first arrival."""
        first: dict[tuple, float] = {}
        for client, room, number, scheduled, arrived in self.deliveries:
            first.setdefault((client, room, number), arrived - scheduled)
        return list(first.values())

    def write(self, folder):
        """Write the raw data into `folder`."""
        deliveries = ((*delivery, delivery[4] - delivery[3]) for delivery in self.deliveries)
        write_csv(folder / "deliveries.csv", DELIVERY, deliveries)
        write_csv(folder / "publishes.csv", PUBLISH, self.publishes)
        write_csv(folder / "clients.csv", CLIENT, self.clients)


def write_csv(path, columns, rows):
    """Write `rows` under a line of column names; times keep a tenth of a microsecond.

    A room's name comes from the server, so a spreadsheet must not take it for a formula.
    """
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(map(cell, row) for row in rows)


def cell(value):
    """Return what a CSV file holds for a value."""
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
