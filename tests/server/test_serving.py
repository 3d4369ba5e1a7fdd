"""The server's process: how it starts, why it does not, and how signals end it."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path

import psutil
import pytest

import websocket
from support.patched_python import patched
from support.processes import COMMAND, PATIENCE, ROOT, run_command, until
from support.raw_http import get, open_socket, room_path
from support.raw_websocket import close_code, open_websocket
from support.sse_parser import stream
from support.technique_io import publish, publish_many

pytestmark = pytest.mark.server


def stopping(server):
    """Send SIGTERM."""
    server.process.send_signal(signal.SIGTERM)


def ended(server):
    """Wait for a server to end, for a shorter time than its readers stay; return its exit code."""
    return server.process.wait(PATIENCE)


@contextmanager
def readers(server, room):
    """Keep one reader of each technique open; yield (event stream, WebSocket, future of a held poll's response)."""
    with (
        ThreadPoolExecutor() as pool,
        open_socket(server.url) as idle,  # like a browser's connection between two polls
        stream(server.url, room_path("sse", room, "?after=0")) as events,
        open_websocket(server.url, room) as connection,
    ):
        idle.sendall(f"GET {room_path('polling', room)} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        assert idle.recv(65_536).startswith(b"HTTP/1.1 200")
        events.until(lambda: events.parser.retry)
        held = pool.submit(get, server.url, room_path("longpoll", room, "?hold=55"))
        time.sleep(0.5)
        yield events, connection, held


def test_2_3_sigterm_ends_a_stream_with_retry_and_cleanly(start, room):
    server = start()
    publish("sse", server, room, "hi")
    with stream(server.url, room_path("sse", room, "?after=0")) as events:
        events.messages(1)
        stopping(server)
        while events.more():  # raises if the stream is cut off
            pass
        assert events.raw.endswith(b"\n\nretry: 1000\n\n")
        ended(server)


def test_2_4_sigterm_closes_a_websocket_with_1001(start, room):
    server = start()
    with open_websocket(server.url, room) as connection:
        stopping(server)
        assert close_code(connection) == 1001
        ended(server)


def test_2_sigterm_ends_a_held_poll_with_an_empty_response(start, room):
    server = start()
    with ThreadPoolExecutor() as pool:
        held = pool.submit(get, server.url, room_path("longpoll", room, "?hold=55"))
        until(lambda: get(server.url, "/healthz").status == 200, "no answer")
        time.sleep(0.3)
        stopping(server)
        response = held.result(PATIENCE)
        assert (response.status, response.json["messages"]) == (200, [])
        ended(server)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_ends_all_streams_and_all_processes(start, room, workers):
    server = start("--workers", workers)
    with ExitStack() as stack:
        opened = [stack.enter_context(readers(server, room)) for _ in range(4)]
        processes = psutil.Process(server.process.pid).children(recursive=True)
        stopping(server)
        for events, connection, held in opened:
            while events.more():  # raises if the stream is cut off
                pass
            assert events.raw.endswith(b"\n\nretry: 1000\n\n")
            assert close_code(connection) == 1001
            assert (held.result(PATIENCE).status, held.result().json["messages"]) == (200, [])
        assert ended(server) in (0, -signal.SIGTERM)
        _gone, alive = psutil.wait_procs(processes, PATIENCE)
        assert alive == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_ends_the_process_whatever_its_readers_do(start, room, workers):
    server = start("--workers", workers)
    publish_many(server, room, 300, "x" * 3_990 + "{}")
    with open_socket(server.url) as stalled, open_socket(server.url) as silent:
        for number in range(1, 4):
            path = room_path("sse", room, f"?after={number}")
            stalled.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        silent.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n")
        time.sleep(0.2)
        stopping(server)
        assert ended(server) in (0, -signal.SIGTERM)


@pytest.mark.parametrize(("workers", "by"), [("1", signal.SIGINT), ("2", signal.SIGINT), ("2", signal.SIGTERM)])
def test_a_signal_ends_all_processes_without_output(start, room, workers, by):
    server = start("--workers", workers)
    publish("polling", server, room)
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert len(children) >= int(workers) - 1
    with stream(server.url, room_path("sse", room)):
        assert server.stop(by) in (0, -by)
    assert server.log.read_text() == ""
    _gone, alive = psutil.wait_procs(children, PATIENCE)
    assert alive == []


def test_a_port_in_use_is_reported_in_one_sentence(server, tmp_path):
    done = run_command("serve", "--port", str(server.port), data=tmp_path)
    assert done.returncode != 0
    assert done.stdout == ""
    sentence = f"Cannot listen on 127.0.0.1:{server.port}: Address already in use; choose another with --port."
    assert done.stderr.strip() == f"CommandError: {sentence}"


PORTS = [("--port", "65536"), ("--port", "-1")]
HOSTS = [("--host", host) for host in ("192.0.2.1", "nowhere.invalid", "x" * 70, "::1::", "1.2.3.4.5", "a..b")]
ALSO = [("--also", "192.0.2.1"), ("--also", "nowhere.invalid")]
COMMANDS = [*product(["serve", "demo", "wire"], PORTS + HOSTS), *product(["serve"], ALSO)]


@pytest.mark.parametrize(("command", "options"), COMMANDS)
def test_an_address_that_cannot_be_used_is_reported_in_one_sentence(tmp_path, command, options):
    done = run_command(command, *(() if "--port" in options else ("--port", "0")), *options, data=tmp_path)
    assert done.returncode != 0
    assert done.stderr.startswith("CommandError: Cannot listen on ")
    assert done.stderr.count("\n") == 1
    assert ("choose another with --port" in done.stderr) == (options in PORTS)
    assert ("the host must be an address of this machine" in done.stderr) == (options not in PORTS)


@pytest.mark.parametrize(
    "options",
    [("--workers", "0"), ("--workers", "-1"), ("--workers", "two"), ("--lan", "127.0.0.1", "--host", "127.0.0.1")],
    ids=" ".join,
)
def test_invalid_options_are_refused_in_one_sentence(tmp_path, options):
    done = run_command("serve", *options, data=tmp_path)
    assert done.returncode != 0
    assert done.stderr.strip().endswith(("a whole number, 1 or more.", "leave --host out, or write --lan ADDRESS."))
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_used_is_reported_in_one_sentence(tmp_path):
    (tmp_path / "lab.sqlite3").write_text("no database" * 100)
    done = run_command("serve", "--port", "0", data=tmp_path)
    assert done.returncode != 0
    sentence = f"The database cannot be used: file is not a database ({tmp_path}/lab.sqlite3)."
    assert done.stderr.strip() == f"CommandError: {sentence}"


def test_the_address_is_printed_when_the_server_listens(start):
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE):
        pass
    assert get(server.url, "/healthz").status == 200


def test_a_server_keeps_its_messages_and_its_key_in_its_own_folder(start, room):
    server = start()
    publish("polling", server, room)
    folder = server.log.parent
    assert (folder / "lab.sqlite3").exists()
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    server.stop()
    server.start()
    assert get(server.url, room_path("polling", room)).json["last"] == 1


def test_the_import_name_websocket_means_the_labs_package(tmp_path):
    ours = str(ROOT / "websocket" / "__init__.py")
    assert websocket.__file__ == ours
    output = run_command(
        "shell", "--no-imports", "-c", "import websocket; print(websocket.__file__)", data=tmp_path
    ).stdout
    assert output.strip() == ours


def test_the_server_can_be_started_from_anywhere(tmp_path):
    command = [sys.executable, str(ROOT / "manage.py"), "check"]
    environment = os.environ | {"LAB_DATA": str(tmp_path)}
    done = subprocess.run(command, cwd=Path("/"), env=environment, capture_output=True, timeout=COMMAND)
    assert done.returncode == 0, done.stderr


SLOW_WORKER = """
import sys, time
if any("spawn_main" in word for word in sys.orig_argv):
    time.sleep(8)
"""


def workers_of(server):
    """Return the ids of a server's worker processes."""
    processes = psutil.Process(server.process.pid).children()
    return [process.pid for process in processes if any("spawn_main" in word for word in process.cmdline())]


def test_a_worker_that_starts_slowly_is_not_replaced(start, tmp_path, room):
    """As on a small or a busy machine: uvicorn's own limit of 5 s would start worker after worker, for ever."""
    server = start("--workers", "2", **patched(tmp_path / "patch", SLOW_WORKER))
    workers = until(lambda: len(workers_of(server)) == 2 and workers_of(server), "no workers")
    assert publish("polling", server, room)[0] == 201
    time.sleep(1)  # the supervisor has looked at them by then
    assert workers_of(server) == workers
