"""Simple servers of bytes for the tests of the wires: one echoes, one discards, one sends as much as requested."""

import socket
import threading
from contextlib import contextmanager


@contextmanager
def serving(serve):
    """Serve every connection by `serve(connection)`, each in its own thread; yield the port."""
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
    """Send everything back."""
    while data := connection.recv(65_536):
        connection.sendall(data)


def swallow(connection):
    """Read everything, and then send the number of bytes."""
    total = 0
    while data := connection.recv(262_144):
        total += len(data)
    connection.sendall(b"%d" % total)


def send_pattern(connection):
    """Send as many bytes as the first line says; byte n is n modulo 251."""
    wanted = int(read_line(connection) or 0)
    repeated = bytes(number % 251 for number in range(251 * 261))
    done = 0
    while done < wanted:
        done += connection.send(repeated[done % 251 :][: wanted - done])


def read_line(connection):
    """Return a line; empty if the connection ends before it is complete."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        line += byte
    return line


def pattern(size):
    """Return the bytes that `send_pattern` sends for a size."""
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
