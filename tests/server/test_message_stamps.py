"""The timestamps that a server gives to a benchmark: each message's way through it; without the setting, none."""

import csv
import io
import os
import subprocess
import sys

import pytest

from support.processes import COMMAND, ROOT, ServerProcess, until
from support.raw_http import get
from support.technique_io import client

PATH = "/message-stamps"
ON = {"LAB_MESSAGE_STAMPS": "1"}


@pytest.fixture(scope="module")
def stamped(tmp_path_factory):
    """A server that timestamps messages."""
    server = ServerProcess(tmp_path_factory.mktemp("stamped"), **ON).start()
    yield server
    server.stop()


def stamps(server, room):
    """Return the timestamps of a room's messages: {id: {column: number}}."""
    rows = csv.DictReader(io.StringIO(get(server.url, PATH).body.decode()))
    return {
        int(row["id"]): {name: float(row[name]) for name in row if name not in ("room", "id")}
        for row in rows
        if row["room"] == room
    }


@pytest.mark.server
def test_a_message_has_a_timestamp_for_each_step_in_order(stamped, room, technique):
    readers = [client(technique, stamped, room, after=0) for _ in range(2)]
    publisher = client(technique, stamped, room)
    arrivals = [reader.messages() for reader in readers]
    publisher.publish("text 1")  # the room opens with its first reader, who gets this one from the store
    assert [next(messages)["id"] for messages in arrivals] == [1, 1]
    for number in (2, 3, 4):
        publisher.publish(f"text {number}")
        arrived = [next(messages)["arrived_at"] for messages in arrivals]
        until(lambda: stamps(stamped, room)[number]["writes"] >= 2, "the writes are not counted")  # noqa: B023
        row = stamps(stamped, room)[number]
        assert row["writes"] == 2  # the publisher of a WebSocket gets the message too, and is no reader
        times = [row[f"{name}_ms"] for name in ("received", "committed", "announced", "written")]
        assert times == sorted(times)
        assert times[-1] <= sum(arrived) / 2
    for each in (*readers, publisher):
        each.close()


@pytest.mark.server
def test_a_server_that_nobody_measures_gives_no_timestamps(start):
    assert get(start().url, PATH).status == 404


@pytest.mark.server
def test_timestamps_change_no_byte():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract/test_recorded_bytes.py"]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | ON, capture_output=True, text=True, timeout=COMMAND)
    assert run.returncode == 0, run.stdout
