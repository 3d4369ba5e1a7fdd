"""The Python client that exchanges frames."""

import json
import queue
import secrets
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Origin
from websockets.uri import parse_uri

from lab import client
from lab.client import Message, Socket

CHUNK = 65_536  # bytes read at most at a time
CHECK = 0.05  # seconds between checks whether another thread still reads


class Client(client.Client):
    """Keeps one connection open, and publishes on it too."""

    technique = "websocket"
    protocol: ClientProtocol
    handshake: Response | None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reader = threading.Lock()  # held by the thread that reads
        self.state = threading.Lock()  # held while the protocol's state changes
        self.replies: dict[str, queue.SimpleQueue[Message]] = {}  # nonce: where the reply to its publish goes
        self.unfetched: list[Message] = []  # messages read while waiting for a reply

    def open(self) -> None:
        """Connect, and do the handshake."""
        with self.reader:  # a thread that still reads the old connection must not read the new one
            self.reading.close()  # if it was shut down and not yet closed
            self.reading.connect()
            self.protocol = ClientProtocol(
                parse_uri("ws" + self.origin.removeprefix("http") + self.path()), origin=Origin(self.origin)
            )
            request = self.protocol.connect()
            request.headers.update(self.headers)
            self.protocol.send_request(request)
            self.requests += 1
            self.handshake, self.unfetched = None, []
            self.write()
            while self.handshake is None:
                self.unfetched += self.read()
        if self.handshake.status_code != 101:
            self.reading.close()
            raise client.refusal(json.loads(self.handshake.body)["error"], self.handshake.status_code)

    def fetch(self) -> list[Message]:
        """Wait for frames and return the messages in them."""
        with self.reader:
            messages, self.unfetched = self.unfetched, []
            return messages or self.read()

    def publish(self, text: str, nonce: str | None = None, sent_at: float | None = None) -> Message | None:
        """Publish once, on the same connection; return {"type": "published", "nonce", "id"}. Raises Refused."""
        nonce = nonce or secrets.token_urlsafe(16)
        fields = {"type": "publish", "author": self.author, "text": text, "nonce": nonce, "sent_at": sent_at}
        return self.retry(lambda: self.exchange(fields), self.disconnect)

    def disconnect(self) -> None:
        """Shut the connection down, and close it when no thread reads it.

        If it were closed at once, a waiting thread could go on to wait for another file with the same number.
        """
        self.ready_state = client.CLOSED
        sock = self.reading.shut_down()
        with self.reader:
            if self.reading.sock is sock:
                self.reading.close()

    def exchange(self, fields: dict[str, Any]) -> Message:
        """Send one frame and return the frame that replies to it. Raises Refused."""
        self.ensure_open()
        protocol, nonce = self.protocol, fields["nonce"]
        replies = self.replies[nonce] = queue.SimpleQueue()
        try:
            self.write(fields)
            while replies.empty():
                if protocol is not self.protocol or self.ready_state != client.OPEN:
                    raise EOFError("the connection closed before the reply")
                self.wait_for(replies, protocol)
            reply = replies.get()
        finally:
            del self.replies[nonce]
        if reply["type"] == "error":
            raise client.refusal(reply["error"], reply["status"])
        return reply

    def wait_for(self, replies: "queue.SimpleQueue[Message]", protocol: ClientProtocol) -> None:
        """Read, unless another thread does; then wait for what it reads."""
        if self.reader.acquire(blocking=False):
            try:
                if protocol is self.protocol:
                    self.unfetched += self.read()
            finally:
                self.reader.release()
        else:
            try:
                replies.put(replies.get(timeout=CHECK))  # only wait: `exchange` takes it
            except queue.Empty:
                pass

    def read(self) -> list[Message]:
        """Read the bytes that have arrived; return the messages in them, and pass on the replies. Raises EOFError."""
        chunk = self.socket.recv(CHUNK)
        with self.state:
            self.protocol.receive_data(chunk) if chunk else self.protocol.receive_eof()
            events = self.protocol.events_received()
        self.write()  # pongs, and the reply to a close
        messages = [message for event in events for message in self.parse(event)]
        if not chunk or self.protocol.close_rcvd:
            raise EOFError("the connection was closed")
        return messages

    def parse(self, event: object) -> Iterator[Message]:
        """Yield the message of a frame; other frames are replies or resets."""
        if isinstance(event, Response):
            self.handshake = event
        elif isinstance(event, Frame) and event.data and event.opcode == event.opcode.TEXT:
            fields = json.loads(bytes(event.data))
            kind = fields.pop("type")
            if kind == "message":
                yield fields
            elif kind == "reset":
                self.reset()
            elif fields.get("nonce") in self.replies:
                self.replies[fields["nonce"]].put(fields | {"type": kind})

    def write(self, fields: dict[str, Any] | None = None) -> None:
        """Write the protocol's own data, and one frame of JSON if `fields` are given. Raises EOFError."""
        with self.state:
            if fields is not None:
                if self.protocol.state is not State.OPEN:
                    raise EOFError("the connection is about to close")
                self.protocol.send_text(json.dumps(fields).encode())
            for data in self.protocol.data_to_send():
                if data:
                    self.socket.sendall(data)

    @property
    def socket(self) -> Socket:
        """The open socket. Raises EOFError if another thread has closed it."""
        sock = self.reading.sock
        if sock is None:
            raise EOFError("the connection was closed")
        return sock

    def path(self, **query: object) -> str:
        """Return the path of the room's WebSocket."""
        stage = f"stages/{self.stage}/" if self.stage else ""
        after = "" if self.after is None else f"?after={self.after}"
        return f"/ws/websocket/{stage}{quote(self.room)}/{after}"
