"""What the cases use: requests, event streams and WebSockets to a student's stage, each with a timeout."""

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from teaching.grading.case import Disconnected, Failed, NoResponse, expect
from teaching.grading.server import StageServer

Fields = dict[str, Any]
BYTES = 5_000_000  # of one response or stream, at most; the cases need some thousands


class Deadline:
    """The bound of a loop that reads: seconds, and bytes."""

    def __init__(self, sentence: str, seconds: float) -> None:
        self.sentence, self.seconds, self.end = sentence, seconds, time.monotonic() + seconds

    def check(self, size: int = 0) -> None:
        """Raise Failed after its seconds, or if there are more than BYTES."""
        if time.monotonic() > self.end or size > BYTES:
            raise Failed(f"{self.sentence}, after {self.seconds:.0f} s or {BYTES / 1e6:.0f} MB.")


class Response:
    """A response that was read to its end."""

    def __init__(self, response: HTTPResponse, patience: float) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = b""
        within = Deadline("the response does not end", patience)
        while chunk := response.read1(65_536):
            self.body += chunk
            within.check(len(self.body))

    @property
    def json(self) -> Fields:
        """The object in the body. Raises Failed."""
        try:
            fields: Fields = json.loads(self.body)
            list(fields["messages"])
        except (ValueError, KeyError, TypeError) as exc:
            raise Failed(f"the response is no page of messages: {self.body[:80]!r}.") from exc
        return fields

    @property
    def texts(self) -> list[str]:
        """The texts of the messages. Raises Failed."""
        return [message["text"] for message in self.json["messages"]]


class Stream:
    """An event stream; its events are parsed as browsers do (HTML, section 9.2.6)."""

    def __init__(self, response: HTTPResponse, patience: float) -> None:
        self.response, self.patience = response, patience
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.unread, self.raw = b"", b""
        self.events: list[dict[str, str]] = []

    def more(self) -> None:
        """Read the next bytes. Raises Failed when the stream ends."""
        with responding("event", self.patience):
            chunk = self.response.read1(65_536)
        expect(chunk, "the stream ended: it must stay open.")
        self.raw += chunk
        *events, self.unread = (self.unread + chunk).split(b"\n\n")
        for event in events:
            fields = dict(line.partition(": ")[::2] for line in event.decode(errors="replace").split("\n"))
            if "data" in fields:
                self.events.append(fields)

    def messages(self, count: int) -> list[dict[str, str]]:
        """Read until there are `count` events of the type message; return their fields."""
        within = Deadline(f"{count} messages did not come", self.patience)
        while len(found := [event for event in self.events if event.get("event", "message") == "message"]) < count:
            self.more()
            within.check(len(self.raw))
        return found

    def texts(self, count: int) -> list[str]:
        """Read `count` messages, and return their texts. Raises Failed."""
        try:
            return [json.loads(event["data"])["text"] for event in self.messages(count)]
        except (ValueError, KeyError, TypeError) as exc:
            raise Failed("the data of an event is not the JSON of a message.") from exc


class Socket:
    """An open WebSocket whose frames are JSON."""

    def __init__(self, connection: ClientConnection, patience: float) -> None:
        self.connection, self.patience = connection, patience

    def send(self, **fields: object) -> None:
        """Send a frame of JSON."""
        with responding("frame", self.patience):
            self.connection.send(json.dumps(fields))

    def next(self, *kinds: str) -> Fields:
        """Return the next frame of one of these types; others are skipped. Raises Failed."""
        within = Deadline(f"no frame of the type {' or '.join(kinds)} came", self.patience)
        while True:
            within.check()
            with responding(f"frame of the type {' or '.join(kinds)}", self.patience):
                frame = self.connection.recv(self.patience)
            try:
                fields: Fields = json.loads(frame)
                kind = fields["type"]
            except (ValueError, KeyError, TypeError) as exc:
                raise Failed(f"a frame is no JSON object with a type: {frame[:80]!r}.") from exc
            if kind in kinds:
                return fields

    def close_code(self) -> int | None:
        """Read to the end, and return the code with which the server closed. Raises NoResponse."""
        within = Deadline("the connection is still open", self.patience)
        try:
            while True:
                self.connection.recv(self.patience)
                within.check()
        except TimeoutError as exc:
            raise NoResponse(f"the connection is still open after {self.patience:.0f} s.") from exc
        except ConnectionClosed:
            return self.connection.close_code


class Client:
    """Publishes by short polling, and reads from the stage; each case gets a new one, with rooms of its own."""

    def __init__(self, server: StageServer) -> None:
        self.server, self.patience = server, server.patience
        self.room = f"case-{secrets.token_hex(4)}"

    @property
    def origin(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.server.port}"

    def publish(self, *texts: str, room: str = "") -> None:
        """Publish messages by short polling."""
        for text in texts:
            body = json.dumps({"author": "Ann", "text": text})
            path = f"/polling/{room or self.room}/messages/"
            response = self._request("POST", path, {"Content-Type": "application/json"}, body)
            expect(response.status == 201, f"a publish by short polling got {response.status}.")

    def history(self) -> list[str]:
        """Return the texts of the room's messages, by short polling."""
        return self._request("GET", f"/polling/{self.room}/messages/?after=0", {}).texts

    def get(self, query: str = "", room: str = "", status: int = 200, **headers: str) -> Response:
        """Request the stage's messages; raise Failed if the status is another."""
        response = self._request("GET", f"/exercise/{room or self.room}/messages/{query}", headers)
        sentence = f"a request for {query or 'messages'} got {response.status} instead of {status}."
        expect(response.status == status, sentence)
        return response

    def _request(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> Response:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=self.patience)
        try:
            with responding("response", self.patience):
                connection.request(method, path, body, _dashed(headers))
                return Response(connection.getresponse(), self.patience)
        finally:
            connection.close()

    @contextmanager
    def held(self, query: str) -> "Iterator[Future[Response]]":
        """Send a request that is expected to wait; yield the future of its response."""
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(self.get, query)

    @contextmanager
    def stream(self, query: str = "", **headers: str) -> Iterator[Stream]:
        """Open the stage's event stream."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=self.patience)
        try:
            with responding("response", self.patience):
                connection.request("GET", f"/exercise/{self.room}/messages/{query}", headers=_dashed(headers))
                response = connection.getresponse()
            expect(response.status == 200, f"the stream's status is {response.status} instead of 200.")
            yield Stream(response, self.patience)
        finally:
            connection.close()

    @contextmanager
    def socket(self, query: str = "", room: str = "") -> Iterator[Socket]:
        """Open the stage's WebSocket."""
        address = f"ws{self.origin.removeprefix('http')}/ws/exercise/{room or self.room}/{query}"
        try:
            with responding("response to the handshake", self.patience):
                connection = connect(
                    address,
                    origin=Origin(self.origin),
                    compression=None,
                    open_timeout=self.patience,
                    close_timeout=1,
                    proxy=None,
                )
        except WebSocketException as exc:
            raise Failed(f"the handshake was refused: {exc}.") from exc
        try:
            yield Socket(connection, self.patience)
        finally:
            connection.close()


@contextmanager
def responding(what: str, patience: float) -> Iterator[None]:
    """Raise Failed, in one sentence, if no `what` comes in time, or the server closes the connection."""
    try:
        yield
    except TimeoutError as exc:
        raise NoResponse(f"no {what} came within {patience:.0f} s.") from exc
    except ConnectionClosed as exc:
        raise Failed(f"the server closed the connection ({exc}).") from exc
    except (OSError, HTTPException) as exc:
        raise Disconnected(f"the connection broke: {type(exc).__name__}.") from exc


def still_waits(future: "Future[Response]", seconds: float) -> bool:
    """Return whether a held request still waits after some seconds."""
    time.sleep(seconds)
    return not future.done()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
