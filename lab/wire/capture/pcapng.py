"""The capture as a pcapng file (draft-ietf-opsawg-pcapng), which Wireshark and tshark show as TCP connections.

The wire sees streams of bytes; the segments around them are invented: SYN, SYN-ACK and ACK at the connect, the bytes
with sequence numbers and checksums, FIN or RST at the end. The server has the port 80, where Wireshark looks for HTTP,
event streams and WebSockets; its address is 10.0.0.1 for the first wire, 10.0.0.2 for the second, and so on. Each wire
is an interface with its name and a comment with its real address. The first segment of each exchange has a comment with
the exchange's id and kind.

Wireshark shows a response when it is complete, and an event stream never is. With its preference http.desegment_body
switched off (Protocols, HTTP, "Reassemble HTTP bodies spanning multiple TCP segments") it shows the headers of the
stream and each event as it came. The file has a comment that says so.
"""

import ipaddress
import struct
from collections.abc import Iterable, Mapping

from lab.wire.capture.capture import Exchange

SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
MAGIC = 0x1A2B3C4D
RAW = 101  # LINKTYPE_RAW: packets begin with their IP header
COMMENT, NAME = 1, 2  # options
PORT = 80
SEGMENT = 1448  # bytes of payload in a segment
WINDOW = 65_535
HINT = b"Event by event, an event stream is shown with the preference http.desegment_body switched off."
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
NO_IPV4 = ipaddress.IPv4Address("127.0.0.1")  # stands for a browser without an IPv4 address


Options = list[tuple[int, bytes]]


def encode(exchanges: Iterable[Exchange], wires: Mapping[str, tuple[str, int]]) -> bytes:
    """Return the file of `exchanges`, in their order; `wires`: {name: (host, port)}."""
    blocks = [block(SECTION, struct.pack("<IHHq", MAGIC, 1, 0, -1), [(COMMENT, HINT)])]
    for name, (host, port) in wires.items():
        comment = f"The wire {name} listens on {host}:{port}; written as port {PORT}, so that it is read as HTTP."
        options: Options = [(COMMENT, comment.encode()), (NAME, name.encode())]
        blocks.append(block(INTERFACE, struct.pack("<HHI", RAW, 0, 0), options))
    interfaces = {name: interface for interface, name in enumerate(wires)}
    connections: dict[tuple[str, int], PacketWriter] = {}
    for exchange in exchanges:
        key = exchange.wire, exchange.connection
        if key not in connections:
            connections[key] = PacketWriter(blocks, interfaces[exchange.wire], exchange.connection)
        connections[key].write(exchange)
    return b"".join(blocks)


class PacketWriter:
    """Writes the packets of one connection."""

    def __init__(self, blocks: list[bytes], interface: int, number: int):
        """Append blocks to `blocks` for connection `number` of an interface."""
        self.blocks, self.interface = blocks, interface
        self.server = struct.pack("!I", int(ipaddress.IPv4Address("10.0.0.0")) + 1 + interface)
        self.browser, self.port = NO_IPV4.packed, 32_768 + number % 28_000
        self.sequence = {"up": 1_000, "down": 2_000}  # next sequence number
        self.has_begun = self.has_ended = False

    def write(self, exchange: Exchange) -> None:
        """Write the packets of one exchange."""
        if self.has_ended:
            return
        note = exchange.note or {}
        if exchange.kind == "connect":
            self.set_browser(*note["browser"])
        if not self.has_begun:
            self.begin(exchange)
        for begin in range(0, exchange.size, SEGMENT):
            comment = b"exchange %d: %b" % (exchange.id, exchange.kind.encode()) if not begin else None
            size = min(SEGMENT, exchange.size - begin)
            self.packet(exchange, PSH | ACK, exchange.data[begin : begin + size], size, comment)
        if exchange.kind == "disconnect":
            self.end(exchange, note["reset"])

    def set_browser(self, host: str, port: int) -> None:
        """Set the browser's address."""
        address = ipaddress.ip_address(host)
        self.browser = address.packed if address.version == 4 else NO_IPV4.packed
        self.port = port

    def begin(self, exchange: Exchange) -> None:
        """Write the handshake."""
        self.has_begun = True
        self.packet(exchange, SYN, direction="up")
        self.packet(exchange, SYN | ACK, direction="down")
        self.packet(exchange, ACK, direction="up")

    def end(self, exchange: Exchange, reset: bool) -> None:
        """Write a RST, or a FIN in each direction."""
        self.has_ended = True
        if reset:
            self.packet(exchange, RST | ACK, direction="up")
            return
        self.packet(exchange, FIN | ACK, direction="up")
        self.packet(exchange, FIN | ACK, direction="down")
        self.packet(exchange, ACK, direction="up")

    def packet(
        self,
        exchange: Exchange,
        flags: int,
        data: bytes = b"",
        size: int = 0,
        comment: bytes | None = None,
        direction: str | None = None,
    ) -> None:
        """Write one packet with `size` bytes of payload; `data` may be only the beginning of it."""
        direction = direction or exchange.direction
        up = direction == "up"
        source, target = (self.browser, self.server) if up else (self.server, self.browser)
        ports = (self.port, PORT) if up else (PORT, self.port)
        ack = self.sequence["down" if up else "up"] if flags & ACK else 0
        tcp = struct.pack("!HHIIBBHHH", *ports, self.sequence[direction], ack, 5 << 4, flags, WINDOW, 0, 0)
        self.sequence[direction] = (self.sequence[direction] + size + bool(flags & (SYN | FIN))) % 2**32
        # The checksum covers the whole payload; if only its beginning was captured, nobody can check it.
        pseudo_header = source + target + struct.pack("!HH", 6, len(tcp) + size)
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo_header + tcp + data)) + tcp[18:]
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + size, 0, 0x4000, 64, 6, 0, source, target)
        packet = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp + data
        at = int(exchange.at * 1000)  # microseconds
        fixed = struct.pack("<IIIII", self.interface, at >> 32, at & 0xFFFFFFFF, len(packet), 40 + size)
        self.blocks.append(block(PACKET, fixed + padded(packet), [(COMMENT, comment)] if comment else []))


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    # The one's-complement sum of 16-bit words is the number modulo 2^16 - 1, with 0xFFFF for a zero that is no sum of
    # zeros.
    total = int.from_bytes(data) % 0xFFFF or (0xFFFF if any(data) else 0)
    return ~total & 0xFFFF


def block(kind: int, body: bytes, options: Options) -> bytes:
    """Return one block: type, length, body, options, length."""
    for code, value in options:
        body += struct.pack("<HH", code, len(value)) + padded(value)
    body += b"\0\0\0\0" if options else b""
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def padded(data: bytes) -> bytes:
    """Return data with zeros up to a multiple of four bytes."""
    return data + b"\0" * (-len(data) % 4)
