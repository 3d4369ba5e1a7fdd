"""HTTP without the lab's own clients: requests, responses and plain sockets."""

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
class Response:
    """The complete response to a request."""

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


def send_request(url, method, path, body=None, headers=None):
    """Send a request; return the Response."""
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, headers or {})
        return read_response(connection.getresponse())


def read_response(response):
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Response(response.status, headers, response.read())


def get(url, path, **headers):
    """Send a GET; return the Response."""
    return send_request(url, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def post(url, path, fields, **headers):
    """Send a POST with `fields`, an object to encode or the bytes of the body; return the Response."""
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return send_request(
        url, "POST", path, body, JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    )


def room_path(technique, room, query=""):
    """Return the path of a room's messages by HTTP."""
    return f"/{technique}/{quote(room)}/messages/{query}"


@contextmanager
def open_socket(url):
    """Open a plain socket to a server."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), PATIENCE) as connection:
        yield connection


@contextmanager
def stalled_request(server, path, *headers):
    """Send a GET over a socket with a small buffer; the response is not read."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", server.port))
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        yield connection


def send_raw(url, *parts):
    """Send the bytes of a request with `Connection: close`; return all bytes that come back."""
    with open_socket(url) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except ConnectionError:
            pass  # the server may close before it has read a body that it refuses
        return read_all(connection)


def read_all(connection):
    """Return all bytes until the other side closes."""
    chunks = []
    try:
        while chunk := connection.recv(65_536):
            chunks.append(chunk)
    except ConnectionError:
        pass
    return b"".join(chunks)


def request_of_size(server, size, path="/polling/a/messages/", more=()):
    """Return a request's head that counts as `size` bytes: the path, and each header with four bytes more."""
    lines = [f"Host: 127.0.0.1:{server.port}", "Connection: close", *more]
    counted = len(path) + sum(len(line) + 2 for line in lines)
    padding = "a" * (size - counted - len("X") - 4)
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, f"X: {padding}", "", ""]).encode()


def status_of(raw):
    """Return the status of a raw response; None if it is empty."""
    return int(raw.split(b" ", 2)[1]) if raw else None


def session_cookies(server, path="/", cookie=""):
    """Return the session cookies that a page sets: [(name and value, attributes)]."""
    raw = send_raw(server.url, request_of_size(server, 500, path, [f"Cookie: {cookie}"])).decode()
    return re.findall(r"set-cookie: *(lab_session=[^;\r]+)([^\r]*)", raw, re.IGNORECASE)


def new_session(server):
    """Return the cookie of a new session."""
    ((cookie, _rest),) = session_cookies(server)
    return cookie
