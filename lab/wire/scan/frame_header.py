"""Header of a WebSocket frame (RFC 6455 §5.2)."""

from websockets.frames import apply_mask  # type: ignore[attr-defined]

EXTENDED_SIZES = {126: 2, 127: 8}  # bytes of the extended length, by the value of the 7-bit length


def header_size(second: int) -> int:
    """Return the size of a frame's header in bytes; `second`: its second byte."""
    return 2 + EXTENDED_SIZES.get(second & 0x7F, 0) + (4 if second & 0x80 else 0)


def unmasked(frame: bytes) -> bytes:
    """Return the payload of a frame, without its mask (RFC 6455 §5.3)."""
    begin = header_size(frame[1])
    payload = frame[begin:]
    return apply_mask(payload, frame[begin - 4 : begin]) if frame[1] & 0x80 else payload
