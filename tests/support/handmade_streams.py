"""Handmade streams of bytes for the wire's scanners, and a ConnectionScan that reads them without a wire."""

import json
from types import SimpleNamespace

from websockets.frames import Frame, Opcode

from lab.wire.byte_kinds import DOWN, UP, by_name, zeros
from lab.wire.capture.capture import Capture
from lab.wire.scan.connection_scan import ConnectionScan

MESSAGE = json.dumps({"id": 17, "room": "lobby", "text": "hi é", "nonce": "n"}, ensure_ascii=False).encode()
POLL = b"GET /polling/lobby/messages/?after=1 HTTP/1.1\r\nHost: x\r\n\r\n"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
UPGRADE = b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def new_scan():
    """Return a ConnectionScan of a wire that does not exist."""
    wire = SimpleNamespace(
        name="by hand", bytes={UP: zeros(), DOWN: zeros()}, capture=Capture(), requests=0, empty_responses=0, messages=0
    )
    return ConnectionScan(wire, 1, ("127.0.0.1", 50_000))


def byte_counts(reading, direction):
    """Return {kind: bytes} in one direction, without zeros."""
    return {kind: size for kind, size in by_name(reading.wire.bytes[direction]).items() if size}


def response(body, status=b"200 OK", head=b"content-type: application/json\r\n"):
    """Return a response with a Content-Length."""
    return b"HTTP/1.1 %b\r\n%bcontent-length: %d\r\n\r\n%b" % (status, head, len(body), body)


def chunk(data):
    """Return a chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(number=17, data=MESSAGE):
    """Return an event as the lab's server writes it."""
    return b"id: %d\ndata: %b\n\n" % (number, data)


def frame(data=MESSAGE, opcode=Opcode.TEXT, mask=False, fin=True):
    """Return a frame."""
    return Frame(opcode, data, fin=fin).serialize(mask=mask)


def post(body=MESSAGE):
    """Return the request of a publish."""
    head = b"POST /polling/lobby/messages/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
