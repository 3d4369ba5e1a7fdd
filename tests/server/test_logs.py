"""Section 4: a name with a line end in it cannot forge a line of the log."""

import io
import logging

import pytest

from lab.server.logs import Lines
from support.processes import ServerProcess, until
from support.raw_http import get, post, room_path, send_raw
from support.raw_websocket import request_handshake, websocket_path
from support.technique_io import HTTP

FORGED = "\r\nERROR forged"
ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1b[2K", "\x85", "\u2028", "\u2029", "\0"]


@pytest.fixture
def log():
    """A logger with the lab's formatter, and its output."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Lines())
    logger = logging.Logger("tests")
    logger.addHandler(handler)
    return logger, written


@pytest.mark.parametrize("end", ENDS)
def test_a_name_with_a_line_end_stays_on_one_line(log, end):
    logger, written = log
    logger.warning("room %s: gone", f"a{end}ERROR forged")
    (line,) = written.getvalue().splitlines()
    assert line.startswith("room a\\")
    assert line.endswith("ERROR forged: gone")


@pytest.mark.parametrize("turn", ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u3164", "\U000e0041"])
def test_characters_that_hide_text_or_change_its_direction_are_escaped(log, turn):
    logger, written = log
    logger.warning("room %s: gone", f"a{turn}b")
    assert written.getvalue() == f"room a{turn.encode('unicode_escape').decode()}b: gone\n"


@pytest.mark.parametrize("end", ENDS)
def test_an_exception_with_a_line_end_starts_no_new_line(log, end):
    logger, written = log
    try:
        raise ValueError(f"a{end}ERROR forged")
    except ValueError:
        logger.exception("it failed")
    first, *traceback = written.getvalue().splitlines()
    assert first == "it failed"
    assert len(traceback) >= 4
    assert all(line.startswith("  ") for line in traceback)


def test_names_from_clients_do_not_appear_in_the_servers_log(server, room):
    """Rooms, authors, headers and addresses with line ends, by HTTP and by WebSocket."""
    before = server.log.stat().st_size
    odd = f"{room}%0d%0aERROR%20forged"
    for technique in HTTP:
        assert get(server.url, f"/{technique}/{odd}/messages/").status == 404
        fields = {"author": "Ann" + FORGED, "text": "hi"}
        assert post(server.url, room_path(technique, room), fields).status == 400
        assert get(server.url, f"/{technique}/{odd}/").status == 404
    assert request_handshake(server.url, f"/ws/websocket/{odd}/").status == 404
    assert request_handshake(server.url, websocket_path(room, "?after=%0d%0aERROR")).status == 400
    assert get(server.url, "/nothing%0d%0aERROR%20forged").status == 404
    get(server.url, "/", User_Agent="a\tb", Referer="http://a/%0d%0aERROR", X_Forwarded_For="1.2.3.4%0d%0aERROR")
    for no_http in (b"FOO / HTTP/1.1\r\n\r\n", b"\x16\x03\x01 a TLS hello", b"GET /\xe9 HTTP/1.1\r\n\r\n"):
        assert send_raw(server.url, no_http).endswith(b'{"error": "request: cannot be read as HTTP."}')
    send_raw(server.url, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\rERROR forged\r\nConnection: close\r\n\r\n")
    with server.log.open("rb") as file:
        file.seek(before)
        assert file.read() == b""  # refusals are not logged: nobody can fill the disk with them


FAILING = """
from django.http import HttpResponse
from django.urls import path


def fail(request):
    raise RuntimeError("a page that fails")


async def fail_async(request):
    raise RuntimeError("a page that fails")


def unavailable(request):
    return HttpResponse(status=503)


urlpatterns = [
    path("fails/", fail), path("fails/async/", fail_async), path("fails/unavailable/", unavailable)
]
"""


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """A server with pages that fail."""
    folder = tmp_path_factory.mktemp("failing")
    (folder / "failing").mkdir()
    (folder / "failing" / "__init__.py").touch()
    (folder / "failing" / "urls.py").write_text(FAILING)
    server = ServerProcess(folder, PYTHONPATH=str(folder), LAB_APPS="failing").start()
    yield server
    server.checked = server.log.stat().st_size  # these tracebacks are the test's own
    server.stop()


@pytest.mark.server
@pytest.mark.parametrize("path", ["/fails/", "/fails/async/"])
def test_a_page_that_fails_leaves_its_traceback_in_the_log_and_only_there(failing, path):
    before = failing.log.stat().st_size
    failing.running.discard(failing)  # else this test would fail by the traceback that it wants
    response = get(failing.url, path)
    assert response.status == 500
    assert b"RuntimeError" not in response.body
    line, *traceback = until(lambda: failing.log.read_text()[before:].splitlines(), "nothing is logged")
    assert line == f"Internal Server Error: {path}"
    assert traceback[0] == "  Traceback (most recent call last):"
    assert traceback[-1] == "  RuntimeError: a page that fails"
    assert all(line.startswith("  ") for line in traceback)


@pytest.mark.server
def test_the_check_of_every_test_sees_a_page_that_fails(failing):
    failing.running.discard(failing)
    get(failing.url, "/fails/")
    with pytest.raises(AssertionError, match="a page that fails"):
        failing.check()


@pytest.mark.server
def test_a_page_that_refuses_leaves_the_log_alone(failing):
    before = failing.log.stat().st_size
    failing.running.discard(failing)
    assert get(failing.url, "/fails/unavailable/").status == 503
    assert get(failing.url, "/fails/nowhere/").status == 404
    assert failing.log.read_bytes()[before:] == b""
