"""TCP sockets that report when the kernel received the data, and how many bytes passed at IP level.

Without the kernel's timestamps, a program that reads late would count its own delay as the server's. Timestamps and
counts exist on Linux; on other systems the time after the read replaces the timestamp, and the counts are zero.
"""

import socket
import struct
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.net import happy_eyeballs

ON_LINUX = sys.platform == "linux"
SO_TIMESTAMPNS = 35  # asm-generic/socket.h: recvmsg returns when the last segment of its data arrived
STAMP = struct.Struct("@qq")  # struct timespec: seconds, nanoseconds
ANCILLARY = socket.CMSG_SPACE(STAMP.size) if ON_LINUX else 0
PAYLOAD = 1448  # bytes of a segment on Ethernet, whose MTU is 1,500; the MTU of loopback is 65,536
MAXSEG = PAYLOAD + 12  # the TCP option includes the timestamps, RFC 6691 §2
HEADERS = 52  # bytes for each segment: IPv4 20, TCP 20, timestamps 12
SYN_OPTIONS = 8  # additional bytes in the SYN
TCP_INFO_SIZE = 232
# Offsets in struct tcp_info of linux/tcp.h.
BYTES_RECEIVED, SEGS_OUT, SEGS_IN, BYTES_SENT = 128, 136, 140, 200


@dataclass
class Traffic:
    """Bytes that passed through one or more connections: TCP payload, and at IP level with all headers."""

    tcp_up: int = 0
    tcp_down: int = 0
    ip_up: int = 0
    ip_down: int = 0
    connections: int = 0

    def __add__(self, other: "Traffic") -> "Traffic":
        """Add field by field."""
        return Traffic(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __sub__(self, other: "Traffic") -> "Traffic":
        """Subtract field by field: the bytes that have passed since `other` was measured."""
        return Traffic(*(a - b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


class Socket(socket.socket):
    """A TCP socket; `arrived_at`: when the kernel received the end of the data read last, ms since the epoch."""

    arrived_at = 0.0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Read up to `size` bytes and set `arrived_at`."""
        if not ON_LINUX:
            return self._stamped(super().recv(size, flags))
        data, ancillary, _flags, _address = self.recvmsg(size, ANCILLARY, flags)
        return self._stamped(data, ancillary)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read into `buffer`, set `arrived_at`, and return the number of bytes."""
        if not ON_LINUX:
            return self._stamped(super().recv_into(buffer, nbytes, flags))
        view = memoryview(buffer)
        count, ancillary, _flags, _address = self.recvmsg_into([view[:nbytes] if nbytes else view], ANCILLARY, flags)
        return self._stamped(count, ancillary)

    def _stamped(self, result: Any, ancillary: Iterable[tuple[int, int, bytes]] = ()) -> Any:
        self.arrived_at = time.time() * 1000  # unless there is a timestamp
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = STAMP.unpack_from(data)
                self.arrived_at = seconds * 1e3 + nanoseconds / 1e6
        return result

    def traffic(self) -> Traffic:
        """Return the Traffic of this connection so far; it must still be open.

        At IP level, up is `bytes_sent` + 52 · `segs_out` + 8, and down is `bytes_received` + 52 · `segs_in` + 8: byte
        for byte what a packet capture of the connection shows, with Ethernet-sized segments.
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


def connect(host: str, port: int, timeout: float) -> Socket:
    """Return a connected Socket; raise OSError if none of the host's addresses answers within `timeout` seconds."""
    addresses = happy_eyeballs.resolve(host, port)
    if len(addresses) > 1:
        return happy_eyeballs.connect(addresses, make_socket, timeout)
    family, kind, protocol, _name, address = addresses[0]
    sock = make_socket(family, kind, protocol)
    try:
        sock.settimeout(timeout)
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


def make_socket(family: int, kind: int, protocol: int) -> Socket:
    """Return a Socket that is not yet connected."""
    sock = Socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ON_LINUX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, MAXSEG)
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    except OSError:
        sock.close()
        raise
    return sock
