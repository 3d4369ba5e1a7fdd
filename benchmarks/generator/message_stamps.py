"""Where the time of a delivery goes: its parts, by the timestamps of publishers, server and readers.

The server's are those of `lab.server.message_stamps`; it gives them only to a benchmark that starts it.
"""

import csv
import io
from collections import defaultdict
from http.client import HTTPException
from itertools import pairwise
from urllib.parse import urlsplit

from benchmarks.generator.latency_parts import PARTS, READ
from benchmarks.generator.records import write_csv
from lab.client.connection import Connection
from lab.server.stamp_columns import COLUMNS, PATH

FILE = "stamps.csv"
TIMEOUT = 10.0  # seconds
BY_THE_SERVER = tuple(PARTS)[1:-1]  # the parts that end at one of its timestamps


def read(origin):
    """Return {(room, id): {column: number}} of the messages with all timestamps; empty if the server gives none."""
    address = urlsplit(origin)
    connection = Connection(address.hostname, address.port or 80, timeout=TIMEOUT)
    try:
        connection.request("GET", PATH)
        response = connection.getresponse()
        text = response.read().decode()
    except (OSError, HTTPException):
        return {}
    finally:
        connection.close()
    rows = csv.DictReader(io.StringIO(text)) if response.status == 200 else ()
    stamps = {(row["room"], int(row["id"])): {name: float(row[name]) for name in COLUMNS[2:]} for row in rows}
    return {key: of_message for key, of_message in stamps.items() if all(of_message.values())}


def write(folder, stamps):
    """Write the timestamps into `folder`, if there are any."""
    if stamps:
        write_csv(folder / FILE, COLUMNS, ((*key, *of_message.values()) for key, of_message in stamps.items()))


def parts(records, stamps):
    """Return {part: mean ms} of the deliveries in a window, with READ; None if unknown.

    The parts without READ add up to the mean latency of the deliveries whose messages have all timestamps.
    """
    arrivals = defaultdict(list)
    for (_client, room, number), arrived in first_arrivals(records).items():
        arrivals[room, number].append(arrived)
    sums, count = dict.fromkeys(PARTS, 0.0), 0
    for room, number, scheduled, started, _acknowledged in records.publishes:
        at, arrived = stamps.get((room, number)), arrivals[room, number]
        if not (at and arrived):
            continue
        instants = [scheduled, started, *(at[f"{name}_ms"] for name in BY_THE_SERVER), sum(arrived) / len(arrived)]
        for name, (before, after) in zip(PARTS, pairwise(instants), strict=True):
            sums[name] += (after - before) * len(arrived)
        count += len(arrived)
    reads = sum(load["reads"] for load in records.loads)
    if not count or not reads:
        return None
    return {name: value / count for name, value in sums.items()} | {
        READ: sum(load["read_ms"] for load in records.loads) / reads
    }


def first_arrivals(records):
    """Return {(client, room, id): its first arrival}."""
    first: dict[tuple, float] = {}
    for client, room, number, _scheduled, arrived in records.deliveries:
        first.setdefault((client, room, number), arrived)
    return first
