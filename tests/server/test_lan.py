"""`--lan` serves a classroom: it prints this machine's address and a QR code, and refuses other host names."""

import os
import re
import socket
import subprocess
import sys

import pytest
import segno

from lab.net import lan
from support.processes import COMMAND, ROOT, ServerProcess, demo, run_command, until
from support.raw_http import get, post, room_path
from support.raw_websocket import request_handshake, websocket_path
from support.technique_io import HTTP

OTHER = "127.0.0.2"  # an address that only this machine can reach


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A server for a class on a second loopback address, and its output."""
    server = ServerProcess(tmp_path_factory.mktemp("classroom")).start("--lan", OTHER)
    printed = []
    while len(printed) < 10 or printed[-1]:  # an empty line follows the QR code
        printed.append(server.process.stdout.readline().rstrip("\n"))
    yield server, printed
    server.stop()


@pytest.mark.server
def test_the_address_is_printed_as_text_and_as_a_qr_code(classroom):
    server, printed = classroom
    assert f"http://{OTHER}:{server.port}/" in printed
    rows = lan.large(f"{OTHER}:{server.port}").split("\n")
    assert [row for row in rows if row in printed] == rows


@pytest.mark.server
def test_a_class_can_read_and_publish_at_that_address(classroom, room):
    server, _printed = classroom
    url = f"http://{OTHER}:{server.port}"
    for technique in HTTP:
        response = post(url, room_path(technique, room), {"author": "Ann", "text": "hi"}, Origin=url)
        assert response.status == 201
    assert get(url, "/").status == 200
    assert request_handshake(url, websocket_path(room)).status == 101
    with pytest.raises(ConnectionRefusedError):
        get(server.url, "/")  # it listens only there


@pytest.mark.server
@pytest.mark.parametrize("name", ["evil.example", "localhost", "192.0.2.77", "0.0.0.0", "127.0.0.3"])
def test_other_names_and_foreign_origins_are_refused(classroom, room, name):
    server, _printed = classroom
    url, foreign = f"http://{OTHER}:{server.port}", f"http://{name}:{server.port}"
    assert get(url, "/", Host=f"{name}:{server.port}").status == 400
    assert get(url, room_path("polling", room), Origin=foreign).status == 403
    assert request_handshake(url, websocket_path(room), {"Origin": foreign}).status == 403
    assert (
        request_handshake(url, websocket_path(room), {"Host": f"{name}:{server.port}", "Origin": foreign}).status == 400
    )


@pytest.mark.server
def test_cookies_work_on_plain_http(classroom):
    server, _printed = classroom
    response = get(f"http://{OTHER}:{server.port}", "/")
    assert "Secure" not in response.headers["set-cookie"]
    assert "strict-transport-security" not in response.headers


def test_several_processes_accept_the_same_names(start, room):
    server = start("--lan", OTHER, "--workers", "2")
    url = f"http://{OTHER}:{server.port}"
    statuses = {get(url, "/healthz", Host=f"{host}:{server.port}").status for host in [OTHER] * 4}
    assert statuses == {200}
    assert {get(url, "/healthz", Host="localhost").status for _ in range(4)} == {400}


@pytest.mark.server
def test_an_address_of_another_machine_is_refused_in_one_sentence(tmp_path):
    done = run_command("serve", "--port", "0", "--lan", "8.8.8.8", data=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"CommandError: --lan: 8.8.8.8 is not this machine's; it has .*\.\n", done.stderr)


@pytest.mark.parametrize("address", ["evil.example", "::1", "127.0.0", "-", "0.0.0.0"])
def test_other_texts_are_no_address_of_this_machine(address):
    with pytest.raises(lan.NoNetwork):
        lan.choose(address)


@pytest.mark.server
def test_a_machine_without_a_network_gets_one_sentence(tmp_path):
    """The command runs in a network namespace of its own, which has only a loopback interface."""
    python = f"{ROOT}/.venv/bin/python"
    apart = ["unshare", "--net", "--map-root-user", python, "manage.py", "serve", "--lan", "--port", "0"]
    done = subprocess.run(
        apart, cwd=ROOT, env={"LAB_DATA": str(tmp_path)}, capture_output=True, text=True, timeout=COMMAND
    )
    if "unshare" in done.stderr:
        pytest.skip("this system lets nobody make a network namespace")
    assert done.stderr.startswith("CommandError: --lan: this machine is in no network;")
    assert done.stderr.count("\n") == 1


def test_the_found_addresses_belong_to_this_machine():
    for address in lan.addresses():
        with socket.socket() as probe:
            probe.bind((address, 0))  # the system allows this only for its own addresses


@pytest.mark.server
def test_the_qr_code_holds_the_address(classroom):
    """Each character stands for two modules, one above the other; on a dark terminal, what is drawn is light."""
    server, printed = classroom
    code = [line for line in printed if line and set(line) <= set("█▀▄ ")][5:]  # the address comes before it
    drawn = [[sign in half for sign in line] for line in code for half in ("█▀", "█▄")]
    rows = segno.make(f"http://{OTHER}:{server.port}/").matrix_iter(border=2)
    light = [[not dark for dark in row] for row in rows]
    assert drawn[: len(light)] == light


def test_the_longest_address_fits_a_terminal():
    assert all(len(line) <= 80 for line in lan.poster("http://192.168.100.200:65535/").split("\n"))


@pytest.mark.server
def test_the_demo_serves_a_class_its_pages_but_not_its_wires(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DISPLAY", raising=False)
    with demo("--port", "0", "--lan", OTHER) as process:
        printed = [process.stdout.readline() for _ in range(9)]
        page = int(re.search(r"http://127\.0\.0\.1:(\d+)/", printed[0])[1])
        wire = int(re.search(r"Wire \w+: http://127\.0\.0\.1:(\d+)/", "".join(printed))[1])
        assert get(f"http://{OTHER}:{page}", "/polling/lobby/").status == 200
        with pytest.raises(ConnectionRefusedError):
            get(f"http://{OTHER}:{wire}", "/")
        with pytest.raises(ConnectionRefusedError):  # the class cannot reach the wires
            get(f"http://127.0.0.3:{page}", "/")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_listens_on_a_second_address_and_on_no_third(start, workers):
    server = start("--also", OTHER, "--workers", workers, ALLOWED_HOSTS="127.0.0.1,127.0.0.2,127.0.0.3")
    for host in ("127.0.0.1", OTHER):
        assert get(f"http://{host}:{server.port}", "/").status == 200
    with pytest.raises(ConnectionRefusedError):
        get(f"http://127.0.0.3:{server.port}", "/")


@pytest.mark.server
def test_a_second_address_of_another_machine_is_refused_in_one_sentence(tmp_path):
    done = run_command("serve", "--port", "0", "--also", "192.0.2.1", data=tmp_path)
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
