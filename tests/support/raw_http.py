"""HTTP and WebSocket as bytes: what the tests say to the server without the lab's own clients."""

import http.client
import json
import socket
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from websockets.sync.client import connect

from support.processes import PATIENCE

JSON = {"Content-Type": "application/json"}
HEARTBEAT = {"type": "heartbeat"}
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 §1.3


@dataclass
class Answer:
    """The whole answer to one request."""

    status: int
    headers: dict  # lower-case names
    body: bytes

    @property
    def json(self):
        """The object in the body."""
        return json.loads(self.body)

    @property
    def sentence(self):
        """The one sentence of a refusal."""
        assert self.headers["content-type"] == "application/json"
        (sentence,) = self.json.values()
        return sentence


def ask(url, method, path, body=None, headers=None):
    """Return the Answer to one request."""
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, headers or {})
        return _whole(connection.getresponse())


def _whole(response):
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def get(url, path, **headers):
    """Return the Answer to a GET."""
    return ask(url, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def post(url, path, fields, **headers):
    """Return the Answer to a POST of `fields`: an object to encode, or the body's bytes themselves."""
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return ask(url, "POST", path, body, JSON | {name.replace("_", "-"): value for name, value in headers.items()})


def room_path(technique, room, query=""):
    """Return the address of a room's messages by HTTP."""
    return f"/{technique}/{quote(room)}/messages/{query}"


def socket_path(room, query=""):
    """Return the address of a room's WebSocket."""
    return f"/ws/websocket/{quote(room)}/{query}"


@contextmanager
def dialled(url):
    """Open a plain socket to the server."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), PATIENCE) as connection:
        yield connection


@contextmanager
def deaf(server, path, *headers):
    """Ask for something over a socket with a small buffer, and do not read what comes."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", server.port))
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        yield connection


def exchange(url, *parts):
    """Write the bytes of a request that asks for a close; return all that comes back."""
    with dialled(url) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except ConnectionError:
            pass  # the server may end before it has read all of a body it refuses
        return everything(connection)


def everything(connection):
    """Return all bytes until the other side ends."""
    chunks = []
    try:
        while chunk := connection.recv(65_536):
            chunks.append(chunk)
    except ConnectionError:
        pass
    return b"".join(chunks)


def shake(url, path, headers=None):
    """Return the Answer to a WebSocket handshake; `headers` replace its own, None leaves one out."""
    address = urlsplit(url)
    ours = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
        "Origin": url,
        "Host": address.netloc,
    }
    headers = {name: value for name, value in (ours | (headers or {})).items() if value is not None}
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)) as connection:
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        if response.status == 101:
            return Answer(101, {}, b"")
        return _whole(response)


def dial(url, room, query="", path=None):
    """Return an open WebSocket to a room (or to another `path`)."""
    address = "ws" + url.removeprefix("http") + (path or socket_path(room, query))
    return connect(address, origin=url, compression=None, open_timeout=PATIENCE, max_size=None, proxy=None)


def say(connection, **fields):
    """Write one frame of JSON."""
    connection.send(json.dumps(fields))


def hear(connection):
    """Return what the next frame says; heartbeats, which come in any silence, say nothing."""
    while (said := json.loads(connection.recv(PATIENCE))) == HEARTBEAT:
        pass
    return said
