"""Delay, jitter, rate and handshake: never less than set, and not much more; order kept, nothing lost."""

import signal
import time
from contextlib import ExitStack

import pytest

from lab.wire.relay.link import PROFILES, InvalidLink, Link, changed
from support.byte_servers import connect, echo, pour, poured, read_exactly, serving, swallow

LATE = 15.0  # seconds that a busy machine may add to anything


def standing(serve):
    """Return a fixture: a wire to a server by hand that the tests of this module share, its link local at first."""

    @pytest.fixture(scope="module")
    def laid(lay_for_all):
        with serving(serve) as port:
            yield lay_for_all(port, "wire", "other")

    return laid


echoing, pouring, swallowing = standing(echo), standing(pour), standing(swallow)


@pytest.fixture
def local():
    """Return a function that hands a wire out with a local link, and leaves it so."""
    used = []

    def wire(one):
        used.append(one)
        one.post("/wires/all/link", profile="local")
        return one

    yield wire
    for one in used:
        one.post("/wires/all/link", profile="local")


def round_trip(connection, data=b"x"):
    """Return the seconds in which data went and came back."""
    began = time.monotonic()
    connection.sendall(data)
    assert read_exactly(connection, len(data)) == data
    return time.monotonic() - began


def test_a_crowd_that_comes_at_once_is_let_in_though_the_wire_is_busy(echoing, local):
    wire = local(echoing)
    with ExitStack() as crowd:
        wire.process.send_signal(signal.SIGSTOP)  # it accepts nobody; the kernel lets them wait
        crowd.callback(wire.process.send_signal, signal.SIGCONT)
        waiting = [crowd.enter_context(connect(wire.port("wire"))) for _ in range(300)]
        wire.process.send_signal(signal.SIGCONT)
        round_trip(waiting[-1])


def test_a_delay_is_felt_both_ways_and_can_be_changed_while_connected(echoing, local):
    wire = local(echoing)
    with connect(wire.port("wire")) as connection:
        round_trip(connection)
        wire.post("/wires/wire/link", delay_ms=100)
        assert 0.2 <= round_trip(connection) < 0.2 + LATE
        wire.post("/wires/wire/link", delay_ms=20)
        assert 0.04 <= round_trip(connection) < 0.04 + LATE
        wire.post("/wires/all/link", profile="local")
        assert round_trip(connection) < LATE


def test_a_shorter_delay_brings_what_is_on_its_way(echoing, local):
    wire = local(echoing)
    with connect(wire.port("wire")) as connection:
        round_trip(connection)
        wire.post("/wires/wire/link", delay_ms=60_000)
        connection.sendall(b"early")
        time.sleep(0.2)
        wire.post("/wires/wire/link", delay_ms=10)
        connection.sendall(b"late")
        assert read_exactly(connection, 9) == b"earlylate"


def test_jitter_adds_up_to_itself_and_never_reorders(echoing, local):
    wire = local(echoing)
    wire.post("/wires/wire/link", delay_ms=20, jitter_ms=60, connect_ms=0)
    with connect(wire.port("wire")) as connection:
        times = [round_trip(connection, b"%03d" % number) for number in range(12)]
        assert min(times) >= 0.04
        assert max(times) - min(times) > 0.01
        sent = b"".join(b"%05d" % number for number in range(400))
        for place in range(0, len(sent), 5):
            connection.sendall(sent[place : place + 5])
            time.sleep(0.0005)
        assert read_exactly(connection, len(sent)) == sent


def test_a_new_connection_waits_for_its_handshake(echoing, local):
    wire = local(echoing)
    wire.post("/wires/wire/link", connect_ms=300)
    began = time.monotonic()
    with connect(wire.port("wire")) as connection:
        round_trip(connection)
        assert 0.3 <= time.monotonic() - began < 0.3 + LATE
        assert round_trip(connection) < 0.3


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_rate_holds(pouring, swallowing, local, direction):
    rate, size = 400_000, 400_000
    wire = local(pouring if direction == "down" else swallowing)
    wire.post("/wires/wire/link", **{f"rate_{direction}": rate})
    with connect(wire.port("wire")) as connection:
        began = time.monotonic()
        if direction == "down":
            connection.sendall(b"%d\n" % size)
            assert read_exactly(connection, size) == poured(size)
        else:
            connection.sendall(bytes(size))
            connection.shutdown(1)
            assert connection.recv(100) == b"%d" % size
        assert size / rate <= time.monotonic() - began < size / rate + LATE


def test_connections_of_a_wire_share_its_rate(pouring, local):
    rate, size = 400_000, 150_000
    wire = local(pouring)
    wire.post("/wires/wire/link", rate_down=rate)
    one, other = connect(wire.port("wire")), connect(wire.port("wire"))
    with one, other:
        began = time.monotonic()
        for connection in (one, other):
            connection.sendall(b"%d\n" % size)
        read_exactly(one, size)
        read_exactly(other, size)
        assert 2 * size / rate <= time.monotonic() - began < 2 * size / rate + LATE


def test_the_classroom_is_shared_by_all_wires(pouring, local):
    size = 200_000
    wires = local(pouring)
    wires.post("/wires/all/link", profile="the classroom")
    connections = [connect(wires.port(name)) for name in ("wire", "other")]
    began = time.monotonic()
    for connection in connections:
        connection.sendall(b"%d\n" % size)
    for connection in connections:
        read_exactly(connection, size)
        connection.close()
    seconds = 2 * size / PROFILES["the classroom"].rate_down
    assert seconds <= time.monotonic() - began < seconds + LATE


def test_a_delay_costs_no_throughput(pouring, local):
    """A relay that stops and waits would carry one read for each 300 ms: 6 MB in 64 KiB reads take 28 s."""
    size, rate = 6_000_000, 4_000_000
    wire = local(pouring)
    for fields in ({"rate_down": rate}, {}):
        wire.post("/wires/wire/link", delay_ms=300, **fields)
        with connect(wire.port("wire")) as connection:
            began = time.monotonic()
            connection.sendall(b"%d\n" % size)
            assert read_exactly(connection, size) == poured(size)
            least = 0.6 + (size / rate if fields else 0)
            assert least <= time.monotonic() - began < 2.1 + 2 * LATE
        wire.post("/wires/wire/link", profile="local")


def test_a_half_closed_connection_still_answers(swallowing, local):
    wire = local(swallowing)
    wire.post("/wires/other/link", delay_ms=30)
    with connect(wire.port("other")) as connection:
        connection.sendall(b"12345")
        connection.shutdown(1)
        assert connection.recv(10) == b"5"
        assert connection.recv(10) == b""
    assert wire.settled("other")["bytes"]["up"]["other"] == 5


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"profile": "5G"},
        {"profile": "3G", "delay_ms": 1},
        {"delay_ms": -1},
        {"delay_ms": True},
        {"delay_ms": "1"},
        {"delay_ms": float("nan")},
        {"rate_up": 0.5},
        {"rate_down": 2e9},
        {"rate_down": 1e9, "delay_ms": 1_000},
        {"speed": 1},
    ],
)
def test_a_link_that_cannot_be_is_refused(fields):
    with pytest.raises(InvalidLink):
        changed(Link(), fields)


def test_every_profile_fits_its_window():
    for profile in PROFILES.values():
        for direction in ("up", "down"):
            in_flight = profile.rate(direction) * profile.delay_ms / 1000
            assert in_flight <= profile.window(direction) < 10 << 20
