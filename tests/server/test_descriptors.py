"""Section 4: a server that may open no more files refuses new connections with 503."""

import resource
import signal
from contextlib import ExitStack

import psutil

from support.processes import until
from support.raw_http import get, open_socket, read_all, room_path
from support.technique_io import publish

FILES = 128  # files that the server may open
MANY = 200  # streams
FULL = b'{"error": "too many connections, try again."}'


def few_files(start):
    """Return a new server that may open FILES files."""
    server = start()
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    return server


def send_requests(server, stack, path, times):
    """Send the same request on `times` connections at once; return their sockets."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    opened = [stack.enter_context(open_socket(server.url)) for _ in range(times)]
    for connection in opened:
        connection.sendall(request)
    return opened


def statuses(opened):
    """Return the status of each response."""
    return [int(connection.recv(1_000)[9:12]) for connection in opened]


def test_4_503_without_free_files_each_client_is_refused_and_the_log_has_one_line(start, room):
    server = few_files(start)
    with ExitStack() as stack:
        got = statuses(send_requests(server, stack, room_path("sse", room), MANY))
        assert set(got) == {200, 503}
        assert got.count(200) >= FILES // 2
        with open_socket(server.url) as connection:
            raw = read_all(connection)
        assert raw.startswith(b"HTTP/1.1 503")
        assert b"Retry-After: 5" in raw
        assert raw.endswith(FULL)
        process = psutil.Process(server.process.pid)
        before = sum(process.cpu_times()[:2])
        assert sum(1 for _ in range(20) if statuses(send_requests(server, stack, "/healthz", 1)) == [503]) == 20
        assert sum(process.cpu_times()[:2]) - before < 5  # seconds of CPU: it does not spin
    until(lambda: get(server.url, "/healthz").status == 200, "it never recovers")
    assert publish("polling", server, room)[0] == 201
    assert server.log.read_text().count("\n") == 1
    assert "open files" in server.log.read_text()


def test_4_503_open_connections_get_responses_while_new_ones_are_refused(start, room):
    server = few_files(start)
    page = f"GET /polling/{room}/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode()
    with ExitStack() as stack:
        (mine,) = send_requests(server, stack, "/healthz", 1)
        assert statuses([mine]) == [200]
        assert statuses(send_requests(server, stack, room_path("sse", room), MANY)).count(503)
        mine.sendall(page)
        assert read_all(mine).startswith(b"HTTP/1.1 200")


def test_4_503_many_connections_at_once_get_a_response_or_are_closed(start, room):
    server = few_files(start)
    with ExitStack() as stack:
        server.process.send_signal(signal.SIGSTOP)
        opened = send_requests(server, stack, room_path("sse", room), MANY)
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
