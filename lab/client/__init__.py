"""The base of the four Python clients, which read and publish in a room like a browser. Needs no Django."""

import collections
import http.client
import json
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode

from lab import techniques
from lab.client.connection import Connection, parse_address
from lab.messages.errors import Refused
from lab.messages.invisible import escaped
from lab.net import sockets

Message = dict[str, Any]  # a message's JSON
Socket = sockets.Socket
Result = TypeVar("Result")

CONNECTING, OPEN, CLOSING, CLOSED = range(4)  # the states of EventSource and WebSocket
BACKOFF, BACKOFF_MAX = 0.5, 10.0  # first and maximum backoff, seconds
TIMEOUT = 30.0  # seconds of silence before a connection counts as dead; servers send something every 15 to 20
HOLD_MARGIN = 5.0  # seconds that the response to a held request may take beyond its hold
RETRYABLE = (429, 503)  # statuses that ask the client to retry
TRANSIENT_ERRORS = (OSError, EOFError, http.client.HTTPException)
ADDRESS_ERRORS = (ConnectionRefusedError, socket.gaierror)  # signs of a wrong address
FIRST_ATTEMPTS = 10  # of a first connection, half a minute on average; the server may still be starting


class Unreachable(OSError):
    """No connection to the server was ever made; the text is one sentence that says why."""


class Client:
    """One reader and publisher of one room.

    A technique overrides `fetch` and, if they differ, `open`, `read_page`, `path`, `publish` and `disconnect`.
    `messages` may run in one thread or greenlet while `publish` is called from another.
    """

    technique: str

    def __new__(cls, *args: Any, stage: str | None = None, **options: Any) -> Self:
        """Make the stage's own client if the stage has one."""
        own: type[Self] | None = techniques.stage_client(cls.technique, stage) if stage else None
        return super().__new__(own or cls)

    def __init__(
        self,
        url: str,
        room: str,
        author: str = "anonymous",
        after: int | None = None,
        *,
        stage: str | None = None,
        timeout: float = TIMEOUT,
        cookie: str = "",
        jitter: bool = True,
    ) -> None:
        """Use the server at `url`; `after`: id of the last message seen (None: begin with the recent ones).

        `cookie` goes with every request; without `jitter` all clients reconnect after a fault at the same time.
        Raises ValueError, with one sentence, if `url` is not the address of a server.
        """
        self.origin = url.rstrip("/")
        host, port = parse_address(self.origin)
        self.reading, self.publishing = (Connection(host, port, timeout=timeout) for _ in range(2))
        self.room, self.author, self.after, self.stage, self.jitter = room, author, after, stage, jitter
        self.headers = {"Cookie": cookie} if cookie else {}
        self.ready_state = CLOSED
        self.requests = self.empty_responses = self.reconnects = self.repeated = self.resets = 0
        self.fetched: collections.deque[Message] = collections.deque()  # messages that were not yielded yet
        self.opening = threading.Lock()
        self.ended = threading.Event()
        # Called with each fault after which the client tries again.
        self.on_fault: Callable[[Exception], object] = lambda fault: None

    def open(self) -> None:
        """Prepare to fetch. Raises OSError if there is no response, Refused if the server refuses."""

    def fetch(self) -> Iterable[Message]:
        """Wait, in the technique's way, for the next messages and return them, or none. Raises as `open` does."""
        raise NotImplementedError

    def publish(self, text: str, nonce: str | None = None, sent_at: float | None = None) -> Message | None:
        """Publish once, even if the connection breaks; return the message, None after `close`. Raises Refused."""
        fields = {"author": self.author, "text": text, "nonce": nonce or secrets.token_urlsafe(16), "sent_at": sent_at}
        return self.retry(lambda: self.request(self.publishing, "POST", self.path(), fields), self.publishing.close)

    def messages(self) -> Iterator[Message]:
        """Yield every message of the room once, in order; reconnect after any fault.

        Each is the message's dict with `arrived_at` added: when it reached this machine's kernel, ms since the epoch.
        Ends after `close`; raises Refused if a retry cannot help.
        """
        for message, new in self.arrivals():
            if new:
                yield message

    def arrivals(self) -> Iterator[tuple[Message, bool]]:
        """Yield (message, whether it is new) for all messages that arrive, also repeated ones."""
        while not self.ended.is_set():
            while self.fetched:
                message = self.fetched.popleft()
                new = self.after is None or message["id"] > self.after
                if new:
                    self.after = message["id"]
                else:
                    self.repeated += 1
                yield message, new
            batch = self.retry(self._open_and_fetch, self.disconnect) or ()
            # Kept here, so that a caller that stops in the middle of a batch gets the rest later.
            self.fetched.extend(message | {"arrived_at": self.arrived_at} for message in batch)

    def _open_and_fetch(self) -> Iterable[Message]:
        self.ensure_open()
        return self.fetch()

    def ensure_open(self) -> None:
        """Open, unless it is open already; only the first of several threads does it."""
        with self.opening:
            if self.ready_state != OPEN:
                self.ready_state = CONNECTING
                self.open()
                self.ready_state = OPEN

    def retry(self, action: Callable[[], Result], disconnect: Callable[[], None]) -> Result | None:
        """Return `action()`; after a fault `disconnect()`, wait (exponential backoff, full jitter) and try again.

        Returns None after `close`. Raises Unreachable if no connection was ever made, and FIRST_ATTEMPTS attempts were
        refused or found no such host.
        """
        failures = 0
        while not self.ended.is_set():
            try:
                return action()
            except Refused as refused:
                if refused.status not in RETRYABLE:
                    raise
                self.on_fault(refused)
            except TRANSIENT_ERRORS as fault:
                if failures + 1 >= FIRST_ATTEMPTS and isinstance(fault, ADDRESS_ERRORS) and not self.ever_connected:
                    raise Unreachable(f"{self.origin}: no server is there: {fault.strerror}.") from fault
                self.on_fault(fault)
            except (AttributeError, ValueError):
                if not self.ended.is_set():  # else `close` took the socket away from the reader
                    raise
            finally:
                if self.ended.is_set():
                    disconnect()  # `close` was called while the action was about to connect
            if self.ended.is_set():
                break
            disconnect()
            self.reconnects += 1
            longest = min(BACKOFF_MAX, BACKOFF * 2**failures)
            self.ended.wait(random.uniform(0, longest) if self.jitter else longest)
            failures += 1
        return None

    @property
    def ever_connected(self) -> bool:
        """Whether the server was ever reached: if so, the client waits until it is back."""
        return bool(self.reading.opened_at or self.publishing.opened_at)

    def disconnect(self) -> None:
        """Close the reading connection; the next fetch opens a new one."""
        self.ready_state = CLOSED
        self.reading.close()

    def close(self) -> None:
        """End for good: `messages` stops."""
        self.ended.set()
        self.reading.closed = self.publishing.closed = True  # prevents a thread that is about to connect
        self.disconnect()
        self.publishing.close()

    @property
    def arrived_at(self) -> float:
        """The time at which the last fetched data reached the kernel, ms since the epoch."""
        sock = self.reading.sock  # read once: another thread may disconnect
        return sock.arrived_at if sock else time.time() * 1000

    def traffic(self) -> sockets.Traffic:
        """Return the Traffic of all connections of this client."""
        return self.reading.traffic() + self.publishing.traffic()

    def path(self, **query: object) -> str:
        """Return the path of the room's messages with its query, without the fields that are None."""
        fields = urlencode({name: value for name, value in query.items() if value is not None})
        stage = f"stages/{self.stage}/" if self.stage else ""
        return f"/{self.technique}/{stage}{quote(self.room)}/messages/" + (f"?{fields}" if fields else "")

    def request(
        self, connection: Connection, method: str, path: str, fields: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request, with `fields` as JSON; return the response's object. Raises OSError, EOFError, Refused."""
        body = None if fields is None else json.dumps(fields).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, body, headers | self.headers)
        return self.read_json(connection.getresponse())

    def read_json(self, response: http.client.HTTPResponse) -> dict[str, Any]:
        """Return the object in a response's body. Raises EOFError if it is not JSON, Refused if the status refuses."""
        self.requests += 1
        body = response.read()
        try:
            fields: dict[str, Any] = json.loads(body)
        except ValueError as exc:
            raise EOFError(f"{response.status} {escaped(response.reason)}: not JSON") from exc
        if response.status >= 400:
            raise refusal(fields.get("error", response.reason), response.status)
        return fields

    def read_page(self, page: dict[str, Any]) -> Iterable[Message]:
        """Return a page's messages; count it if it is empty, and follow its `reset`."""
        messages: list[Message] = page["messages"]
        self.empty_responses += not messages
        if page.get("reset"):
            self.reset()
        return messages

    def reset(self) -> None:
        """Start again, because `after` belongs to another history."""
        self.resets += 1
        self.after = None


def refusal(sentence: object, status: int) -> Refused:
    """Return the Refused of a server's sentence, in which control characters are escaped."""
    return Refused(escaped(str(sentence)), status)
