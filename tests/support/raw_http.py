"""HTTP as bytes: requests without the lab's own clients."""

import http.client
import json
import re
import socket
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from support.processes import PATIENCE

JSON = {"Content-Type": "application/json"}


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
        return whole(connection.getresponse())


def whole(response):
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


def head_of(server, size, path="/polling/a/messages/", more=()):
    """Return a request's head of `size` bytes: the path, and four more for each header than its name and value."""
    lines = [f"Host: 127.0.0.1:{server.port}", "Connection: close", *more]
    counted = len(path) + sum(len(line) + 2 for line in lines)
    padding = "a" * (size - counted - len("X") - 4)
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, f"X: {padding}", "", ""]).encode()


def status(raw):
    """Return the status of a whole answer, None where there was none."""
    return int(raw.split(b" ", 2)[1]) if raw else None


def given(server, path="/", cookie=""):
    """Return what a page's answer says of the session's cookie: [(name and value, the rest)]."""
    raw = exchange(server.url, head_of(server, 500, path, [f"Cookie: {cookie}"])).decode()
    return re.findall(r"set-cookie: *(lab_session=[^;\r]+)([^\r]*)", raw, re.IGNORECASE)


def session_of(server):
    """Return the cookie of a fresh session."""
    ((cookie, _rest),) = given(server)
    return cookie
