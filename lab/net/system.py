"""Listening sockets, free ports, the limit of open files, signals, garbage collection."""

import contextlib
import errno
import gc
import resource
import signal
import socket
from collections.abc import Callable

END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # signals that end a command
BACKLOG = 4_096  # connections that may wait to be accepted
PORT_ERRORS = (errno.EADDRINUSE, errno.EACCES)  # another port may work
HOST_ERRORS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
FILE_LIMITS = (1_048_576, 122_880, 61_440, 24_576, 10_240)  # open files; the last one is macOS's OPEN_MAX
LISTEN_ERRORS = (OSError, OverflowError, UnicodeError)  # what `listen` raises


class StartError(Exception):
    """What a command runs cannot start; the text is one sentence for the terminal that says why."""


def listen(host: str, port: int, prepare: Callable[[socket.socket], object] | None = None) -> socket.socket:
    """Return a socket that listens on `host` and `port` (0: any); `prepare(socket)` is called before it is bound.

    Raises OSError if the port is in use or the address is not this machine's, OverflowError for an invalid port, and
    UnicodeError for an invalid host.
    """
    listening = socket.socket(family(host))
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if prepare:
            prepare(listening)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def cannot_listen(host: str, port: int, exc: Exception, option: str = "--port") -> str:
    """Return one sentence that says why `listen` raised `exc`, and what to change; `option`: sets the port."""
    number = getattr(exc, "errno", None)
    reason = getattr(exc, "strerror", None) or ("not a port" if isinstance(exc, OverflowError) else "not a host's name")
    change = ""
    if isinstance(exc, OverflowError) or number in PORT_ERRORS:
        change = f"; choose another with {option}"
    elif isinstance(exc, (socket.gaierror, UnicodeError)) or number in HOST_ERRORS:
        change = "; the host must be an address of this machine"
    return f"Cannot listen on {host}:{port}: {reason}{change}."


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of `host` that is not in use."""
    with socket.socket(family(host)) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def family(host: str) -> socket.AddressFamily:
    """Return the family of an address: IPv6 if it has colons."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def allow_many_connections() -> None:
    """Raise this process's limit of open files to the maximum.

    On macOS the hard limit is "unlimited", which the kernel does not accept as a soft limit: then the largest of
    FILE_LIMITS that it accepts is set.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = FILE_LIMITS if hard == resource.RLIM_INFINITY else (hard,)
    for limit in limits:
        if soft != resource.RLIM_INFINITY and limit > soft:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
                return


def interrupt_on_signals() -> None:
    """Raise KeyboardInterrupt at the first signal that ends a command, and ignore later ones during the clean-up.

    After `nohup`, SIGHUP stays ignored.
    """

    def interrupt(_number, _frame):
        for number in END_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in END_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


def freeze_gc():
    """Exclude all objects that exist now from garbage collection: they stay, and a scan of them takes 35 ms."""
    gc.collect()
    gc.freeze()
