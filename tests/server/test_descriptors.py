"""Section 4: 503 where the system lets the server open no more files."""

import resource
import signal
from contextlib import ExitStack

import psutil

from support.processes import until
from support.raw_http import dialled, everything, get, room_path
from support.technique_io import publish

FILES = 128  # that the server may open
MANY = 200  # streams
FULL = b'{"error": "too many connections, try again."}'


def few_files(start):
    """Return a server that may open FILES files, and has met nobody yet."""
    server = start()
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    return server


def ask(server, stack, path, times):
    """Ask for the same on so many connections at once; return their sockets."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    opened = [stack.enter_context(dialled(server.url)) for _ in range(times)]
    for connection in opened:
        connection.sendall(request)
    return opened


def statuses(opened):
    """Return the status of each answer's head."""
    return [int(connection.recv(1_000)[9:12]) for connection in opened]


def test_4_503_when_no_more_files_can_be_opened_each_is_told_and_the_log_once(start, room):
    server = few_files(start)
    with ExitStack() as stack:
        got = statuses(ask(server, stack, room_path("sse", room), MANY))
        assert set(got) == {200, 503}
        assert got.count(200) >= FILES // 2
        with dialled(server.url) as connection:
            raw = everything(connection)
        assert raw.startswith(b"HTTP/1.1 503")
        assert b"Retry-After: 5" in raw
        assert raw.endswith(FULL)
        process = psutil.Process(server.process.pid)
        before = sum(process.cpu_times()[:2])
        assert sum(1 for _ in range(20) if statuses(ask(server, stack, "/healthz", 1)) == [503]) == 20
        assert sum(process.cpu_times()[:2]) - before < 5  # seconds of CPU: it does not spin
    until(lambda: get(server.url, "/healthz").status == 200, "it never recovers")
    assert publish("polling", server, room)[0] == 201
    assert server.log.read_text().count("\n") == 1
    assert "open files" in server.log.read_text()


def test_4_503_answers_on_open_connections_go_on_while_no_more_can_be_opened(start, room):
    server = few_files(start)
    page = f"GET /polling/{room}/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode()
    with ExitStack() as stack:
        (mine,) = ask(server, stack, "/healthz", 1)
        assert statuses([mine]) == [200]
        assert statuses(ask(server, stack, room_path("sse", room), MANY)).count(503)
        mine.sendall(page)
        assert everything(mine).startswith(b"HTTP/1.1 200")


def test_4_503_so_many_connections_that_come_in_one_go_are_answered_or_closed(start, room):
    server = few_files(start)
    with ExitStack() as stack:
        server.process.send_signal(signal.SIGSTOP)
        opened = ask(server, stack, room_path("sse", room), MANY)
        server.process.send_signal(signal.SIGCONT)
        got = []
        for connection in opened:
            try:
                got.append(connection.recv(1_000)[9:12])
            except ConnectionError:
                got.append(b"")
        assert set(got) <= {b"200", b"503", b""}
        assert got.count(b"200") >= FILES // 2
    until(lambda: get(server.url, "/healthz").status == 200, "it never recovers")
