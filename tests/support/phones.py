"""A class on a second loopback address: its server, its teacher, and phones without a browser."""

import asyncio
import http.client
import json
import re
from contextlib import asynccontextmanager, closing, contextmanager
from urllib.parse import urlsplit

from support.processes import PATIENCE, ServerProcess
from support.raw_http import JSON, read_response

HOST = "127.0.0.2"  # an address that only this machine can reach
KEY = re.compile(r"The teacher's page \(this address works once\): (http://\S+/class/\?key=\S+)")
QUESTION = {"text": "Who is last?", "options": {"a": "Ann", "b": "Bob", "c": "nobody"}, "right": ["b"]}


class ClassServer(ServerProcess):
    """`manage.py serve --lan` on that address; `key_path` is the path of the teacher's page with its key."""

    def start(self, *options):
        """Start, and read the teacher's address."""
        super().start("--lan", HOST, *options)
        printed = ""
        while not (found := KEY.search(printed)):
            printed += (line := self.process.stdout.readline())
            assert line, "no address of the teacher's page is printed"
        self.key_path = found[1].removeprefix(f"http://{HOST}:{self.port}")
        return self

    @property
    def url(self):
        """The address of the server's pages."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def running(data, **environment):
    """A class for the length of a block; yields its server and its teacher."""
    server = ClassServer(data, **environment)
    try:
        server.start()
        yield server, Member(server).teach()
    finally:
        if server.process:
            server.stop()


class Member:
    """Somebody with a cookie: a phone, the teacher, or a stranger, who has none."""

    def __init__(self, server, cookie=""):
        self.server, self.cookie = server, cookie

    def send(self, method, path, body=None, headers=None):
        """Send a request; keep the cookie of a class, and return the Response."""
        address = urlsplit(self.server.url)
        with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, {"Cookie": self.cookie} | (headers or {}))
            response = connection.getresponse()
            self.cookies = response.headers.get_all("Set-Cookie") or []
            for line in self.cookies:
                if line.startswith(("lab_phone=", "lab_teacher=")):
                    self.cookie = line.partition(";")[0]
            return read_response(response)

    def get(self, path, **headers):
        """Send a GET; return the Response."""
        return self.send("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path, fields=None, **headers):
        """Send an object in JSON; return the Response."""
        return self.send("POST", path, json.dumps(fields or {}).encode(), JSON | headers)

    def teach(self):
        """Use the key of the teacher's page."""
        assert self.get(self.server.key_path).status == 302
        return self

    def join(self, name=""):
        """Join with a phone."""
        response = self.post("/join/phone.json", {"name": name})
        assert response.status == 200, response.body
        self.number = response.json["number"]
        return self

    def vote(self, option, number=1):
        """Vote; return the status."""
        return self.post("/join/vote.json", {"round": number, "option": option}).status

    def do(self, action, **fields):
        """Do something that only the teacher may do; return the object in the response."""
        response = self.post(f"/class/{action}.json", fields)
        assert response.status == 200, response.body
        return response.json

    def state(self, path):
        """Return the first state of an event stream."""
        return asyncio.run(self._first(path))

    async def _first(self, path):
        async with states(self.server, path, self.cookie) as stream:
            return await anext(stream)


@asynccontextmanager
async def states(server, path, cookie=""):
    """Open an event stream; yields an iterator of its states."""
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n\r\n"
    try:
        writer.write(request.encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        assert head.startswith(b"HTTP/1.1 200 "), head
        yield _states(reader)
    finally:
        writer.close()


async def _states(reader):
    while line := await asyncio.wait_for(reader.readline(), PATIENCE):
        if line.startswith(b"data: {") and line != b"data: {}\n":
            yield json.loads(line.removeprefix(b"data: "))


async def state_in_which(stream, holds):
    """Return the first state for which a condition holds."""
    async for state in stream:
        if holds(state):
            return state
    raise AssertionError("the stream ended")
