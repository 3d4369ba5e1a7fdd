"""A name with several addresses: the tests replace the resolver, because such names differ between machines."""

import contextlib
import socket

NAME = "several.test"
REFUSING, ANSWERING, SILENT = "127.0.0.2", "127.0.0.1", "127.0.0.3"


def name(monkeypatch, *addresses):
    """Make NAME resolve to these addresses."""
    real = socket.getaddrinfo

    def look_up(host, *args, **options):
        hosts = addresses if host == NAME else [host]
        return [address for each in hosts for address in real(each, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@contextlib.contextmanager
def silent(port):
    """Make SILENT accept no connection: the kernel drops new ones while the accept queue is full."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind((SILENT, port))
        listening.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((SILENT, port))
        yield
