"""`manage.py demo` serves the lab, and opens the board in a browser if there is a display."""

import re
import socket

import pytest

from support.phones import HOST, KEY
from support.processes import PATIENCE, demo, until

pytestmark = pytest.mark.server

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """A browser that only records the addresses that it should open."""
    written = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {written}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    return written


def test_demo_opens_the_board_if_there_is_a_display(opened, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":99")
    with demo("--port", "0") as process:
        process.stdout.readline()
        address = re.search(r"http://\S+/compare/lobby/", process.stdout.readline()).group()
        until(lambda: opened.exists() and opened.read_text().strip() == address, "no browser was opened")


def test_demo_of_a_class_opens_the_teachers_page(opened, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":99")
    with demo("--port", "0", "--lan", HOST) as process:
        printed = ""
        while not (address := KEY.search(printed)):
            printed += process.stdout.readline()
        until(lambda: opened.exists() and opened.read_text().strip() == address[1], "no browser was opened")
    assert address[1].startswith("http://127.0.0.1:"), "the wires' board has the same host, and the teacher's cookie"


def test_demo_only_prints_the_address_if_there_is_no_display(opened):
    with demo("--port", "0") as process:
        process.stdout.readline()
        assert "/compare/lobby/" in process.stdout.readline()
        process.terminate()
        _out, complaints = process.communicate(timeout=PATIENCE)
    assert complaints == ""
    assert not opened.exists()


def test_demo_says_in_one_sentence_that_its_port_is_taken(opened):
    with socket.create_server(("127.0.0.1", 0)) as taken, demo("--port", str(taken.getsockname()[1])) as process:
        _out, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert re.fullmatch(r"CommandError: Cannot listen on .*; choose another with --port\.\n", complaints)
