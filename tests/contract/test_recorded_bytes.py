"""The bytes of each technique's exchange, in both directions, are those recorded: a change must be deliberate.

To record an exchange again, delete its file and run its test once: it writes the file, and fails.
"""

import json
import re
import socket
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from support.processes import PATIENCE
from support.raw_http import open_socket, room_path, send_raw
from support.raw_websocket import KEY, websocket_path
from support.technique_io import HTTP, client

RECORDED = Path(__file__).with_name("recorded")
FIELDS = {"author": "Ann", "text": "one “two”\nthree", "nonce": "n-1", "sent_at": 1763678000123.5}
MASKED = [  # the parts that differ from run to run
    (rb"(?i)date: [^\r]*", b"date: DATE"),
    (rb'"published_at":[\d.]+', b'"published_at":TIME'),
    (rb"room-\w\d{3}", b"ROOM"),
    (rb'"queue":"[\w-]+"', b'"queue":"QUEUE"'),
    (rb"127\.0\.0\.1:\d+", b"HOST"),
    (rb"Sec-WebSocket-Key: [^\r]*", b"Sec-WebSocket-Key: KEY"),
]


def masked(data):
    for pattern, instead in MASKED:
        data = re.sub(pattern, instead, data)
    return data


def readable(data):
    """Return bytes as text that a diff shows well: one line a line, other bytes as escapes."""
    text = masked(data).decode("latin-1").replace("\\", "\\\\")
    return "".join(sign if " " <= sign <= "~" or sign == "\n" else f"\\x{ord(sign):02x}" for sign in text)


def has_common_time(steps):
    """Return whether the time in an exchange has the usual number of digits: lengths depend on it."""
    times = re.findall(rb'"published_at":([\d.]+)', b"".join(data for _name, data in steps))
    return {len(time) for time in times} == {len("1763678000123.4567")}


def request(method, path, body=b"", version="1.1"):
    head = f"{method} {path} HTTP/{version}\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def frame(text):
    """Return a client's text frame, masked by zeros."""
    payload = text.encode()
    assert len(payload) < 126 or len(payload) < 65_536
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0xFE]) + len(payload).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + payload


def of_http(technique, url, room):
    """Yield (request, bytes of the response) for each step of one exchange by an HTTP technique."""
    body, bad = json.dumps(FIELDS).encode(), json.dumps(FIELDS | {"text": " "}).encode()
    path = room_path(technique, room)
    hold = "&hold=0" if technique == "longpoll" else ""
    steps = [
        ("publish", "POST", path, body),
        ("publish again", "POST", path, body),
        ("publish badly", "POST", path, bad),
    ]
    if technique != "sse":
        steps += [
            (name, "GET", f"{path}?after={after}{hold}", b"")
            for name, after in (("read", "0"), ("read nothing new", "1"), ("read beyond the end", "9"), ("bad", "x"))
        ]
    for name, method, path, sent in steps:
        yield name, send_raw(url, request(method, path, sent))
    if technique == "sse":
        for name, query, last in (
            ("read", "?after=0", b"}\n\n\r\n"),
            ("read beyond the end", "?after=9", b"}\n\n\r\n"),
        ):
            yield name, until_end(url, request("GET", path + query), last)


def of_websocket(url, room):
    """Yield (name, bytes) for each step of one exchange by WebSocket."""
    head = f"GET {websocket_path(room, '?after=0')} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
    head += (
        f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    )
    with open_socket(url) as connection:
        yield "shake hands", send_and_receive(connection, head.encode(), b"\r\n\r\n")
        published = {"type": "publish"} | FIELDS
        yield "publish", send_and_receive(connection, frame(json.dumps(published)), b'"published"', b'"message"')
        yield "publish badly", send_and_receive(connection, frame(json.dumps(published | {"text": " "})), b'"error"')
        yield "close", send_and_receive(connection, frame('{"type": "close"}'), b"\x03\xe8")


def until_end(url, sent, last):
    with open_socket(url) as connection:
        return send_and_receive(connection, sent, last)


def send_and_receive(connection, sent, *parts):
    """Send; return the bytes that come back, as soon as they hold all `parts` and end where one of them may end."""
    connection.sendall(sent)
    data = b""
    while not all(part in data for part in parts) or (parts[0] == b'"published"' and data.count(b"}") < 2):
        data += connection.recv(65_536)
    return data


def quietly(act):
    with suppress(Exception):  # its request gets no response
        act()


def of_client(technique):
    """Yield (what a Python client does, the bytes that it sends) for each step."""
    for name in ("open", "publish"):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(PATIENCE)

            class Server:
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"

            reader = client(technique, Server, "lobby", after=3)
            act = reader.messages().__next__ if name == "open" else lambda: reader.publish("hi", "n-2", 5.5)  # noqa: B023
            threading.Thread(target=quietly, args=(act,), daemon=True).start()
            connection, _address = listening.accept()
            with connection:
                connection.settimeout(PATIENCE)
                data = connection.recv(65_536)
                while b"\r\n\r\n" not in data or (b"POST" in data and not data.endswith(b"}")):
                    data += connection.recv(65_536)
            reader.close()
            yield f"a client's {name}", data


@pytest.mark.parametrize("technique", [*HTTP, "websocket"])
def test_the_bytes_of_an_exchange_equal_the_recorded_ones(server, technique):
    exchanged = of_websocket if technique == "websocket" else partial(of_http, technique)
    rooms = (f"room-{technique[0]}{number:03}" for number in range(1_000))
    steps = next(steps for room in rooms if has_common_time(steps := list(exchanged(server.url, room))))
    said = "".join(f"== {name}\n{readable(data)}\n" for name, data in [*steps, *of_client(technique)])
    path = RECORDED / f"{technique}.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(said)
        pytest.fail(f"{path.name} was recorded anew: look at it, and commit it.")
    assert said == path.read_text()
