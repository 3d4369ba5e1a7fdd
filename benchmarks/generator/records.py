"""What the load notes of one window: the part of one process, or of all of Locust's workers taken together."""

import csv
from dataclasses import asdict, dataclass, field, fields

from benchmarks.generator import measures
from lab.net.sockets import Traffic

TRAFFIC = [each.name for each in fields(Traffic)]
CLIENT = ("client", "room", "requests", "empty_responses", "reconnects", "opened_ms", *TRAFFIC)
DELIVERY = ("client", "room", "id", "scheduled_ms", "arrived_ms", "latency_ms")
FORMULA = tuple("=+-@\t\r")  # a spreadsheet computes what begins so
PUBLISH = ("room", "id", "scheduled_ms", "started_ms", "answered_ms")


@dataclass
class Counts:
    """What was counted up to one instant; the difference of two is a window."""

    at: float  # seconds since the epoch
    traffic: Traffic  # of the readers
    publish_traffic: Traffic
    arrived: int  # deliveries to readers, each message once
    payload: int  # bytes of their messages, each as its JSON was delivered
    heard: int  # deliveries to publishers, where a technique publishes and delivers on one connection
    requests: int
    empty_responses: int
    reconnects: int
    cpu: float  # seconds of the load's process

    def __sub__(self, other):
        """Subtract field by field."""
        return Counts(*(mine - its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __add__(self, other):
        """Add up two processes' windows, which are one window: its length stays."""
        added = (mine + its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True))
        return Counts(**dict(zip(vars(self), added, strict=True)) | {"at": max(self.at, other.at)})


@dataclass
class Notes:
    """The window's notes; times are ms since the epoch by the server's clock."""

    window: Counts
    clients: list = field(default_factory=list)  # rows of CLIENT
    deliveries: list = field(default_factory=list)  # rows of DELIVERY, without the latency, in the order of arrival
    publishes: list = field(default_factory=list)  # rows of PUBLISH
    due: int = 0  # publishes whose instant came
    working: int = 0  # publishers that have not reached the window's end
    failure: str = ""  # what ended a reader or publisher too early
    loads: list = field(default_factory=list)  # of each process: {"cpu": share of a core, "lag_ms": its loop's lags}

    def __add__(self, other):
        """Take two processes' notes together."""
        parts = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return Notes(**parts | {"failure": self.failure or other.failure})

    def packed(self):
        """Return everything as plain values, for the way to another process."""
        return asdict(self)

    @classmethod
    def unpacked(cls, values):
        """Return the Notes that `packed` gave."""
        window = dict(values["window"])
        window |= {name: Traffic(**window[name]) for name in ("traffic", "publish_traffic")}
        return cls(**values | {"window": Counts(**window)})

    def ledger(self):
        """Judge what was published and delivered."""
        published = {}
        for room, number, *_times in self.publishes:
            published.setdefault(room, []).append(number)
        readers = {number: room for number, room, *_counts in self.clients}
        return measures.judge(published, readers, (delivery[:3] for delivery in self.deliveries))

    def complete(self):
        """Tell whether all that was scheduled is published and delivered."""
        ledger = self.ledger()
        return not self.working and ledger["published"] >= self.due and ledger["delivered"] >= ledger["expected"]

    def latencies(self):
        """Return each delivery's latency in ms, of a repeated one the first."""
        first = {}
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
    """Write `rows` under the names in `columns`; times keep a tenth of a microsecond.

    The room of a delivery is what a server said: a spreadsheet must not take it for a formula.
    """
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(map(written, row) for row in rows)


def written(cell):
    """Return what a CSV file holds of a cell."""
    if isinstance(cell, float):
        return f"{cell:.4f}"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
