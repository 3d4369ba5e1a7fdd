"""Packets and bytes at IP level, as the kernel counts them for each connection (TCP_INFO; zeros except on Linux)."""

import socket
import struct
from dataclasses import dataclass

from lab.net.sockets import BYTES_RECEIVED, BYTES_SENT, HEADERS, MAXSEG, ON_LINUX, SEGS_OUT, SYN_OPTIONS, TCP_INFO_SIZE

AFTER_FIN = (8, 9, 11)  # CLOSE-WAIT, LAST-ACK, CLOSING of net/tcp_states.h: the browser's FIN has come


@dataclass(slots=True)
class Packets:
    """Packets in each direction, and their bytes with IP and TCP headers; up: from the browser."""

    up: int = 0
    down: int = 0
    ip_up: int = 0
    ip_down: int = 0

    def __add__(self, other: "Packets") -> "Packets":
        """Add field by field."""
        return Packets(
            self.up + other.up, self.down + other.down, self.ip_up + other.ip_up, self.ip_down + other.ip_down
        )


def read(sock, ended: bool = False) -> Packets:
    """Return the Packets of an accepted socket so far; `ended`: the browser's FIN has come.

    The kernel counts the SYN of an accepted socket, but not the SYN-ACK: one packet of HEADERS + SYN_OPTIONS bytes is
    added for it. The kernel counts a FIN as a received byte, which is subtracted. The last ACK or RST may still be on
    its way, and a RST has 12 bytes less than a packet counts for.
    """
    if not ON_LINUX or sock is None:
        return Packets()
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)
    except (OSError, ValueError):  # closed already; uvloop raises ValueError
        return Packets()
    (received,) = struct.unpack_from("Q", info, BYTES_RECEIVED)
    (sent,) = struct.unpack_from("Q", info, BYTES_SENT)
    packets_out, packets_in = struct.unpack_from("II", info, SEGS_OUT)  # segs_in is the field after segs_out
    packets_out += 1
    received -= ended or info[0] in AFTER_FIN
    return Packets(
        up=packets_in,
        down=packets_out,
        ip_up=received + HEADERS * packets_in + SYN_OPTIONS,
        ip_down=sent + HEADERS * packets_out + SYN_OPTIONS,
    )


def use_ethernet_segments(listening: socket.socket) -> None:
    """Limit the segments of a listening socket's connections to Ethernet's size."""
    if ON_LINUX:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, MAXSEG)
