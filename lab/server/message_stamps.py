"""Timestamps of each message on its way through this process, for a benchmark.

`GET /message-stamps` returns them as CSV, see `lab.server.stamp_columns`.
"""

import csv
import io
import json
import re
import time
from typing import Any

from lab.access.asgi_types import Application, Receive, Scope, Send
from lab.chat.hub import Hub, process_hub
from lab.server.stamp_columns import COLUMNS, PATH

MESSAGES_MAX = 100_000  # messages that have timestamps; later ones have none
EARLY = 200  # writes of a connection that are remembered; a new one gets the recent messages before it can publish
KEY = re.compile(rb'"id":([0-9]+),"room":("(?:[^"\\]|\\.)*")')  # in a message as JSON


class Stamps:
    """The timestamps of one message."""

    __slots__ = ("announced", "committed", "received", "writes", "written_sum")

    def __init__(self) -> None:
        self.received = self.committed = self.announced = self.written_sum = 0.0
        self.writes = 0


class MessageStamps:
    """ASGI middleware that timestamps the messages of this process's hub, from the first request on."""

    def __init__(self, app: Application) -> None:
        """Wrap `app`."""
        self.app = app
        self.messages: dict[tuple[str, int], Stamps] = {}
        self.hub: Hub | None = None
        self.last_data = b""
        self.last_stamps: list[Stamps] = []  # of the messages in `last_data`: many readers get the same bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, except a request for the timestamps."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await self.respond(send)
        else:
            if self.hub is None:
                self.hub = process_hub()
                self.watch(self.hub)
            reader = Reader(self, scope, receive, send)
            await self.app(reader.scope, reader.receive, reader.send)

    def watch(self, hub: Hub) -> None:
        """Timestamp what the store and the broker of a hub do."""
        add, commit, subscribe = hub.store.add, hub.store.commit, hub.broker.subscribe

        async def stamped_add(draft: Any, on_commit: Any) -> Any:
            received = now()
            message, new = await add(draft, on_commit)
            if new and (stamps := self.of(message.room, message.id)):
                stamps.received = received
            return message, new

        def stamped_commit(drafts: Any, deadline: float) -> Any:
            results, committed = commit(drafts, deadline), now()
            for result in results:
                if isinstance(result, tuple) and result[1] and (stamps := self.of(result[0].room, result[0].id)):
                    stamps.committed = committed
            return results

        def stamped_subscribe(room: str, on_messages: Any) -> Any:
            async def stamped(messages: Any) -> None:
                announced = now()
                for message in messages:
                    if stamps := self.of(message.room, message.id):
                        stamps.announced = stamps.announced or announced
                await on_messages(messages)

            return subscribe(room, stamped)

        replaced: Any = hub
        replaced.store.add, replaced.store.commit = stamped_add, stamped_commit
        replaced.broker.subscribe = stamped_subscribe

    def of(self, room: str, number: int) -> Stamps | None:
        """Return the Stamps of a message; None beyond MESSAGES_MAX."""
        stamps = self.messages.get((room, number))
        if stamps is None and len(self.messages) < MESSAGES_MAX:
            stamps = self.messages.setdefault((room, number), Stamps())
        return stamps

    def wrote(self, data: bytes, written: float) -> list[Stamps]:
        """Count the messages in some bytes as written to one reader at a time; return their Stamps."""
        if data is not self.last_data:
            keys = [(json.loads(room), int(number)) for number, room in KEY.findall(data)]
            self.last_data, self.last_stamps = data, [stamps for key in keys if (stamps := self.of(*key))]
        for stamps in self.last_stamps:
            stamps.writes += 1
            stamps.written_sum += written
        return self.last_stamps

    async def respond(self, send: Send) -> None:
        """Send the timestamps as CSV."""
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        for (room, number), stamps in list(self.messages.items()):
            mean = stamps.written_sum / stamps.writes if stamps.writes else 0.0
            times = stamps.received, stamps.committed, stamps.announced, stamps.writes, mean
            rows.writerow((room, number, *(f"{value:.4f}" if isinstance(value, float) else value for value in times)))
        headers = [(b"content-type", b"text/csv; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text.getvalue().encode()})


class Reader:
    """One request or WebSocket, whose writes are timestamped unless it publishes."""

    def __init__(self, stamps: MessageStamps, scope: Scope, receive: Receive, send: Send) -> None:
        self.stamps, self.server_receive, self.server_send = stamps, receive, send
        self.publishes = scope.get("method") == "POST"
        self.may_publish = scope["type"] == "websocket"
        self.early: list[tuple[Stamps, float]] = []  # the first writes of a connection that may publish later
        self.scope: Any = scope
        if push := scope.get("push"):
            self.server_push: Any = push
            self.scope = {**scope, "push": self.push}

    async def receive(self) -> Any:
        """Return the next event; a client that sends a frame publishes."""
        event = await self.server_receive()
        if event["type"] == "websocket.receive" and not self.publishes:
            self.publishes = True
            for stamps, written in self.early:
                stamps.writes -= 1
                stamps.written_sum -= written
        return event

    async def send(self, event: Any) -> None:
        """Send an event, and timestamp the messages in it."""
        self.wrote(event.get("body") or event.get("bytes") or (event.get("text") or "").encode(), now())
        await self.server_send(event)

    def push(self, data: bytes) -> bool:
        """Write bytes at once if there is room for them, and timestamp the messages in them."""
        written, done = now(), bool(self.server_push(data))
        if done:
            self.wrote(data, written)
        return done

    def wrote(self, data: bytes, written: float) -> None:
        """Count the messages in some bytes, unless this connection publishes."""
        if data and not self.publishes:
            written_to = self.stamps.wrote(data, written)
            if self.may_publish:
                self.early += [(stamps, written) for stamps in written_to]
                self.may_publish = len(self.early) < EARLY


def now() -> float:
    """Return the time, ms since the epoch."""
    return time.time() * 1000
