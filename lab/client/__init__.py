"""The base of the four Python clients; they read and write a room as a browser would. No Django here."""

import collections
import contextlib
import http.client
import json
import random
import secrets
import socket
import threading
import time
from urllib.parse import quote, urlencode, urlsplit

from lab import techniques
from lab.messages.errors import Refused
from lab.messages.invisible import escaped
from lab.net import sockets

CONNECTING, OPEN, CLOSING, CLOSED = range(4)  # the words and numbers of EventSource and WebSocket
BACKOFF, BACKOFF_MAX = 0.5, 10.0  # seconds: the first wait is below the one, no wait is over the other
TIMEOUT = 30.0  # seconds of silence before a connection counts as dead; servers send something every 15 to 20
ANSWER = 5.0  # seconds that the answer to a held request may take beyond its hold
RETRYABLE = (429, 503)  # statuses that ask to come again
TRANSIENT_ERRORS = (OSError, EOFError, http.client.HTTPException)
NEVER_THERE = (ConnectionRefusedError, socket.gaierror)  # faults that tell of a wrong address
FIRST_TRIES = 10  # for a first connection, half a minute on average; a server may still be starting


class Unreachable(OSError):
    """No server was ever reached at a client's address; the text is one sentence that says why."""


class Connection(http.client.HTTPConnection):
    """An HTTP connection over an instrumented socket; it connects anew by itself after `close`."""

    past = sockets.Traffic()
    opened_at = 0.0  # when the newest socket was open, ms since the epoch
    over = False  # closed for good

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.closing = threading.RLock()  # a reader's thread and another may close at once
        self.metered = None  # the socket that was shut: its Traffic is in `past`

    def connect(self):
        """Open the socket."""
        opened = sockets.connect(self.host, self.port, self.timeout)
        with self.closing:  # not in the middle of it: a socket closed without a shutdown wakes no thread
            self.sock = opened
        self.opened_at = time.time() * 1000
        if self.over:  # looked at last, as the end may come while this connects
            self.close()
            raise ConnectionAbortedError("closed for good")

    def close(self):
        """Shut the socket, then close it."""
        with self.closing:
            self.shut()
            super().close()

    def shut(self):
        """Read the meter, let nothing more pass through the socket, and return it; a thread that waits on it wakes."""
        with self.closing:
            shut = self.sock
            if shut and shut is not self.metered:
                self.past, self.metered = self.traffic(), shut
                with contextlib.suppress(OSError):
                    shut.shutdown(socket.SHUT_RDWR)
            return shut

    def traffic(self):
        """Return the Traffic of all sockets this connection has had; the end of the connection itself is left out."""
        counting = self.sock and self.sock is not self.metered
        return self.past + (self.sock.traffic() if counting else sockets.Traffic())


class Client:
    """One reader and writer of one room.

    A technique overrides `fetch` and, where they differ, `open`, `page`, `path`, `publish` and `disconnect`. `messages`
    may run in one thread or greenlet while `publish` is called from another.
    """

    technique = None

    def __new__(cls, *args, stage=None, **options):
        """Make the client that a stage brings with it, where it brings one."""
        return super().__new__((stage and techniques.stage_client(cls.technique, stage)) or cls)

    def __init__(
        self, url, room, author="anonymous", after=None, *, stage=None, timeout=TIMEOUT, cookie="", jitter=True
    ):
        """Aim at the server `url`; `after`: id of the last message seen (None: begin with the recent ones).

        `cookie` goes with every request; without `jitter` all clients come back from a fault at the same time.
        Raises ValueError, with one sentence, for a `url` that is no server's.
        """
        self.origin = url.rstrip("/")
        host, port = server_of(self.origin)
        self.reading, self.publishing = (Connection(host, port, timeout=timeout) for _ in range(2))
        self.room, self.author, self.after, self.stage, self.jitter = room, author, after, stage, jitter
        self.headers = {"Cookie": cookie} if cookie else {}
        self.ready_state = CLOSED
        self.requests = self.empty_responses = self.reconnects = self.repeated = self.resets = 0
        self.fetched = collections.deque()  # messages that came and were not yet yielded
        self.opening = threading.Lock()
        self.ended = threading.Event()

    def open(self):
        """Make ready to fetch. Raises OSError where nobody answers, Refused where the server says no."""

    def fetch(self):
        """Wait, the technique's way, for the next messages and return them: perhaps none. Raises as `open` does."""
        raise NotImplementedError

    def publish(self, text, nonce=None, sent_at=None):
        """Publish once, however often the connection breaks; return the stored message. Raises Refused."""
        fields = {"author": self.author, "text": text, "nonce": nonce or secrets.token_urlsafe(16), "sent_at": sent_at}
        return self.retry(lambda: self.ask(self.publishing, "POST", self.path(), fields), self.publishing.close)

    def messages(self):
        """Yield every message of the room once, in order, for ever; come back by itself after any fault.

        Each is the message's dict with `arrived_at` added: when the kernel took it in, ms since the epoch. Ends
        after `close`; raises Refused where coming again cannot help.
        """
        for message, new in self.arrivals():
            if new:
                yield message

    def arrivals(self):
        """Yield (message, whether it is new) for all that the wire brings, for whoever counts what came twice."""
        while not self.ended.is_set():
            while self.fetched:
                message = self.fetched.popleft()
                new = self.after is None or message["id"] > self.after
                if new:
                    self.after = message["id"]
                else:
                    self.repeated += 1
                yield message, new
            batch = self.retry(self._opened_fetch, self.disconnect) or ()
            # Kept, so that whoever stops in the middle of a batch finds the rest of it later.
            self.fetched.extend(message | {"arrived_at": self.arrived_at} for message in batch)

    def _opened_fetch(self):
        self.ensure_open()
        return self.fetch()

    def ensure_open(self):
        """Open unless that is done; whichever thread comes first does it."""
        with self.opening:
            if self.ready_state != OPEN:
                self.ready_state = CONNECTING
                self.open()
                self.ready_state = OPEN

    def retry(self, action, disconnect):
        """Return `action()`; after a fault `disconnect()`, wait (exponential backoff, full jitter) and try again.

        Raises Unreachable if the first connection of all has failed FIRST_TRIES times by its name or by refusal.
        """
        failures = 0
        while not self.ended.is_set():
            try:
                return action()
            except Refused as refused:
                if refused.status not in RETRYABLE:
                    raise
            except TRANSIENT_ERRORS as fault:
                if failures + 1 >= FIRST_TRIES and isinstance(fault, NEVER_THERE) and not self.was_there:
                    raise Unreachable(f"{self.origin}: no server is there: {fault.strerror}.") from fault
            except (AttributeError, ValueError):
                if not self.ended.is_set():  # `close` took the socket away under the reader
                    raise
            finally:
                if self.ended.is_set():
                    disconnect()  # `close` came while the action was about to connect
            if self.ended.is_set():
                break
            disconnect()
            self.reconnects += 1
            longest = min(BACKOFF_MAX, BACKOFF * 2**failures)
            self.ended.wait(random.uniform(0, longest) if self.jitter else longest)
            failures += 1
        return None

    @property
    def was_there(self):
        """Whether the server was ever reached: then it comes back, and is waited for."""
        return bool(self.reading.opened_at or self.publishing.opened_at)

    def disconnect(self):
        """Close the reading connection; the next fetch opens a fresh one."""
        self.ready_state = CLOSED
        self.reading.close()

    def close(self):
        """End for good: `messages` stops."""
        self.ended.set()
        self.reading.over = self.publishing.over = True  # whoever is about to ask gets no fresh connection
        self.disconnect()
        self.publishing.close()

    @property
    def arrived_at(self):
        """When the kernel took in what was fetched last, ms since the epoch."""
        reading = self.reading.sock  # looked at once: another thread may hang up
        return reading.arrived_at if reading else time.time() * 1000

    def traffic(self):
        """Return the Traffic of all connections this client has had."""
        return self.reading.traffic() + self.publishing.traffic()

    def path(self, **query):
        """Return the address of the room's messages with its query; what is None is left out."""
        query = urlencode({name: value for name, value in query.items() if value is not None})
        stage = f"stages/{self.stage}/" if self.stage else ""
        return f"/{self.technique}/{stage}{quote(self.room)}/messages/" + (f"?{query}" if query else "")

    def ask(self, connection, method, path, fields=None):
        """Return the JSON object that the server answers. Raises Refused for its refusals, OSError for faults."""
        body = None if fields is None else json.dumps(fields).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, body, headers | self.headers)
        return self.answer(connection.getresponse())

    def answer(self, response):
        """Return the object in a response's body; raise Refused where its status is one of refusal."""
        self.requests += 1
        body = response.read()
        try:
            fields = json.loads(body)
        except ValueError as exc:
            raise EOFError(f"{response.status} {escaped(response.reason)}: not JSON") from exc
        if response.status >= 400:
            raise refusal(fields.get("error", response.reason), response.status)
        return fields

    def page(self, page):
        """Count a page's emptiness and its reset; return its messages."""
        self.empty_responses += not page["messages"]
        if page.get("reset"):
            self.reset()
        return page["messages"]

    def reset(self):
        """Start anew: the server holds another history than the one that `after` belongs to."""
        self.resets += 1
        self.after = None


def server_of(url):
    """Return (host, port) of a server's address; raise ValueError, with one sentence, if it is none."""
    if url.lower().startswith("https:"):
        raise ValueError("url: https:// is not spoken, use http://, or a proxy that speaks it.")
    try:
        address = urlsplit(url)
        host, port = address.hostname, 80 if address.port is None else address.port
    except ValueError:  # a port that is no number, a bracket without its pair
        host = port = None
    if not (host and port and url == f"http://{address.netloc}") or "@" in address.netloc:
        raise ValueError("url: http://HOST:PORT is expected, without a path.")
    return host, port


def refusal(sentence, status):
    """Return the Refused that a server's sentence makes, without what would move the cursor of a terminal."""
    return Refused(escaped(str(sentence)), status)
