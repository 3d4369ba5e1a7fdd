"""A WebSocket frame taken apart, read by the `websockets` library (RFC 6455 §5.2)."""

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from lab.wire.dissect import part
from lab.wire.scan import frames
from lab.wire.scan.frame_header import EXTENDED_SIZES

RFC = "RFC 6455 §5.2"
OPCODES = {
    Opcode.CONT: "What this is: a further part of a message.",
    Opcode.TEXT: "What this is: text, in UTF-8.",
    Opcode.BINARY: "What this is: bytes.",
    Opcode.CLOSE: "What this is: the end: the other side answers with the same.",
    Opcode.PING: "What this is: asks whether the other side is alive.",
    Opcode.PONG: "What this is: answers a ping with its payload.",
}
HEARTBEAT = "A heartbeat: tells scripts that the server is there, as a ping does not; if none comes, it is not."
RESERVED = "What this is: reserved."
# What the bits say, each by the value that it has.
FIN = "0: further frames of this message follow.", "1: the message ends with this frame."
RSV = "0: no extension, such as compression, is in use.", "An extension is in use, such as compression."
MASK = "0: the payload is not masked; only a browser's must be.", "1: the payload is masked, as a browser's must be."
LENGTH = {
    126: "126: the next 2 bytes tell the payload's length.",
    127: "127: the next 8 bytes tell the payload's length.",
}


def taken_apart(data):
    """Return the parts of the frame that `data` is."""
    if len(data) < 2:
        return []
    fin, opcode, masked, short = data[0] >> 7, data[0] & 15, data[1] >> 7, data[1] & 127
    reserved = data[0] >> 4 & 7
    found = [
        part.make("FIN", 0, 1, fin, FIN[fin], RFC, [0, 0]),
        part.make("RSV", 0, 1, reserved, RSV[reserved > 0], RFC, [1, 3]),
        part.make("opcode", 0, 1, opcode, OPCODES.get(opcode, RESERVED), RFC, [4, 7]),
        part.make("mask", 1, 2, masked, MASK[masked], RFC, [0, 0]),
    ]
    wide = EXTENDED_SIZES.get(short, 0)
    length = int.from_bytes(data[2 : 2 + wide]) if wide else short
    found.append(part.make("length", 1, 2, short, LENGTH.get(short, "Bytes of payload."), RFC, [1, 7]))
    if wide:
        found.append(part.make("extended length", 2, 2 + wide, length, "Bytes of payload.", RFC))
    begin = 2 + wide
    if masked:
        key = data[begin : begin + 4].hex(" ")
        found.append(part.make("masking key", begin, begin + 4, key, "XORed with the payload.", "RFC 6455 §5.3"))
        begin += 4
    if begin < len(data):
        found.append(payload(data, begin, opcode, masked))
    return found


def payload(data, begin, opcode, masked):
    """Return the part of the payload, unmasked."""
    plain = read(data, masked)
    value, explains = part.text(plain), "The message, unmasked." if masked else "The message."
    if opcode == Opcode.CLOSE:
        try:
            close = Close.parse(plain)
            value, explains = f"{int(close.code)} {close.reason}".strip(), "The close code, and a reason in words."
        except (ProtocolError, UnicodeDecodeError):
            value, explains = plain.hex(" "), "Should be a close code, and a reason."
    elif opcode == Opcode.TEXT and frames.HEARTBEAT.fullmatch(plain):
        explains = HEARTBEAT
    elif opcode == Opcode.PING:
        explains = "What the pong brings back."
    elif opcode == Opcode.PONG:
        explains = "What the ping brought."
    return part.make("payload", begin, len(data), value, explains, RFC)


def read(data, masked):
    """Return the payload of a frame, unmasked; as it stands where the frame is not whole or not as it should be."""
    stream = StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    reading = Frame.parse(stream.read_exact, mask=bool(masked))
    try:
        next(reading)
    except StopIteration as whole:
        return bytes(whole.value.data)
    except (EOFError, PayloadTooBig, ProtocolError):
        pass
    return data
