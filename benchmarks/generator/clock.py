"""How far this machine's clock is from the server's, and how sure that is.

Four stamps as in NTP (RFC 5905 §8): asked and answered by our clock, received and sent by the server's. Of many
exchanges the one with the shortest round trip counts; the error is at most half of that.
"""

import json
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from lab.client import Connection

EXCHANGES = 20
TIMEOUT = 5.0  # seconds


def offset(origin, ahead=0.0):
    """Return (ms to add to this machine's clock for that of the server at `origin`, the largest possible error).

    `ahead`: ms by which this clock is taken to be ahead of what it says. Raises OSError where nobody answers.
    """
    address = urlsplit(origin)
    connection = Connection(address.hostname, address.port or 80, timeout=TIMEOUT)
    try:
        found = [_exchange(connection, ahead) for _ in range(EXCHANGES)]
    finally:
        connection.close()
    round_trip, offset = min(found)
    return offset, round_trip / 2


def _exchange(connection, ahead):
    asked = time.time() * 1000 + ahead
    connection.request("GET", "/healthz")
    answer = json.loads(connection.getresponse().read())
    answered = connection.sock.arrived_at + ahead  # the kernel's stamp: our own delay is no part of the round trip
    received, sent = answer["received_at"], answer["answered_at"]
    return (answered - asked) - (sent - received), ((received - asked) + (sent - answered)) / 2


def machine():
    """Return what tells this running system from others: processes that agree in it share one clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{uuid.getnode():x}"


def together(told):
    """Return {"processes", "machines", "error_ms"} of clocks, each {"machine", "offset", "error"}, and ours.

    Between the stamps of two machines both their errors may add up; those of one machine need no correction.
    """
    machines = {machine(), *(each["machine"] for each in told)}
    errors = sorted(each["error"] for each in told)
    return {
        "processes": len(errors),
        "machines": len(machines),
        "error_ms": sum(errors[-2:]) if len(machines) > 1 else 0.0,
    }
