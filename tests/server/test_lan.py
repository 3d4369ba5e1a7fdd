"""`--lan` serves a classroom: this machine's address, large and as a QR code, and open to nobody else's names."""

import os
import re
import socket
import subprocess
import sys

import pytest
import segno

from lab.net import lan
from support.processes import COMMAND, ROOT, ServerProcess, demo, manage, until
from support.raw_http import get, post, room_path
from support.raw_websocket import shake, socket_path
from support.technique_io import HTTP

OTHER = "127.0.0.2"  # of this machine, and reachable from nowhere else


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A server for a class on the loopback's second address, and what it printed."""
    server = ServerProcess(tmp_path_factory.mktemp("classroom")).start("--lan", OTHER)
    printed = []
    while len(printed) < 10 or printed[-1]:  # an empty line follows the code
        printed.append(server.process.stdout.readline().rstrip("\n"))
    yield server, printed
    server.stop()


@pytest.mark.server
def test_the_address_is_printed_large_and_in_words(classroom):
    server, printed = classroom
    assert f"http://{OTHER}:{server.port}/" in printed
    rows = lan.large(f"{OTHER}:{server.port}").split("\n")
    assert [row for row in rows if row in printed] == rows


@pytest.mark.server
def test_the_class_reads_and_publishes_under_that_address(classroom, room):
    server, _printed = classroom
    url = f"http://{OTHER}:{server.port}"
    for technique in HTTP:
        answer = post(url, room_path(technique, room), {"author": "Ann", "text": "hi"}, Origin=url)
        assert answer.status == 201
    assert get(url, "/").status == 200
    assert shake(url, socket_path(room)).status == 101
    with pytest.raises(ConnectionRefusedError):
        get(server.url, "/")  # it listens there alone


@pytest.mark.server
@pytest.mark.parametrize("name", ["evil.example", "localhost", "192.0.2.77", "0.0.0.0", "127.0.0.3"])
def test_no_other_name_and_no_foreign_origin_is_let_in(classroom, room, name):
    server, _printed = classroom
    url, foreign = f"http://{OTHER}:{server.port}", f"http://{name}:{server.port}"
    assert get(url, "/", Host=f"{name}:{server.port}").status == 400
    assert get(url, room_path("polling", room), Origin=foreign).status == 403
    assert shake(url, socket_path(room), {"Origin": foreign}).status == 403
    assert shake(url, socket_path(room), {"Host": f"{name}:{server.port}", "Origin": foreign}).status == 400


@pytest.mark.server
def test_cookies_work_on_plain_http(classroom):
    server, _printed = classroom
    answer = get(f"http://{OTHER}:{server.port}", "/")
    assert "Secure" not in answer.headers["set-cookie"]
    assert "strict-transport-security" not in answer.headers


def test_several_processes_answer_to_the_same_names(start, room):
    server = start("--lan", OTHER, "--workers", "2")
    url = f"http://{OTHER}:{server.port}"
    statuses = {get(url, "/healthz", Host=f"{host}:{server.port}").status for host in [OTHER] * 4}
    assert statuses == {200}
    assert {get(url, "/healthz", Host="localhost").status for _ in range(4)} == {400}


@pytest.mark.server
def test_an_address_that_is_not_this_machines_is_told_in_one_sentence(tmp_path):
    done = manage("serve", "--port", "0", "--lan", "8.8.8.8", data=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"CommandError: --lan: 8.8.8.8 is not this machine's; it has .*\.\n", done.stderr)


@pytest.mark.parametrize("address", ["evil.example", "::1", "127.0.0", "-", "0.0.0.0"])
def test_nothing_else_is_an_address_of_this_machine(address):
    with pytest.raises(lan.NoNetwork):
        lan.choose(address)


@pytest.mark.server
def test_without_a_network_it_is_told_in_one_sentence(tmp_path):
    """In a network namespace of its own, this machine has no network but itself."""
    python = f"{ROOT}/.venv/bin/python"
    apart = ["unshare", "--net", "--map-root-user", python, "manage.py", "serve", "--lan", "--port", "0"]
    done = subprocess.run(
        apart, cwd=ROOT, env={"LAB_DATA": str(tmp_path)}, capture_output=True, text=True, timeout=COMMAND
    )
    if "unshare" in done.stderr:
        pytest.skip("this system lets nobody make a network namespace")
    assert done.stderr.startswith("CommandError: --lan: this machine is in no network;")
    assert done.stderr.count("\n") == 1


def test_the_addresses_are_this_machines_own():
    for address in lan.addresses():
        with socket.socket() as probe:
            probe.bind((address, 0))  # which the system lets nobody do with another's


@pytest.mark.server
def test_the_qr_code_says_the_address(classroom):
    """Each sign stands for two modules, one below the other; on a dark terminal what is drawn is light."""
    server, printed = classroom
    code = [line for line in printed if line and set(line) <= set("█▀▄ ")][5:]  # the address in figures comes before
    drawn = [[sign in half for sign in line] for line in code for half in ("█▀", "█▄")]
    rows = segno.make(f"http://{OTHER}:{server.port}/").matrix_iter(border=2)
    light = [[not dark for dark in row] for row in rows]
    assert drawn[: len(light)] == light


def test_the_longest_address_fits_a_terminal():
    assert all(len(line) <= 80 for line in lan.poster("http://192.168.100.200:65535/").split("\n"))


@pytest.mark.server
def test_the_demo_shows_the_class_its_pages_and_keeps_the_wires_to_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DISPLAY", raising=False)
    with demo("--port", "0", "--lan", OTHER) as process:
        printed = [process.stdout.readline() for _ in range(9)]
        page = int(re.search(r"http://127\.0\.0\.1:(\d+)/", printed[0])[1])
        wire = int(re.search(r"Wire \w+: http://127\.0\.0\.1:(\d+)/", "".join(printed))[1])
        assert get(f"http://{OTHER}:{page}", "/polling/lobby/").status == 200
        with pytest.raises(ConnectionRefusedError):
            get(f"http://{OTHER}:{wire}", "/")
        with pytest.raises(ConnectionRefusedError):  # its other addresses are not the class's
            get(f"http://127.0.0.3:{page}", "/")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_listens_on_another_address_too_and_on_no_third_one(start, workers):
    server = start("--also", OTHER, "--workers", workers, ALLOWED_HOSTS="127.0.0.1,127.0.0.2,127.0.0.3")
    for host in ("127.0.0.1", OTHER):
        assert get(f"http://{host}:{server.port}", "/").status == 200
    with pytest.raises(ConnectionRefusedError):
        get(f"http://127.0.0.3:{server.port}", "/")


@pytest.mark.server
def test_another_address_that_is_not_this_machines_is_told_in_one_sentence(tmp_path):
    done = manage("serve", "--port", "0", "--also", "192.0.2.1", data=tmp_path)
    assert re.fullmatch(r"CommandError: Cannot listen on 192\.0\.2\.1:\d+: .*\.\n", done.stderr)


NETWORKS = """
from unittest.mock import patch

import manage

with patch("lab.net.lan.addresses", lambda: ["192.0.2.7", "198.51.100.7", "127.0.0.1"]):
    manage.main()
"""


@pytest.mark.server
@pytest.mark.parametrize(
    ("command", "host", "names", "lines"),
    [
        ("serve", "0.0.0.0", None, ["Requests to 192.0.2.7 and 198.51.100.7 are refused: set ALLOWED_HOSTS="
         "localhost,127.0.0.1,[::1],192.0.2.7,198.51.100.7, or for a class use --lan."]),
        ("serve", "0.0.0.0", "localhost,192.0.2.7", ["Other machines find it at http://192.0.2.7:{port}/",
         "Requests to 198.51.100.7 are refused: set ALLOWED_HOSTS=localhost,192.0.2.7,198.51.100.7, "
         "or for a class use --lan."]),
        ("serve", "0.0.0.0", "*", ["Other machines find it at http://192.0.2.7:{port}/, http://198.51.100.7:{port}/"]),
        ("serve", "127.0.0.1", None, []),
        ("serve", "localhost", None, []),
        ("serve", "127.0.0.1", "lab.example.org", []),
        ("demo", "0.0.0.0", "localhost,192.0.2.7,198.51.100.7",
         ["Other machines find it at http://192.0.2.7:{port}/, http://198.51.100.7:{port}/"]),
    ],
)  # fmt: skip
def test_the_addresses_that_work_for_other_machines_are_printed(tmp_path, command, host, names, lines):
    environment = os.environ | {"LAB_DATA": str(tmp_path), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    environment |= {"ALLOWED_HOSTS": names} if names else {}
    arguments = [sys.executable, "-c", NETWORKS, command, "--host", host, "--port", "0"]
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline()
            port = re.search(r":(\d+)/", first)[1]
            until(lambda: get(f"http://127.0.0.1:{port}", "/healthz", Host="localhost"), "it does not answer")
        finally:
            process.terminate()
        said = first + process.stdout.read()
    assert [line for line in said.split("\n") if line.startswith(("Other machines", "Requests to"))] == [
        line.format(port=port) for line in lines
    ]
