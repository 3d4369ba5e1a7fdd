"""Dissection of a WebSocket frame, with the frame parser of the `websockets` library (RFC 6455 §5.2)."""

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from lab.wire.dissect import part
from lab.wire.scan import frames
from lab.wire.scan.frame_header import EXTENDED_SIZES

RFC = "RFC 6455 §5.2"
OPCODES: dict[int, str] = {
    Opcode.CONT: "The type of the frame: the continuation of a message.",
    Opcode.TEXT: "The type of the frame: text in UTF-8.",
    Opcode.BINARY: "The type of the frame: binary data.",
    Opcode.CLOSE: "The type of the frame: close; the peer responds with a close frame.",
    Opcode.PING: "The type of the frame: ping; the peer responds with a pong.",
    Opcode.PONG: "The type of the frame: pong, the response to a ping.",
}
RESERVED = "The type of the frame: reserved."
HEARTBEAT = "A heartbeat: a sign for scripts that the connection is alive; scripts cannot see a ping."
# What a bit means when it is 0, and when it is 1.
FIN = "0: more frames of this message follow.", "1: this is the last frame of the message."
RSV = "0: no extension, such as compression, is in use.", "An extension is in use, such as compression."
MASK = "0: the payload is not masked; only a browser must mask it.", "1: the payload is masked, as a browser must do."
LENGTH = {
    126: "126: the next 2 bytes are the length of the payload.",
    127: "127: the next 8 bytes are the length of the payload.",
}
SIZE = "The size of the payload in bytes."


def dissect(data: bytes) -> list[part.Part]:
    """Return the parts of a frame."""
    if len(data) < 2:
        return []
    fin, opcode, is_masked, length = data[0] >> 7, data[0] & 15, data[1] >> 7, data[1] & 127
    reserved = data[0] >> 4 & 7
    parts = [
        part.make("FIN", 0, 1, fin, FIN[fin], RFC, [0, 0]),
        part.make("RSV", 0, 1, reserved, RSV[reserved > 0], RFC, [1, 3]),
        part.make("opcode", 0, 1, opcode, OPCODES.get(opcode, RESERVED), RFC, [4, 7]),
        part.make("mask", 1, 2, is_masked, MASK[is_masked], RFC, [0, 0]),
        part.make("length", 1, 2, length, LENGTH.get(length, SIZE), RFC, [1, 7]),
    ]
    begin = 2
    if extended_size := EXTENDED_SIZES.get(length):
        begin += extended_size
        parts.append(part.make("extended length", 2, begin, int.from_bytes(data[2:begin]), SIZE, RFC))
    if is_masked:
        key = data[begin : begin + 4].hex(" ")
        parts.append(part.make("masking key", begin, begin + 4, key, "XORed with the payload.", "RFC 6455 §5.3"))
        begin += 4
    if begin < len(data):
        parts.append(payload(data, begin, opcode, bool(is_masked)))
    return parts


def payload(data: bytes, begin: int, opcode: int, is_masked: bool) -> part.Part:
    """Return the part of the payload, unmasked."""
    plain = unmasked_payload(data, is_masked)
    value, explains = part.text(plain), "The message, unmasked." if is_masked else "The message."
    if opcode == Opcode.CLOSE:
        try:
            close = Close.parse(plain)
            value, explains = f"{int(close.code)} {close.reason}".strip(), "The close code, and a reason as text."
        except (ProtocolError, UnicodeDecodeError):
            value, explains = plain.hex(" "), "Not a valid close code and reason."
    elif opcode == Opcode.TEXT and frames.HEARTBEAT.fullmatch(plain):
        explains = HEARTBEAT
    elif opcode == Opcode.PING:
        explains = "The pong sends it back."
    elif opcode == Opcode.PONG:
        explains = "The payload of the ping."
    return part.make("payload", begin, len(data), value, explains, RFC)


def unmasked_payload(data: bytes, is_masked: bool) -> bytes:
    """Return the payload of a frame, unmasked; all of `data` if the frame is incomplete or invalid."""
    stream = StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    parsing = Frame.parse(stream.read_exact, mask=is_masked)
    try:
        next(parsing)
    except StopIteration as result:
        return bytes(result.value.data)
    except (EOFError, PayloadTooBig, ProtocolError):
        pass
    return data
