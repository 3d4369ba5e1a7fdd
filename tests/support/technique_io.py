"""The same functions for every technique: publish and read, without the lab's own clients."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice

from lab.techniques import TECHNIQUES
from support import raw_http, raw_websocket
from support.processes import PATIENCE, until
from support.sse_parser import stream

HTTP = [technique for technique in TECHNIQUES if import_module(technique).ANSWER]  # they publish by POST
STAGES = [(technique, stage) for technique in TECHNIQUES for stage in import_module(technique).STAGES]
PUSHED = ("sse", "websocket")  # techniques that deliver without another request
LONG = "😀" * 3_990  # a text of 16 KB
WINDOW = 20  # messages of one publisher that are not acknowledged yet, at most


@dataclass
class FirstRead:
    """The first messages that a reader got, and whether the server sent a reset."""

    messages: list
    reset: bool

    @property
    def ids(self):
        """The messages' ids."""
        return [message["id"] for message in self.messages]


def client(technique, server, room, author="Ann", **options):
    """Return the technique's own Python client."""
    options = ({"interval": 0.05} if technique == "polling" else {}) | options
    return import_module(f"{technique}.client").Client(server.url, room, author, **options)


def assert_delivered(reader, publish):
    """Check that a client reads each of three texts right after `publish(text)`; close the client."""
    messages = reader.messages()
    for number in range(3):
        publish(str(number))
        assert next(messages)["text"] == str(number)
    reader.close()


def publish(technique, server, room, text="hi", author="Ann", **more):
    """Publish; return (status, body). An acknowledgement by WebSocket counts as 201."""
    status, response = publish_fields(technique, server, room, {"author": author, "text": text} | more)
    if "id" in response:
        wait_until_announced(server, room, response["id"])
    return status, response


def wait_until_announced(server, room, last):
    """Wait until all processes of a deployment know the message `last`; a single process knows it at once."""
    for process in getattr(server, "servers", []):
        heads = partial(raw_http.get, process.url, raw_http.room_path("polling", room))
        until(lambda heads=heads: heads().json["last"] >= last, f"{process.url} never knows message {last}")


def publish_fields(technique, server, room, fields):
    """Publish an object with any fields, or a body of any bytes; return (status, JSON of the response)."""
    if technique in HTTP:
        response = raw_http.post(server.url, raw_http.room_path(technique, room), fields)
        return response.status, response.json
    with raw_websocket.open_websocket(server.url, room) as connection:
        return publish_frame(connection, fields)


def publish_frame(connection, fields):
    """Publish on an open WebSocket; return (201 or the refusal's status, JSON of the frame)."""
    if isinstance(fields, dict):
        fields = json.dumps({"type": "publish", "nonce": secrets.token_hex(8)} | fields)
    elif isinstance(fields, bytes):
        fields = fields.decode()
    connection.send(fields)
    while (response := raw_websocket.receive_json(connection))["type"] in ("message", "reset"):
        pass
    return (response["status"] if response["type"] == "error" else 201), response


def publish_many(server, room, count, text="{}", window=WINDOW):
    """Publish `count` messages on one connection; at most `window` are not acknowledged at a time."""
    with raw_websocket.open_websocket(server.url, room) as connection:
        published = last = 0
        for number in range(1, count + window + 1):
            if number <= count:
                raw_websocket.send_json(connection, type="publish", author="Ann", text=text.format(number))
            while published < number - window:  # a client that never reads would block the server, too
                response = raw_websocket.receive_json(connection)
                published += response["type"] == "published"
                last = max(last, response.get("id", 0))
    wait_until_announced(server, room, last)


def read(technique, server, room, count, query=""):
    """Return the FirstRead of a new reader: `count` messages or more."""
    return READERS[import_module(technique).ANSWER](technique, server, room, count, query)


def _read_poll(technique, server, room, count, query):
    hold = "&hold=0.1" if "hold" in import_module(technique).PARAMETERS else ""
    response = raw_http.get(server.url, raw_http.room_path(technique, room, (query or "?") + hold))
    assert response.status == 200, response.body
    return FirstRead(response.json["messages"], response.json.get("reset", False))


def _read_stream(technique, server, room, count, query):
    with stream(server.url, raw_http.room_path(technique, room, query)) as events:
        messages = events.messages(count)
        return FirstRead(messages, any(kind == "reset" for kind, _data, _id in events.events))


def _read_socket(_technique, server, room, count, query):
    messages, reset = [], False
    with raw_websocket.open_websocket(server.url, room, query) as connection:
        while len(messages) < count:
            fields = raw_websocket.receive_json(connection)
            kind = fields.pop("type")
            if kind == "message":
                messages.append(fields)
            reset = reset or kind == "reset"
    return FirstRead(messages, reset)


READERS = {"application/json": _read_poll, "text/event-stream": _read_stream, None: _read_socket}  # by ANSWER


def stalled_reader(technique, server, room, *headers):
    """Open a stream or a WebSocket that delivers a room from its first message, and do not read from it."""
    if technique == "websocket":
        return raw_websocket.stalled_websocket(server, room, *headers)
    return raw_http.stalled_request(server, raw_http.room_path(technique, room, "?after=0"), *headers)


@contextmanager
def reading(server, room, count):
    """Read `count` messages by every technique in the background; yield the futures of the messages."""
    readers = [client(technique, server, room, after=0) for technique in TECHNIQUES]
    with ThreadPoolExecutor(len(readers)) as pool:
        try:
            yield [pool.submit(lambda reader=reader: list(islice(reader.messages(), count))) for reader in readers]
        finally:
            for reader in readers:
                reader.close()


def results_of(futures):
    """Wait for all futures; return their results."""
    return [future.result(PATIENCE) for future in futures]


def stage_path(technique, stage, room, query=""):
    """Return the path of a room's messages in a stage."""
    return f"/{technique}/stages/{stage}/{room}/messages/{query}"
