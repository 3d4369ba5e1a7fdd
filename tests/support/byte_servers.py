"""A server that is not the lab's: it gives back what it gets, or pours out what it is asked for."""

import socket
import threading
from contextlib import contextmanager


@contextmanager
def serving(serve):
    """Serve every connection by `serve(connection)`, each in a thread of its own; yield the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    connections, threads = [], []

    def one(connection):
        try:
            with connection:
                serve(connection)
        except OSError:
            pass

    def accept():
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            connections.append(connection)
            threads.append(threading.Thread(target=one, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in (accepting, *threads):
            thread.join(10)


def echo(connection):
    """Give back everything."""
    while data := connection.recv(65_536):
        connection.sendall(data)


def swallow(connection):
    """Take everything and say nothing, then how much it was."""
    total = 0
    while data := connection.recv(262_144):
        total += len(data)
    connection.sendall(b"%d" % total)


def pour(connection):
    """Give as many bytes as the first line asks for; byte n is n modulo 251."""
    asked = int(read_line(connection) or 0)
    pattern = bytes(number % 251 for number in range(251 * 261))
    done = 0
    while done < asked:
        done += connection.send(pattern[done % 251 :][: asked - done])


def read_line(connection):
    """Return a line, empty where the connection ends before it does."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        line += byte
    return line


def poured(size):
    """Return what `pour` gives for a size."""
    return bytes(number % 251 for number in range(251)) * (size // 251) + bytes(number for number in range(size % 251))


def connect(port, timeout=20):
    """Return a connection to a port of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout)


def read_exactly(connection, size):
    """Return `size` bytes."""
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(size - len(data))
        assert piece, f"ended after {len(data)} of {size} bytes"
        data += piece
    return bytes(data)
