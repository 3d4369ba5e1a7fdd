"""The Python client that speaks frames."""

import json
import queue
import secrets
import threading
from urllib.parse import quote

from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from lab import client

CHUNK = 65_536  # bytes read at most at a time
PATIENCE = 0.05  # seconds between looks whether the thread that reads is still there


class Client(client.Client):
    """Keeps one connection open, and publishes on it too."""

    technique = "websocket"

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.turn = threading.Lock()  # held by the thread that reads
        self.state = threading.Lock()  # held while the protocol's state changes
        self.answers = {}  # nonce: where the answer to its publish is put
        self.unfetched = []  # messages read while waiting for an answer

    def open(self):
        """Connect and shake hands."""
        with self.turn:  # whoever still reads the connection before must not find this one in its place
            self.reading.close()  # what was shut and not yet closed
            self.reading.connect()
            self.protocol = ClientProtocol(
                parse_uri("ws" + self.origin.removeprefix("http") + self.path()), origin=self.origin
            )
            request = self.protocol.connect()
            request.headers.update(self.headers)
            self.protocol.send_request(request)
            self.requests += 1
            self.responses, self.unfetched = [], []
            self.write()
            while not self.responses:
                self.unfetched += self.read()
        if self.responses[0].status_code != 101:
            self.reading.close()
            raise client.refusal(json.loads(self.responses[0].body)["error"], self.responses[0].status_code)

    def fetch(self):
        """Wait for frames and return the messages in them."""
        with self.turn:
            messages, self.unfetched = self.unfetched, []
            return messages or self.read()

    def publish(self, text, nonce=None, sent_at=None):
        """Publish once, on the same connection; return {"type": "published", "nonce", "id"}. Raises Refused."""
        nonce = nonce or secrets.token_urlsafe(16)
        fields = {"type": "publish", "author": self.author, "text": text, "nonce": nonce, "sent_at": sent_at}
        return self.retry(lambda: self.exchange(fields), self.disconnect)

    def disconnect(self):
        """Shut the connection, and close it once nobody reads it.

        Whoever waited on a file that is closed could go on waiting on the next one that the system gives its number.
        """
        self.ready_state = client.CLOSED
        shut = self.reading.shut()
        with self.turn:
            if self.reading.sock is shut:
                self.reading.close()

    def exchange(self, fields):
        """Write one frame and return the frame that answers it."""
        self.ensure_open()
        protocol, nonce = self.protocol, fields["nonce"]
        answer = self.answers[nonce] = queue.SimpleQueue()
        try:
            self.write(fields)
            while answer.empty():
                if protocol is not self.protocol or self.ready_state != client.OPEN:
                    raise EOFError("the connection went away before the answer")
                self.wait_for(answer, protocol)
            fields = answer.get()
        finally:
            del self.answers[nonce]
        if fields["type"] == "error":
            raise client.refusal(fields["error"], fields["status"])
        return fields

    def wait_for(self, answer, protocol):
        """Read, or let the thread that reads do it."""
        if self.turn.acquire(blocking=False):
            try:
                if protocol is self.protocol:
                    self.unfetched += self.read()
            finally:
                self.turn.release()
        else:
            try:
                answer.put(answer.get(timeout=PATIENCE))  # looked at, and left for whoever exchanges
            except queue.Empty:
                pass

    def read(self):
        """Read what has come; return the messages in it, hand out the answers."""
        chunk = self.socket.recv(CHUNK)
        with self.state:
            self.protocol.receive_data(chunk) if chunk else self.protocol.receive_eof()
            events = self.protocol.events_received()
        self.write()  # pongs, and the answer to a close
        messages = [message for event in events for message in self.parse(event)]
        if not chunk or self.protocol.close_rcvd:
            raise EOFError("the connection was closed")
        return messages

    def parse(self, event):
        """Yield the message of a frame; other frames are answers, or say that history starts anew."""
        if isinstance(event, Response):
            self.responses.append(event)
        elif isinstance(event, Frame) and event.data and event.opcode == event.opcode.TEXT:
            fields = json.loads(event.data)
            kind = fields.pop("type")
            if kind == "message":
                yield fields
            elif kind == "reset":
                self.reset()
            elif fields.get("nonce") in self.answers:
                self.answers[fields["nonce"]].put(fields | {"type": kind})

    def write(self, fields=None):
        """Write what the protocol has to say, and one frame of JSON if given."""
        with self.state:
            if fields is not None:
                if self.protocol.state is not State.OPEN:
                    raise EOFError("the connection is about to close")
                self.protocol.send_text(json.dumps(fields).encode())
            for data in self.protocol.data_to_send():
                if data:
                    self.socket.sendall(data)

    @property
    def socket(self):
        """The open socket. Raises EOFError where the other thread has hung up."""
        if (open_socket := self.reading.sock) is None:
            raise EOFError("the connection was hung up")
        return open_socket

    def path(self):
        """Return the address of the room's WebSocket."""
        stage = f"stages/{self.stage}/" if self.stage else ""
        after = "" if self.after is None else f"?after={self.after}"
        return f"/ws/websocket/{stage}{quote(self.room)}/{after}"
