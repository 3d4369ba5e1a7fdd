"""Happy Eyeballs (RFC 8305): a name may have several addresses, and the first one that answers is taken.

Otherwise a `localhost` whose first address is ::1, where nobody listens, would never be reached. An address is one of
getaddrinfo's results.
"""

import itertools
import os
import selectors
import socket
import time

ATTEMPT_DELAY = 0.25  # seconds before the next address is tried beside one that does not answer, RFC 8305 §5


def resolve(host, port):
    """Return the addresses of a host for TCP, in the order in which to try them; raise OSError if it has none."""
    try:
        return interleaved(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except UnicodeError as exc:  # a part of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from exc


def interleaved(addresses):
    """Return the addresses with the families taking turns, the first address's family first (RFC 8305 §4)."""
    families = {}
    for address in addresses:
        families.setdefault(address[0], []).append(address)
    turns = itertools.zip_longest(*families.values())
    return [address for turn in turns for address in turn if address is not None]


def connect(addresses, make_socket, timeout):
    """Return a socket that is connected to the first of the addresses that answers.

    `make_socket(family, type, protocol)` makes the socket of an attempt. Raises OSError if every attempt fails:
    TimeoutError if that takes `timeout` seconds.
    """
    left, deadline, fault = list(addresses), time.monotonic() + timeout, OSError("no address")
    with Attempts(make_socket) as attempts:
        while left or attempts.sockets:
            if left:
                fault = attempts.begin(left.pop(0)) or fault
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise TimeoutError("timed out")
            for attempt, error in attempts.ended(min(rest, ATTEMPT_DELAY) if left else rest):
                if not error:
                    attempt.settimeout(timeout)
                    return attempt
                fault = OSError(error, os.strerror(error))
    raise fault


class Attempts:
    """Sockets that connect side by side; those that are left at the end are closed."""

    def __init__(self, make_socket):
        self.make_socket = make_socket
        self.sockets = set()
        self.selector = selectors.DefaultSelector()

    def __enter__(self):
        """Begin."""
        return self

    def __exit__(self, *exc_info):
        """Close what is left."""
        self.selector.close()
        for attempt in self.sockets:
            attempt.close()

    def begin(self, address):
        """Begin to connect to an address; return the OSError of an attempt that fails at once."""
        family, kind, protocol, _name, sockaddr = address
        attempt = self.make_socket(family, kind, protocol)
        try:
            attempt.setblocking(False)
            attempt.connect(sockaddr)
        except BlockingIOError:
            pass
        except OSError as exc:
            attempt.close()
            return exc
        self.sockets.add(attempt)
        self.selector.register(attempt, selectors.EVENT_WRITE)
        return None

    def ended(self, timeout):
        """Yield (socket, errno or 0) of the attempts that end, once some do or `timeout` seconds have passed.

        Nothing if there is no attempt under way. What is yielded is the caller's, if its errno is 0.
        """
        for key, _events in self.selector.select(timeout) if self.sockets else ():
            self.selector.unregister(key.fileobj)
            self.sockets.discard(key.fileobj)
            error = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                key.fileobj.close()
            yield key.fileobj, error
