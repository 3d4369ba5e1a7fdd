"""RFC 6455 on the served stack: each case of frames.toml over a raw socket."""

import json
import re
import struct
import tomllib
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_WR

import pytest

from support.raw_http import KEY, dialled, socket_path
from support.technique_io import publish

CASES = tomllib.loads(Path(__file__).with_name("frames.toml").read_text())["cases"]
OPCODES = {"continue": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
NAMES = {number: name for name, number in OPCODES.items()}
FIN, MASKED = 0x80, 0x80
RESERVED = {"rsv1": 0x40, "rsv2": 0x20, "rsv3": 0x10}
MASK = b"\x37\xfa\x21\x3d"  # RFC 6455 §5.7
PUBLISH = json.dumps({"type": "publish", "author": "Ann", "text": "hi", "nonce": "n"}).encode()


def payload(text):
    """Return the bytes that the second half of a frame's line stands for."""
    if match := re.fullmatch(r"code=(\d+) ?(.*)", text):
        return struct.pack("!H", int(match[1])) + payload(match[2])
    if match := re.fullmatch(r"times=(\d+) (.*)", text):
        return payload(match[2]) * int(match[1])
    if match := re.fullmatch(r"\{publish(?::(\d*)-(\d*))?\}", text):
        start, end = (int(number) if number else None for number in match.groups())
        return PUBLISH[start:end]
    return bytes.fromhex(text[4:]) if text.startswith("hex=") else text.encode()


def frame(line):
    """Return the bytes of a frame from its line in frames.toml."""
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


@contextmanager
def shaken(server, room):
    """Open a WebSocket on a plain socket; yield it and a file to read from."""
    head = (
        f"GET {socket_path(room)} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.url}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    )
    with dialled(server.url) as connection, connection.makefile("rb") as file:
        connection.sendall(head.encode())
        assert file.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while file.readline() != b"\r\n":
            pass
        yield connection, file


def heard(file):
    """Yield what the server says, in the words of frames.toml, messages left out; "end" once it has ended."""
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


def same(answer, expected):
    """Tell whether the server said what a case expects."""
    if isinstance(answer, tuple):
        kind, _colon, text = expected.partition(":")
        return answer == (f"{kind}:", payload(text))
    return answer == expected


def run(server, room, case, pieces):
    """Write the case's frames in these pieces; see that the answers are those expected."""
    open_still = not case["expect"][-1].startswith(("end", "close:"))
    with shaken(server, room) as (connection, file):
        answers = (answer for answer in heard(file) if answer not in case.get("may", ()))
        with suppress(ConnectionError):  # the server may close before it has all
            for piece in pieces:
                connection.sendall(piece)
            if case.get("end"):
                connection.shutdown(SHUT_WR)
        for expected in case["expect"]:
            assert same(next(answers), expected)
        with suppress(OSError):
            connection.sendall(frame("close: code=1000"))  # the server's own close is answered, or this one is
        if open_still:
            assert next(answers) == "close:1000"
        assert case.get("end") or next(answers) == "end"


def check_store(server, room, case):
    """See that nothing was stored but by the frames that publish."""
    acknowledged = sum("published" in (answer, *case.get("may", ())) for answer in case["expect"])
    assert publish("polling", server, room, nonce="next")[1]["id"] <= 1 + acknowledged


@pytest.mark.parametrize("case", list(CASES.values()), ids=list(CASES))
def test_rfc_6455(server, room, case):
    run(server, room, case, [frame(line) for line in case["write"]])
    check_store(server, room, case)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case["write"]) > 1])
def test_rfc_6455_frames_that_come_byte_by_byte_or_all_at_once_are_the_same(server, room, name):
    data = b"".join(frame(line) for line in CASES[name]["write"])
    run(server, f"{room}-a", CASES[name], [data])
    if len(data) < 1_000:
        run(server, f"{room}-b", CASES[name], [data[place : place + 1] for place in range(len(data))])


def test_every_case_says_why_and_of_which_section():
    for name, case in CASES.items():
        assert set(case) <= {"why", "write", "expect", "end", "may"}, name
        assert case["why"], name
        assert case["expect"], name
