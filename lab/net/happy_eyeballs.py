"""Happy Eyeballs (RFC 8305): connects to the first of a name's addresses that answers.

Without it a server on 127.0.0.1 could not be reached as `localhost` if that name's first address is ::1. An address is
a result of getaddrinfo.
"""

import itertools
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

ATTEMPT_DELAY = 0.25  # seconds before the next address is tried besides one that does not answer, RFC 8305 §5

Address = tuple[Any, Any, int, str, Any]  # family, type, protocol, canonical name, socket address
SocketType = TypeVar("SocketType", bound=socket.socket)


def resolve(host: str, port: int) -> list[Address]:
    """Return the TCP addresses of a host, in the order in which to try them; raise OSError if it has none."""
    try:
        return interleaved(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except UnicodeError as exc:  # a label of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from exc


def interleaved(addresses: Iterable[Address]) -> list[Address]:
    """Return the addresses with their families in turn, beginning with the first address's (RFC 8305 §4)."""
    families: dict[Any, list[Address]] = {}
    for address in addresses:
        families.setdefault(address[0], []).append(address)
    rounds = itertools.zip_longest(*families.values())
    return [address for each in rounds for address in each if address is not None]


def connect(addresses: list[Address], make_socket: Callable[..., SocketType], timeout: float) -> SocketType:
    """Return a socket connected to the first of the addresses that answers.

    `make_socket(family, type, protocol)` makes the socket for one attempt. Raises the OSError of the last attempt if
    all fail, and TimeoutError after `timeout` seconds.
    """
    left, deadline = list(addresses), time.monotonic() + timeout
    error = OSError("no address")
    with Attempts(make_socket) as attempts:
        while left or attempts.sockets:
            if left:
                error = attempts.start(left.pop(0)) or error
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise TimeoutError("timed out")
            for sock, number in attempts.finished(min(rest, ATTEMPT_DELAY) if left else rest):
                if not number:
                    sock.settimeout(timeout)
                    return sock
                error = OSError(number, os.strerror(number))
    raise error


class Attempts:
    """Sockets that are connecting at the same time; leaving the block closes them."""

    def __init__(self, make_socket: Callable[..., Any]):
        self.make_socket = make_socket
        self.sockets: set[Any] = set()
        self.selector = selectors.DefaultSelector()

    def __enter__(self):
        """Return the attempts."""
        return self

    def __exit__(self, *exc_info):
        """Close the sockets that are still connecting."""
        self.selector.close()
        for sock in self.sockets:
            sock.close()

    def start(self, address: Address) -> OSError | None:
        """Start to connect to an address; return the error if that fails at once."""
        family, kind, protocol, _name, sockaddr = address
        sock = self.make_socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.connect(sockaddr)
        except BlockingIOError:
            pass
        except OSError as exc:
            sock.close()
            return exc
        self.sockets.add(sock)
        self.selector.register(sock, selectors.EVENT_WRITE)
        return None

    def finished(self, timeout: float) -> Iterator[tuple[Any, int]]:
        """Yield (socket, errno or 0) for the attempts that finish first, within `timeout` seconds.

        The caller owns a socket with errno 0. Returns at once if nothing is connecting.
        """
        for key, _events in self.selector.select(timeout) if self.sockets else ():
            sock: Any = key.fileobj
            self.selector.unregister(sock)
            self.sockets.discard(sock)
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                sock.close()
            yield sock, number
