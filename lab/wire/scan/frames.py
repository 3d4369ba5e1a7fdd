"""Scanner for WebSocket frames (RFC 6455 §5.2)."""

import re

from websockets.frames import Opcode

from lab.wire.byte_kinds import DOWN, FRAMING, IDLE, PAYLOAD
from lab.wire.scan.frame_header import header_size
from lab.wire.scan.scanner import Scanner

CONTROL_MAX = 125  # bytes of a control frame's payload, RFC 6455 §5.5
OPCODES: frozenset[int] = frozenset(Opcode)
DATA_OPCODES: frozenset[int] = frozenset((Opcode.TEXT, Opcode.BINARY))
CONTROL_FRAMES: dict[int, str] = {Opcode.CLOSE: "close", Opcode.PING: "ping", Opcode.PONG: "pong"}
CONTROL_BYTES: dict[int, int] = {Opcode.CLOSE: FRAMING, Opcode.PING: IDLE, Opcode.PONG: IDLE}
HEARTBEAT = re.compile(rb'\s*\{\s*"type"\s*:\s*"heartbeat"\s*\}\s*')
HEARTBEAT_MAX = 64  # bytes
# Payloads from the server that are no messages: the response to a publish, a refusal, a reset.
NO_MESSAGE = re.compile(rb'\s*\{\s*"type"\s*:\s*"(?:published|error|reset)"')


class FrameScanner(Scanner):
    """Splits a WebSocket connection into frames, once `state` is `scan_frame_header`."""

    def __init__(self, connection, direction):
        super().__init__(connection, direction)
        self.partial_header = bytearray()
        self.opcode = self.header_length = self.length = self.payload_left = 0

    def scan_frame_header(self, data, place):
        """Scan the header of a frame."""
        if not self.partial_header and len(data) - place > 1:
            end = place + header_size(data[place + 1])
            if end <= len(data):
                return self.begin_frame(data[place:end], data, end)
        self.partial_header.append(data[place])
        if len(self.partial_header) < 2 or len(self.partial_header) < header_size(self.partial_header[1]):
            return place + 1
        header = bytes(self.partial_header)
        self.partial_header.clear()
        return self.begin_frame(header, data, place + 1)

    def begin_frame(self, header, data, place):
        """Count a frame's header, which ends at `place`; give up if it is invalid."""
        self.opcode, length = header[0] & 0x0F, header[1] & 0x7F
        if length > CONTROL_MAX:
            length = int.from_bytes(header[2 : 4 if length == 126 else 10])
        is_control = self.opcode >= Opcode.CLOSE
        if self.opcode not in OPCODES or length >> 63 or (is_control and (length > CONTROL_MAX or header[0] < 0x80)):
            return self.give_up(data, place)
        self.count(CONTROL_BYTES.get(self.opcode, FRAMING), len(header))
        self.length = self.payload_left = length
        self.header_length = len(header)
        if length:
            self.state = self.scan_frame_payload
        else:
            self.end_frame(place)
        return place

    def scan_frame_payload(self, data, place):
        """Scan the payload of a frame."""
        end = min(len(data), place + self.payload_left)
        self.payload_left -= end - place
        self.count(CONTROL_BYTES.get(self.opcode, PAYLOAD), end - place)
        if not self.payload_left:
            self.end_frame(end)
        return end

    def end_frame(self, place):
        """Emit the frame, and count the message in it."""
        self.state = self.scan_frame_header
        kind = CONTROL_FRAMES.get(self.opcode, "frame")
        exchange = self.emit(kind, place, self.length if kind == "frame" else 0)
        if self.direction != DOWN or self.opcode not in DATA_OPCODES:
            return
        if self.length <= HEARTBEAT_MAX and HEARTBEAT.fullmatch(exchange.data, self.header_length):
            exchange.kind, exchange.payload = "heartbeat", 0
            self.recount(PAYLOAD, IDLE, self.length)
            self.recount(FRAMING, IDLE, self.header_length)
        elif not NO_MESSAGE.match(exchange.data, self.header_length):
            self.wire.messages += 1
