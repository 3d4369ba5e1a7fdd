"""Links: delay, jitter, rate and handshake are at least as set, and bytes stay in order and complete."""

import signal
import time
from contextlib import ExitStack

import pytest

from lab.wire.relay.link import PROFILES, InvalidLink, Link, changed
from support.byte_servers import connect, echo, pattern, read_exactly, send_pattern, serving, swallow

LATE = 15.0  # seconds that a busy machine may add to anything


def standing(serve):
    """Return a fixture: a wire to a server made by hand, for all tests of this module; its link is `local` at first."""

    @pytest.fixture(scope="module")
    def laid(lay_for_all):
        with serving(serve) as port:
            yield lay_for_all(port, "wire", "other")

    return laid


echoing, pouring, swallowing = standing(echo), standing(send_pattern), standing(swallow)


@pytest.fixture
def local():
    """Return a function that yields the wire with the link `local`, and sets it back afterwards."""
    used = []

    def wire(one):
        used.append(one)
        one.post("/wires/all/link", profile="local")
        return one

    yield wire
    for one in used:
        one.post("/wires/all/link", profile="local")


def round_trip(connection, data=b"x"):
    """Return the seconds until data came back."""
    began = time.monotonic()
    connection.sendall(data)
    assert read_exactly(connection, len(data)) == data
    return time.monotonic() - began


def test_many_connections_at_once_are_accepted_by_a_busy_wire(echoing, local):
    wire = local(echoing)
    with ExitStack() as crowd:
        wire.process.send_signal(signal.SIGSTOP)  # it accepts no connection; the kernel keeps them waiting
        crowd.callback(wire.process.send_signal, signal.SIGCONT)
        waiting = [crowd.enter_context(connect(wire.port("wire"))) for _ in range(300)]
        wire.process.send_signal(signal.SIGCONT)
        round_trip(waiting[-1])


def test_a_delay_applies_both_ways_and_can_be_changed_while_connected(echoing, local):
    wire = local(echoing)
    with connect(wire.port("wire")) as connection:
        round_trip(connection)
        wire.post("/wires/wire/link", delay_ms=100)
        assert 0.2 <= round_trip(connection) < 0.2 + LATE
        wire.post("/wires/wire/link", delay_ms=20)
        assert 0.04 <= round_trip(connection) < 0.04 + LATE
        wire.post("/wires/all/link", profile="local")
        assert round_trip(connection) < LATE


def test_a_shorter_delay_applies_to_bytes_on_their_way(echoing, local):
    wire = local(echoing)
    with connect(wire.port("wire")) as connection:
        round_trip(connection)
        wire.post("/wires/wire/link", delay_ms=60_000)
        connection.sendall(b"early")
        time.sleep(0.2)
        wire.post("/wires/wire/link", delay_ms=10)
        connection.sendall(b"late")
        assert read_exactly(connection, 9) == b"earlylate"


def test_jitter_adds_at_most_its_value_and_never_reorders(echoing, local):
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


def test_a_new_connection_takes_the_time_of_a_handshake(echoing, local):
    wire = local(echoing)
    wire.post("/wires/wire/link", connect_ms=300)
    began = time.monotonic()
    with connect(wire.port("wire")) as connection:
        round_trip(connection)
        assert 0.3 <= time.monotonic() - began < 0.3 + LATE
        assert round_trip(connection) < 0.3


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_rate_is_kept(pouring, swallowing, local, direction):
    rate, size = 400_000, 400_000
    wire = local(pouring if direction == "down" else swallowing)
    wire.post("/wires/wire/link", **{f"rate_{direction}": rate})
    with connect(wire.port("wire")) as connection:
        began = time.monotonic()
        if direction == "down":
            connection.sendall(b"%d\n" % size)
            assert read_exactly(connection, size) == pattern(size)
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


def test_all_wires_share_the_link_of_the_classroom(pouring, local):
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
    """A relay that waits after each read of 64 KiB would carry one each 300 ms: 6 MB would take 28 s."""
    size, rate = 6_000_000, 4_000_000
    wire = local(pouring)
    for fields in ({"rate_down": rate}, {}):
        wire.post("/wires/wire/link", delay_ms=300, **fields)
        with connect(wire.port("wire")) as connection:
            began = time.monotonic()
            connection.sendall(b"%d\n" % size)
            assert read_exactly(connection, size) == pattern(size)
            least = 0.6 + (size / rate if fields else 0)
            assert least <= time.monotonic() - began < 2.1 + 2 * LATE
        wire.post("/wires/wire/link", profile="local")


def test_a_half_closed_connection_still_delivers_the_response(swallowing, local):
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
def test_an_invalid_link_is_refused(fields):
    with pytest.raises(InvalidLink):
        changed(Link(), fields)


def test_every_profile_fits_its_window():
    for profile in PROFILES.values():
        for direction in ("up", "down"):
            in_flight = profile.rate(direction) * profile.delay_ms / 1000
            assert in_flight <= profile.window(direction) < 10 << 20
