"""The faults of a wire: what each does to connections, and that clients recover with no message lost or repeated."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from itertools import islice

import pytest

from lab.settings import TECHNIQUES
from lab.wire.relay import faults
from support.byte_servers import connect, echo, read_exactly, send_pattern, serving
from support.processes import BUGS, PATIENCE, ROOT, until
from support.technique_io import publish

FAULTS = [
    {"fault": "cut"},
    {"fault": "reset"},
    {"fault": "freeze", "seconds": 0.5},
    {"fault": "refuse", "seconds": 0.5},
    {"fault": "trickle", "rate": 2_000, "seconds": 0.5},
]
MESSAGES = 30


def test_clients_recover_from_every_fault(wires, client, server, room):
    """3.2: all faults, one after the other, on every wire, while messages are published directly and through wires."""
    readers = [client(technique) for technique in TECHNIQUES]
    speaker = client(TECHNIQUES[0], author="behind the wire")
    expected = MESSAGES + 5
    with ThreadPoolExecutor(len(TECHNIQUES) + 1) as pool:
        reading = [pool.submit(lambda reader=reader: list(islice(reader.messages(), expected))) for reader in readers]
        speaking = pool.submit(lambda: [speaker.publish(f"through {number}") for number in range(5)])
        for number in range(MESSAGES):
            publish("polling", server, room, f"beside {number}")
            if number % 5 == 0:
                wires.post("/wires/all/fault", **FAULTS[number // 5 % len(FAULTS)])
            time.sleep(0.1)
        wires.post("/wires/all/fault", fault="none")
        speaking.result(PATIENCE)
        for technique, future in zip(TECHNIQUES, reading, strict=True):
            messages = future.result(PATIENCE)
            assert [message["id"] for message in messages] == list(range(1, expected + 1)), technique
            assert len({message["text"] for message in messages}) == expected, technique


def test_cut_is_a_fin_and_reset_is_a_rst(lay):
    with serving(echo) as port:
        wire = lay(port)
        for fault, ended in (("cut", b""), ("reset", ConnectionResetError)):
            with connect(wire.port("wire")) as connection:
                connection.sendall(b"x")
                read_exactly(connection, 1)
                state = wire.post("/wires/wire/fault", fault=fault)
                assert state["wires"][0]["fault"] == {"fault": "none"}
                if ended == b"":
                    assert connection.recv(1) == b""
                else:
                    with pytest.raises(ended):
                        connection.recv(1)
            wire.settled("wire")


def test_a_freeze_passes_nothing_and_closes_nothing(lay):
    with serving(echo) as port:
        wire = lay(port)
        with connect(wire.port("wire")) as connection:
            connection.sendall(b"x")
            read_exactly(connection, 1)
            wire.post("/wires/wire/fault", fault="freeze", seconds=1)
            began = time.monotonic()
            connection.sendall(b"y")
            connection.shutdown(socket.SHUT_WR)
            assert wire.state("wire")["connections"] == 1
            assert read_exactly(connection, 1) == b"y"
            assert time.monotonic() - began >= 0.9  # the freeze began a little earlier
            assert connection.recv(1) == b""


def test_refused_connections_are_reset_and_others_go_on(lay):
    with serving(echo) as port:
        wire = lay(port)
        with connect(wire.port("wire")) as connection:
            connection.sendall(b"x")
            read_exactly(connection, 1)
            wire.post("/wires/wire/fault", fault="refuse")
            with pytest.raises(ConnectionResetError):
                first_byte(wire.port("wire"))
            connection.sendall(b"y")
            assert read_exactly(connection, 1) == b"y"


def first_byte(port):
    """Return the first byte from a new connection."""
    with connect(port) as connection:
        return connection.recv(1)


def test_a_trickle_is_a_slow_reader_that_the_server_feels(lay):
    size = 30_000_000
    with serving(send_pattern) as port:
        wire = lay(port)
        with connect(wire.port("wire")) as connection:
            wire.post("/wires/wire/fault", fault="trickle", rate=1_000)
            connection.sendall(b"%d\n" % size)
            began = time.monotonic()
            read_exactly(connection, 500)
            assert time.monotonic() - began >= 0.3
            time.sleep(0.5)
            assert sum(wire.state("wire")["bytes"]["down"].values()) < 10_000
            wire.post("/wires/wire/fault", fault="none")
            read_exactly(connection, size - 500)


def test_cut_every_goes_on_until_it_is_ended(lay):
    with serving(echo) as port:
        wire = lay(port, options=("--seed", "7"))
        wire.post("/wires/wire/fault", fault="cut_every", seconds=0.1)
        for _ in range(3):
            with connect(wire.port("wire")) as connection:
                try:
                    assert connection.recv(1) == b""
                except ConnectionResetError:
                    pass
        assert wire.state("wire")["fault"] == {"fault": "cut_every", "seconds": 0.1}
        wire.post("/wires/wire/fault", fault="none")
        with connect(wire.port("wire"), 0.5) as connection, pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_random_schedule_is_the_same_for_the_same_seed(lay):
    schedule = faults.random_schedule("7", 60, 5)
    assert schedule == faults.random_schedule("7", 60, 5) != faults.random_schedule("8", 60, 5)
    assert 4 <= len(schedule) <= 30
    assert faults.ordered(schedule)
    with serving(echo) as port:
        wire = lay(port)
        assert wire.post("/wires/wire/schedule", seed=7, seconds=60, every=5) == {"faults": schedule}
        now = [{"at": 0, "fault": "refuse", "seconds": 30}, {"at": 0.3, "fault": "trickle", "rate": 50}]
        wire.post("/wires/wire/schedule", faults=now)
        until(lambda: wire.state("wire")["fault"]["fault"] == "refuse", "the first fault does not come")
        until(lambda: wire.state("wire")["fault"] == {"fault": "trickle", "rate": 50}, "the second does not come")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fault": "flood"},
        {"fault": "freeze", "seconds": 0},
        {"fault": "freeze", "seconds": 1e9},
        {"fault": "freeze", "seconds": "1"},
        {"fault": "cut_every"},
        {"fault": "cut", "rate": 5},
        {"fault": "trickle", "rate": 0.5},
        {"fault": ["cut"]},
    ],
)
def test_an_invalid_fault_is_refused(fields):
    with pytest.raises(faults.InvalidFault):
        faults.validated(fields)


@pytest.mark.server
def test_the_server_is_restarted_while_the_wires_stay_open(tmp_path, room):
    """3.1, 3.2: as in the demo; after SIGTERM no process is left."""
    program = (
        "import json, sys\n"
        "from lab.wire import process\n"
        "command = [sys.executable, 'manage.py', 'serve', '--port', '{port}']\n"
        f"process.main(wires={dict.fromkeys(TECHNIQUES, 0)!r}, server_command=command, announce=lambda line: None,\n"
        "             ready=lambda ports: print(json.dumps(ports), flush=True))\n"
    )
    environment = os.environ | {"LAB_DATA": str(tmp_path), "LAB_PUBLISH_RATE": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    clients = []
    try:
        ports = json.loads(process.stdout.readline())
        url = f"http://127.0.0.1:{ports['control']}"
        for technique in TECHNIQUES:
            options = {"interval": 0.1} if technique == "polling" else {}
            wire = f"http://127.0.0.1:{ports['wires'][technique]}"
            clients.append(import_module(f"{technique}.client").Client(wire, room, technique, after=0, **options))
        with ThreadPoolExecutor(len(clients)) as pool:
            count = 4 * len(clients)
            reading = [pool.submit(lambda one=one: list(islice(one.messages(), count))) for one in clients]

            def restart():
                request = urllib.request.Request(f"{url}/server/restart", b'{"away": 0.3}')
                with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                    return json.load(response)["server"]

            restarting = None
            for number in range(4):
                for one in clients:
                    one.publish(f"{one.technique} {number}")
                if number == 1:
                    restarting = threading.Thread(target=restart)
                    restarting.start()
                    time.sleep(0.1)
            restarting.join(PATIENCE)
            for future in reading:
                assert [message["id"] for message in future.result(PATIENCE)] == list(range(1, count + 1))
        with urllib.request.urlopen(f"{url}/state", timeout=PATIENCE) as response:
            server = json.load(response)["server"]
        (change,) = server.pop("changes")
        assert server == {"up": True, "restarts": 1, "can_restart": True}
        assert (change["what"], change["end"] - change["begin"] >= 300) == ("restart", True)
    finally:
        for one in clients:
            one.close()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0, said
    assert not any(word in said for word in BUGS), said
    for port in (ports["server"][1], ports["control"], *ports["wires"].values()):
        with pytest.raises(ConnectionRefusedError):
            connect(port)
