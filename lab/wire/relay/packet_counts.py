"""Packets and bytes at IP level, from the kernel's own count of a connection (TCP_INFO; Linux, elsewhere zeros)."""

import socket
import struct
from dataclasses import dataclass

from lab.net.sockets import BYTES_RECEIVED, BYTES_SENT, HEADERS, MAXSEG, ON_LINUX, SEGS_OUT, SYN_OPTIONS, TCP_INFO_SIZE


@dataclass(slots=True)
class Packets:
    """Packets each way, and their bytes with IP and TCP headers, seen from the browser: up is what it put out."""

    up: int = 0
    down: int = 0
    ip_up: int = 0
    ip_down: int = 0

    def __add__(self, other):
        """Add up field by field."""
        return Packets(
            self.up + other.up, self.down + other.down, self.ip_up + other.ip_up, self.ip_down + other.ip_down
        )


AFTER_FIN = (8, 9, 11)  # CLOSE-WAIT, LAST-ACK, CLOSING of net/tcp_states.h: the browser's FIN has come


def read(connection, ended=False):
    """Return the Packets of an accepted socket so far; `ended`: the browser's FIN has come.

    The kernel counts for an accepted socket the SYN and not its own SYN-ACK: one packet of HEADERS + SYN_OPTIONS
    bytes is added for that. It counts a FIN as a byte received, which is taken off. The last
    ACK or RST of a closing may still be on its way, and a RST has 12 bytes fewer than a packet counts for.
    """
    if not ON_LINUX or connection is None:
        return Packets()
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)
    except (OSError, ValueError):  # closed meanwhile; uvloop says so by the second
        return Packets()
    (received,) = struct.unpack_from("Q", info, BYTES_RECEIVED)
    (sent,) = struct.unpack_from("Q", info, BYTES_SENT)
    out, into = struct.unpack_from("II", info, SEGS_OUT)  # segs_in is the field after segs_out
    out += 1
    received -= ended or info[0] in AFTER_FIN
    return Packets(into, out, received + HEADERS * into + SYN_OPTIONS, sent + HEADERS * out + SYN_OPTIONS)


def ethernet(listening):
    """Make the connections of a listening socket take segments of Ethernet's size."""
    if ON_LINUX:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, MAXSEG)
