"""Header of a WebSocket frame (RFC 6455 §5.2): how many bytes it has."""

from websockets.frames import apply_mask

EXTENDED_SIZES = {126: 2, 127: 8}  # bytes of the payload's length that follow, by the 7 bits of the short length


def header_size(second):
    """Return the size of a frame's header in bytes, by its second byte."""
    return 2 + EXTENDED_SIZES.get(second & 0x7F, 0) + (4 if second & 0x80 else 0)


def unmasked(frame):
    """Return the payload of a frame, without its mask (RFC 6455 §5.3)."""
    begin = header_size(frame[1])
    payload = frame[begin:]
    return apply_mask(payload, frame[begin - 4 : begin]) if frame[1] & 0x80 else payload
