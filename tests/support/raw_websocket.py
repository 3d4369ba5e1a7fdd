"""WebSocket without the lab's own client: handshakes, frames of JSON, and raw frames."""

import http.client
import json
import re
import struct
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from support.processes import PATIENCE
from support.raw_http import Response, open_socket, read_response, stalled_request

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 §1.3
UPGRADE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}")
HEARTBEAT = {"type": "heartbeat"}
OPCODES = {"continue": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
NAMES = {number: name for name, number in OPCODES.items()}
FIN, MASKED = 0x80, 0x80
RESERVED = {"rsv1": 0x40, "rsv2": 0x20, "rsv3": 0x10}
MASK = b"\x37\xfa\x21\x3d"  # RFC 6455 §5.7
PUBLISH = json.dumps({"type": "publish", "author": "Ann", "text": "hi", "nonce": "n"}).encode()


def websocket_path(room, query=""):
    """Return the path of a room's WebSocket."""
    return f"/ws/websocket/{quote(room)}/{query}"


def request_handshake(url, path, headers=None):
    """Send a WebSocket handshake; return the Response. `headers` replace its own; None leaves one out."""
    address = urlsplit(url)
    ours = dict(line.split(": ") for line in UPGRADE) | {"Origin": url, "Host": address.netloc}
    headers = {name: value for name, value in (ours | (headers or {})).items() if value is not None}
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)) as connection:
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Response(101, {}, b"") if response.status == 101 else read_response(response)


def open_websocket(url, room, query="", path=None):
    """Return an open WebSocket to a room, or to another `path`."""
    address = "ws" + url.removeprefix("http") + (path or websocket_path(room, query))
    return connect(address, origin=url, compression=None, open_timeout=PATIENCE, max_size=None, proxy=None)


def send_json(connection, **fields):
    """Send one frame of JSON."""
    connection.send(json.dumps(fields))


def receive_json(connection):
    """Return the JSON of the next frame; heartbeats are skipped."""
    while (said := json.loads(connection.recv(PATIENCE))) == HEARTBEAT:
        pass
    return said


def refusal(sentence, status=400):
    """Return the JSON of a frame that refuses something."""
    return {"type": "error", "error": sentence, "status": status}


def close_code(connection):
    """Read to the end; return the code that the server closed with."""
    try:
        while True:
            connection.recv(PATIENCE)
    except ConnectionClosed:
        return connection.close_code


def stalled_websocket(server, room, *headers):
    """Open a WebSocket that delivers a room from its first message; its frames are not read."""
    return stalled_request(server, websocket_path(room, "?after=0"), *UPGRADE, f"Origin: {server.url}", *headers)


def handshake_bytes(server, room):
    """Return the bytes of a handshake."""
    lines = (
        f"GET {websocket_path(room)} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Origin: {server.url}",
        *UPGRADE,
    )
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def open_raw_websocket(server, room):
    """Open a WebSocket on a plain socket; yield the socket and a file to read from."""
    with open_socket(server.url) as connection, connection.makefile("rb") as file:
        connection.sendall(handshake_bytes(server, room))
        assert file.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while file.readline() != b"\r\n":
            pass
        yield connection, file


def payload(text):
    """Return the payload that a frame's line describes after the colon: see server/frames.toml."""
    if match := re.fullmatch(r"code=(\d+) ?(.*)", text):
        return struct.pack("!H", int(match[1])) + payload(match[2])
    if match := re.fullmatch(r"times=(\d+) (.*)", text):
        return payload(match[2]) * int(match[1])
    if match := re.fullmatch(r"\{publish(?::(\d*)-(\d*))?\}", text):
        start, end = (int(number) if number else None for number in match.groups())
        return PUBLISH[start:end]
    return bytes.fromhex(text[4:]) if text.startswith("hex=") else text.encode()


def frame(line):
    """Return the bytes of the frame that a line describes: see server/frames.toml."""
    words, _colon, text = line.partition(":")
    opcode, *flags = words.split()
    data = payload(text.removeprefix(" "))
    first = (0 if "more" in flags else FIN) | int(OPCODES.get(opcode, opcode))
    first |= sum(bit for name, bit in RESERVED.items() if name in flags)
    length = next((int(flag[7:]) for flag in flags if flag.startswith("length=")), len(data))
    masked = 0 if "unmasked" in flags else MASKED
    if "len64" in flags or length > 0xFFFF:
        head = struct.pack("!BBQ", first, masked | 127, length)
    elif "len16" in flags or length > 125:
        head = struct.pack("!BBH", first, masked | 126, length)
    else:
        head = struct.pack("!BB", first, masked | length)
    if not masked:
        return head + data
    return head + MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(data))


def read_frames(file):
    """Yield the server's frames in the words of frames.toml, without messages, and "end" when the connection ends."""
    while True:
        try:
            head = file.read(2)
        except ConnectionError:
            head = b""
        if not head:
            break
        first, length = head
        assert first & FIN, "the server cuts no message into fragments here"
        assert not first & 0x70, "no reserved bit"
        assert length < 127, "no mask, and no frame of 64 KiB"
        (length,) = struct.unpack("!H", file.read(2)) if length == 126 else (length,)
        data, kind = file.read(length), NAMES[first & 0x0F]
        if kind == "text":
            kind = json.loads(data)["type"]
            if kind != "message":
                yield kind
        elif kind == "close":
            yield f"close:{struct.unpack('!H', data[:2])[0] if data else ''}"
        else:
            yield f"{kind}:", data
    yield "end"
