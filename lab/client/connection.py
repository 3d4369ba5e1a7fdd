"""An HTTP connection that counts its bytes, and that another thread can close at any time."""

import contextlib
import http.client
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from lab.net import sockets


class Connection(http.client.HTTPConnection):
    """An HTTP connection over an instrumented socket; after `close` the next request connects again."""

    sock: sockets.Socket | None
    timeout: float
    opened_at = 0.0  # when the newest socket was opened, ms since the epoch
    closed = False  # True: it never connects again

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lock = threading.RLock()  # a reader's thread and another may close at the same time
        self.past = sockets.Traffic()  # of the sockets before this one
        self.counted: sockets.Socket | None = None  # the socket that was shut down: its Traffic is in `past`

    def connect(self) -> None:
        """Open the socket. Raises OSError."""
        opened = sockets.connect(self.host, self.port, self.timeout)
        with self.lock:  # not during a close: a socket that is closed without a shutdown wakes no thread
            self.sock = opened
        self.opened_at = time.time() * 1000
        if self.closed:  # checked last, as another thread may close while this one connects
            self.close()
            raise ConnectionAbortedError("closed for good")

    def close(self) -> None:
        """Shut the socket down, then close it."""
        with self.lock:
            self.shut_down()
            super().close()

    def shut_down(self) -> sockets.Socket | None:
        """Count the socket's bytes, shut it down, and return it; a thread that waits for it wakes up."""
        with self.lock:
            sock = self.sock
            if sock and sock is not self.counted:
                self.past, self.counted = self.traffic(), sock
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            return sock

    def traffic(self) -> sockets.Traffic:
        """Return the Traffic of all sockets of this connection, without the packets that close them."""
        counting = self.sock is not None and self.sock is not self.counted
        return self.past + (self.sock.traffic() if self.sock and counting else sockets.Traffic())


def parse_address(url: str) -> tuple[str, int]:
    """Return (host, port) of a server's address; raise ValueError, with one sentence, if it is not valid."""
    if url.lower().startswith("https:"):
        raise ValueError("url: https:// is not supported; use http://, or a proxy that supports it.")
    try:
        address = urlsplit(url)
        host, port = address.hostname, 80 if address.port is None else address.port
    except ValueError:  # a port that is no number, a bracket without its pair
        host = port = None
    if not (host and port and url == f"http://{address.netloc}") or "@" in address.netloc:
        raise ValueError("url: http://HOST:PORT is expected, without a path.")
    return host, port
