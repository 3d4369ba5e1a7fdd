"""WebSocket frames as they pass (RFC 6455 §5.2)."""

import re

from websockets.frames import Opcode

from lab.wire.byte_kinds import DOWN, FRAMING, IDLE, PAYLOAD
from lab.wire.scan.frame_header import header_size
from lab.wire.scan.scanner import Scanner

CONTROL_MAX = 125  # bytes of a control frame's payload, RFC 6455 §5.5
OPCODES = frozenset(Opcode)
MESSAGES = frozenset((Opcode.TEXT, Opcode.BINARY))
NAMES = {Opcode.CLOSE: "close", Opcode.PING: "ping", Opcode.PONG: "pong"}
KINDS = {Opcode.CLOSE: FRAMING, Opcode.PING: IDLE, Opcode.PONG: IDLE}
HEARTBEAT = re.compile(rb'\s*\{\s*"type"\s*:\s*"heartbeat"\s*\}\s*')
HEARTBEAT_MAX = 64  # bytes
# What a server may say besides messages: its answer to a publish, a refusal, a new start.
NO_MESSAGE = re.compile(rb'\s*\{\s*"type"\s*:\s*"(?:published|error|reset)"')


class FrameScanner(Scanner):
    """Reads frames, once `state` is `frame`."""

    def __init__(self, account, direction):
        super().__init__(account, direction)
        self.frame_head = bytearray()
        self.opcode = self.length = self.unread = 0

    def frame(self, data, place):
        """Read a frame's head."""
        if not self.frame_head and len(data) - place > 1:
            end = place + header_size(data[place + 1])
            if end <= len(data):
                return self.frame_begins(data[place:end], data, end)
        self.frame_head.append(data[place])
        if len(self.frame_head) < 2 or len(self.frame_head) < header_size(self.frame_head[1]):
            return place + 1
        head = bytes(self.frame_head)
        self.frame_head.clear()
        return self.frame_begins(head, data, place + 1)

    def frame_begins(self, head, data, place):
        """Count a frame's head; give up on one that cannot be."""
        self.opcode, length = head[0] & 0x0F, head[1] & 0x7F
        if length > CONTROL_MAX:
            length = int.from_bytes(head[2 : 4 if length == 126 else 10])
        control = self.opcode >= Opcode.CLOSE
        if self.opcode not in OPCODES or length >> 63 or (control and (length > CONTROL_MAX or head[0] < 0x80)):
            return self.give_up(data, place)
        self.count(KINDS.get(self.opcode, FRAMING), len(head))
        self.length = self.unread = length
        self.head_length = len(head)
        if length:
            self.state = self.frame_payload
        else:
            self.frame_ends(place)
        return place

    def frame_payload(self, data, place):
        """Read a frame's payload."""
        end = min(len(data), place + self.unread)
        self.unread -= end - place
        self.count(KINDS.get(self.opcode, PAYLOAD), end - place)
        if not self.unread:
            self.frame_ends(end)
        return end

    def frame_ends(self, place):
        """Emit the frame."""
        self.state = self.frame
        name = NAMES.get(self.opcode, "frame")
        exchange = self.emit(name, place, self.length if name == "frame" else 0)
        if self.direction != DOWN or self.opcode not in MESSAGES:
            return
        if self.length <= HEARTBEAT_MAX and HEARTBEAT.fullmatch(exchange.data, self.head_length):
            exchange.kind, exchange.payload = "heartbeat", 0
            self.recount(PAYLOAD, IDLE, self.length)
            self.recount(FRAMING, IDLE, self.head_length)
        elif not NO_MESSAGE.match(exchange.data, self.head_length):
            self.wire.messages += 1
