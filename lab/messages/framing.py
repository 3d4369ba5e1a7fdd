"""Framing: the bytes of a chunk and of a WebSocket's text frame."""

from websockets.frames import Frame, Opcode


def chunk(data: bytes) -> bytes:
    """Return the bytes of one chunk of a streamed response (RFC 9112 §7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def text_frame(encoded: bytes) -> bytes:
    """Return a server's frame of a text in UTF-8 (RFC 6455 §5.2): unmasked, so the same for every connection."""
    return Frame(Opcode.TEXT, encoded).serialize(mask=False)
