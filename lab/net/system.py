"""What servers and commands ask of the system: a socket that listens, a free port, many connections, signals."""

import errno
import gc
import resource
import signal
import socket

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # signals that end a command
BACKLOG = 4_096  # connections that may wait to be accepted
OF_THE_PORT = (errno.EADDRINUSE, errno.EACCES)  # errors with which another port helps
OF_THE_HOST = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
CANNOT = (OSError, OverflowError, UnicodeError)  # what `listen` raises


def listen(host, port, prepare=lambda listening: None):
    """Return a socket that listens on `host` and `port` (0: any); `prepare(socket)` sees it before it is bound.

    Raises OSError where the port is taken or the address is not ours, OverflowError for what is no port, UnicodeError
    for what is no host's name.
    """
    listening = socket.socket(family(host))
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        prepare(listening)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def cannot_listen(host, port, exc, option="--port"):
    """Return in one sentence why `listen` raised `exc`, and what to change; `option` chooses the port."""
    number = getattr(exc, "errno", None)
    reason = getattr(exc, "strerror", None) or ("not a port" if isinstance(exc, OverflowError) else "not a host's name")
    change = ""
    if isinstance(exc, OverflowError) or number in OF_THE_PORT:
        change = f"; choose another with {option}"
    elif isinstance(exc, (socket.gaierror, UnicodeError)) or number in OF_THE_HOST:
        change = "; the host must be an address of this machine"
    return f"Cannot listen on {host}:{port}: {reason}{change}."


def free_port(host="127.0.0.1"):
    """Return a port of `host` that nobody listens on."""
    with socket.socket(family(host)) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def family(host):
    """Return the family of an address: IPv6 where it has colons."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def allow_many_connections():
    """Raise this process's limit of open files to what the system grants it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def interrupt_on_signals():
    """Raise KeyboardInterrupt, once, at each signal that ends a command: what cleans up must not be stopped too.

    After `nohup`, SIGHUP stays ignored.
    """

    def interrupt(_number, _frame):
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


def freeze_gc():
    """Exclude all objects that exist now from garbage collection: they stay, and a scan of them takes 35 ms."""
    gc.collect()
    gc.freeze()
