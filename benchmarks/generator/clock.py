"""The offset of this machine's clock from the server's, and its largest possible error.

Four timestamps as in NTP (RFC 5905 §8): sent and received by our clock, received and sent by the server's. Of many
exchanges the one with the shortest round trip counts; the error is at most half of that.
"""

import json
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from lab.client.connection import Connection

EXCHANGES = 20
TIMEOUT = 5.0  # seconds


def offset(origin, ahead=0.0):
    """Return (ms to add to this machine's clock to get that of the server at `origin`, largest possible error in ms).

    `ahead`: ms that this clock is assumed to be ahead. Raise OSError if the server does not respond.
    """
    address = urlsplit(origin)
    connection = Connection(address.hostname, address.port or 80, timeout=TIMEOUT)
    try:
        exchanges = [_exchange(connection, ahead) for _ in range(EXCHANGES)]
    finally:
        connection.close()
    round_trip, offset = min(exchanges)
    return offset, round_trip / 2


def _exchange(connection, ahead):
    """Return (round trip, offset) of one exchange in ms."""
    sent = time.time() * 1000 + ahead
    connection.request("GET", "/healthz")
    server = json.loads(connection.getresponse().read())
    received = connection.sock.arrived_at + ahead  # the kernel's timestamp, so our own delay is not in the round trip
    server_received, server_sent = server["received_at"], server["answered_at"]
    round_trip = (received - sent) - (server_sent - server_received)
    return round_trip, ((server_received - sent) + (server_sent - received)) / 2


def machine_id():
    """Return an id of this running system; processes with the same id share one clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{uuid.getnode():x}"


def combine(clocks):
    """Return {"processes", "machines", "error_ms"} of workers' clocks, each {"machine", "offset", "error"}, and ours.

    Between the timestamps of two machines both errors may add up; on one machine there is no error.
    """
    machines = {machine_id(), *(clock["machine"] for clock in clocks)}
    errors = sorted(clock["error"] for clock in clocks)
    return {
        "processes": len(errors),
        "machines": len(machines),
        "error_ms": sum(errors[-2:]) if len(machines) > 1 else 0.0,
    }
