"""TCP sockets that know when the kernel took in what they read, and what passed through them.

A program that reads late would otherwise report its own delay as the server's. Both instruments are Linux's; on
other systems the clock after the read stands in for the first, and the second reads zeros.
"""

import socket
import struct
import sys
import time
from dataclasses import dataclass

from lab.net import happy_eyeballs

ON_LINUX = sys.platform == "linux"
SO_TIMESTAMPNS = 35  # asm-generic/socket.h: the arrival of the last segment of what recvmsg returns
STAMP = struct.Struct("@qq")  # struct timespec: seconds, nanoseconds
ANCILLARY = socket.CMSG_SPACE(STAMP.size) if ON_LINUX else 0
PAYLOAD = 1448  # bytes in a segment on Ethernet, whose MTU is 1,500; loopback's own is 65,536
MAXSEG = PAYLOAD + 12  # the TCP option counts the timestamps, RFC 6691 §2
HEADERS = 52  # bytes a segment: IPv4 20, TCP 20, timestamps 12
SYN_OPTIONS = 8  # bytes more in the SYN
TCP_INFO_SIZE = 232
# struct tcp_info of linux/tcp.h: offsets of the fields that count what passed.
BYTES_RECEIVED, SEGS_OUT, SEGS_IN, BYTES_SENT = 128, 136, 140, 200


@dataclass
class Traffic:
    """What passed through one or more connections: bytes of TCP payload, and bytes at IP level with all headers."""

    tcp_up: int = 0
    tcp_down: int = 0
    ip_up: int = 0
    ip_down: int = 0
    connections: int = 0

    def __add__(self, other):
        """Add up field by field."""
        return Traffic(*(mine + its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __sub__(self, other):
        """Subtract field by field: what passed since `other` was read."""
        return Traffic(*(mine - its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))


class Socket(socket.socket):
    """A TCP socket; `arrived_at` is when the kernel took in the end of what was read last (ms since the epoch)."""

    arrived_at = 0.0

    def recv(self, size, flags=0):
        """Read up to `size` bytes, and note the kernel's stamp."""
        if not ON_LINUX:
            return self._stamped(super().recv(size, flags))
        data, ancillary, _flags, _address = self.recvmsg(size, ANCILLARY, flags)
        return self._stamped(data, ancillary)

    def recv_into(self, buffer, nbytes=0, flags=0):
        """Read into `buffer` and return how many bytes, and note the kernel's stamp."""
        if not ON_LINUX:
            return self._stamped(super().recv_into(buffer, nbytes, flags))
        view = memoryview(buffer)
        count, ancillary, _flags, _address = self.recvmsg_into([view[:nbytes] if nbytes else view], ANCILLARY, flags)
        return self._stamped(count, ancillary)

    def _stamped(self, what, ancillary=()):
        self.arrived_at = time.time() * 1000  # stays where the kernel gives no stamp
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = STAMP.unpack_from(data)
                self.arrived_at = seconds * 1e3 + nanoseconds / 1e6
        return what

    def traffic(self):
        """Return what passed through this connection so far; it must still be open.

        Up is `bytes_sent` + 52 · `segs_out` + 8, down `bytes_received` + 52 · `segs_in` + 8: equal, byte for byte,
        to a packet capture of the same connection on Ethernet-sized segments.
        """
        if not ON_LINUX or self.fileno() < 0:
            return Traffic(connections=1)
        info = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)
        (received,) = struct.unpack_from("Q", info, BYTES_RECEIVED)
        segments_out, segments_in = struct.unpack_from("II", info, SEGS_OUT)
        (sent,) = struct.unpack_from("Q", info, BYTES_SENT)
        ip_up = sent + HEADERS * segments_out + SYN_OPTIONS
        ip_down = received + HEADERS * segments_in + SYN_OPTIONS
        return Traffic(sent, received, ip_up, ip_down, 1)


def connect(host, port, timeout):
    """Return a connected Socket; raise OSError if none of the host's addresses answers within `timeout` seconds."""
    addresses = happy_eyeballs.resolve(host, port)
    if len(addresses) > 1:
        return happy_eyeballs.connect(addresses, make_socket, timeout)
    family, kind, protocol, _name, address = addresses[0]
    connection = make_socket(family, kind, protocol)
    try:
        connection.settimeout(timeout)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def make_socket(family, kind, protocol):
    """Return a Socket that is not yet connected."""
    connection = Socket(family, kind, protocol)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ON_LINUX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, MAXSEG)
            connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    except OSError:
        connection.close()
        raise
    return connection
