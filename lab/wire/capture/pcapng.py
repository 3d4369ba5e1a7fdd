"""The capture as a pcapng file (draft-ietf-opsawg-pcapng) that Wireshark and tshark read as TCP conversations.

What the wire saw is a stream; the segments are made up around it: SYN, SYN-ACK and ACK at the connect, the bytes with
sequence numbers and checksums, FIN or RST at the end. The server's side is written as port 80, at 10.0.0.1 for the
first wire, 10.0.0.2 for the second: on port 80 Wireshark looks for HTTP, and with it event streams and WebSockets,
without being told to. Each wire is an interface of its name, with a comment that gives its real address; each
exchange's first segment has a comment with the exchange's id and kind.

Wireshark waits for the end of an answer before it shows it, and an event stream has none: its preference
http.desegment_body (Protocols, HTTP, "Reassemble HTTP bodies spanning multiple TCP segments") switched off shows the
stream's head and each event as it came. The file's own comment says so too.
"""

import ipaddress
import struct

SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
MAGIC = 0x1A2B3C4D
RAW = 101  # LINKTYPE_RAW: packets begin with their IP header
COMMENT, NAME = 1, 2  # options
PORT = 80
SEGMENT = 1448  # bytes of payload in a segment
WINDOW = 65_535
HINT = b"Event by event, an event stream is shown with the preference http.desegment_body switched off."
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SOMEBODY = ipaddress.IPv4Address("127.0.0.1")  # for a browser without an IPv4 address


def file(exchanges, wires):
    """Return the file of `exchanges`, in order; `wires`: {name: (host, port)}."""
    blocks = [block(SECTION, struct.pack("<IHHq", MAGIC, 1, 0, -1), [(COMMENT, HINT)])]
    for name, (host, port) in wires.items():
        comment = f"The wire {name} listens on {host}:{port}; written as port {PORT}, so that it is read as HTTP."
        options = [(COMMENT, comment.encode()), (NAME, name.encode())]
        blocks.append(block(INTERFACE, struct.pack("<HHI", RAW, 0, 0), options))
    places, conversations = {name: place for place, name in enumerate(wires)}, {}
    for exchange in exchanges:
        key = exchange.wire, exchange.connection
        if key not in conversations:
            conversations[key] = Conversation(places[exchange.wire], exchange.connection)
        conversations[key].write(exchange, blocks)
    return b"".join(blocks)


class Conversation:
    """One connection's packets."""

    def __init__(self, place, number):
        """Write for the interface `place` what connection `number` carried."""
        self.place = place
        self.server = struct.pack("!I", int(ipaddress.IPv4Address("10.0.0.0")) + 1 + place)
        self.browser, self.port = SOMEBODY.packed, 32_768 + number % 28_000
        self.next = {"up": 1_000, "down": 2_000}  # sequence numbers
        self.begun = self.over = False

    def write(self, exchange, blocks):
        """Write the packets of one exchange."""
        if self.over:
            return
        if exchange.kind == "connect":
            self.is_from(*exchange.note["browser"])
        if not self.begun:
            self.begin(exchange, blocks)
        for begin in range(0, exchange.size, SEGMENT):
            comment = b"exchange %d: %b" % (exchange.id, exchange.kind.encode()) if not begin else None
            size = min(SEGMENT, exchange.size - begin)
            self.packet(exchange, blocks, PSH | ACK, exchange.data[begin : begin + size], size, comment)
        if exchange.kind == "disconnect":
            self.end(exchange, blocks)

    def is_from(self, host, port):
        """Take over the browser's address."""
        address = ipaddress.ip_address(host)
        self.browser = address.packed if address.version == 4 else SOMEBODY.packed
        self.port = port

    def begin(self, exchange, blocks):
        """Shake hands."""
        self.begun = True
        self.packet(exchange, blocks, SYN, direction="up")
        self.packet(exchange, blocks, SYN | ACK, direction="down")
        self.packet(exchange, blocks, ACK, direction="up")

    def end(self, exchange, blocks):
        """End by RST, or by a FIN each way."""
        self.over = True
        if exchange.note["reset"]:
            self.packet(exchange, blocks, RST | ACK, direction="up")
            return
        self.packet(exchange, blocks, FIN | ACK, direction="up")
        self.packet(exchange, blocks, FIN | ACK, direction="down")
        self.packet(exchange, blocks, ACK, direction="up")

    def packet(self, exchange, blocks, flags, data=b"", size=0, comment=None, direction=None):
        """Write one packet; `size` is the payload's, of which `data` may be the captured beginning only."""
        direction = direction or exchange.direction
        up = direction == "up"
        source, target = (self.browser, self.server) if up else (self.server, self.browser)
        ports = (self.port, PORT) if up else (PORT, self.port)
        ack = self.next["down" if up else "up"] if flags & ACK else 0
        head = struct.pack("!HHIIBBHHH", *ports, self.next[direction], ack, 5 << 4, flags, WINDOW, 0, 0)
        self.next[direction] = (self.next[direction] + size + bool(flags & (SYN | FIN))) % 2**32
        # The checksum needs all of the payload; where only the beginning was captured nobody can check it.
        pseudo = source + target + struct.pack("!HH", 6, len(head) + size)
        head = head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:]
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + size, 0, 0x4000, 64, 6, 0, source, target)
        packet = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + head + data
        at = int(exchange.at * 1000)  # microseconds
        fixed = struct.pack("<IIIII", self.place, at >> 32, at & 0xFFFFFFFF, len(packet), 40 + size)
        blocks.append(block(PACKET, fixed + padded(packet), [(COMMENT, comment)] if comment else []))


def checksum(data):
    """Return the Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    # Sixteen bits at a time, carries and all: a number modulo 2^16 - 1, where 0 stands as 0xFFFF.
    total = int.from_bytes(data) % 0xFFFF or (0xFFFF if any(data) else 0)
    return ~total & 0xFFFF


def block(kind, body, options):
    """Return one block: type, length, body, options, length."""
    for code, value in options:
        body += struct.pack("<HH", code, len(value)) + padded(value)
    body += b"\0\0\0\0" if options else b""
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def padded(data):
    """Fill up to a multiple of four bytes."""
    return data + b"\0" * (-len(data) % 4)
