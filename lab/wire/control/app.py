"""The control as an ASGI application: JSON and an event stream over HTTP.

GET  /state                  the server, the profiles, the wires
GET  /events                 text/event-stream: `event: exchanges` with {"exchanges": […], "left_out": n}, at most 20
                             per second, and `event: state` with the same as /state, once a second
GET  /exchanges/ID           one exchange, its bytes in base64, and its parts
GET  /capture.pcapng?wire=W  the recent exchanges as a file for Wireshark
GET  /capture.json?seconds=S {"exchanges": […]} of the last S seconds, and the openings of their connections, each as at
                             /exchanges/ID; long ones are shortened
POST /wires/NAME/link        a profile or values; NAME may be `all`
POST /wires/NAME/fault       {"fault", "seconds"?, "rate"?}
POST /wires/NAME/schedule    {"faults": [{"at", "fault", …}]} or {"seed", "seconds", "every"}: faults at set times
POST /server/restart         {"away": seconds}: SIGKILL, then start

A link, a fault or a restart may have "by", a name of at most 40 characters: "changes" in the state says who made each.
The response to a POST is the new /state; for a schedule, the schedule. The response to a refused request is
{"error": "one sentence"}. Without a token, a Host other than this machine's is refused (DNS rebinding); a foreign
Origin is always refused.
"""

import asyncio
import base64
import re
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from lab.messages.errors import Refused
from lab.messages.validation import UNSTORABLE
from lab.wire.capture import pcapng
from lab.wire.capture.capture import AGE_MAX, OPENING_KINDS, Capture, Exchange
from lab.wire.control.http import (
    PREFLIGHT,
    SAFE,
    Headers,
    Receive,
    Scope,
    Send,
    check_access,
    check_fields,
    disconnected,
    encode_event,
    encode_json,
    number_field,
    query_value,
    read_json,
    send_refusal,
    send_response,
)
from lab.wire.dissect import dissect
from lab.wire.relay import faults, link
from lab.wire.relay.wire import Wire
from lab.wire.supervised_server import AWAY_MAX, ServerStartError, SupervisedServer

BATCH_INTERVAL = 0.05  # seconds between two batches of exchanges
BATCH_MAX = 500  # exchanges in a batch; the newest, if there are more
STATE_INTERVAL = 1.0  # seconds between two events with the state
LISTENERS_MAX = 64
DOWNLOADS_MAX = 4  # captures that are sent at the same time; each is a file of up to 40 MB in memory
SEED_MAX = 100  # characters
NAME_MAX = 40  # characters
JSON_SECONDS = 60.0  # of a capture as JSON, if the request does not say
JSON_EXCHANGES_MAX = 5_000  # in it; the newest, if there are more
JSON_BYTES_MAX = 16_384  # kept of each exchange, from its beginning


class Control:
    """Shows the wires and changes them."""

    def __init__(
        self,
        wires: dict[str, Wire],
        server: SupervisedServer,
        capture: Capture,
        origins: Iterable[str] = (),
        token: str | None = None,
        hosts: Iterable[str] = (),
    ):
        """Control `wires`, by name.

        `origins`: of pages that may use it; `token`: None if it needs none; `hosts`: its names besides this machine's.
        """
        self.wires, self.server, self.capture = wires, server, capture
        self.origins, self.token, self.hosts = frozenset(origins), token, frozenset(hosts)
        self.listeners = self.downloads = 0
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] != "http":
            return
        cors: Headers = []
        try:
            cors = check_access(scope, self.origins, self.token, self.hosts)
            if scope["method"] == "OPTIONS":
                await send_response(send, 204, b"", [*cors, *PREFLIGHT])
                return
            await self.route(scope, receive, send, cors)
        except Refused as refused:
            await send_refusal(send, refused, cors)

    async def route(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """Call the view for the address."""
        for pattern, method, view in ROUTES:
            if match := re.fullmatch(pattern, scope["path"]):
                allowed = ("GET", "HEAD") if method == "GET" else (method,)  # uvicorn omits the body of a HEAD
                if scope["method"] not in allowed:
                    raise Refused(f"method: {' or '.join(allowed)}.", 405, {"Allow": ", ".join(allowed)})
                if method == "GET":
                    await view(self, scope, receive, send, cors, *match.groups())
                else:
                    fields = await view(self, await read_json(scope, receive), *match.groups())
                    await send_response(send, 200, encode_json(fields), cors)
                return
        raise Refused("address: nothing is here.", 404)

    def snapshot(self) -> dict[str, Any]:
        """Return the current state of the server and the wires."""
        return {
            "server": self.server.state(),
            "listeners": self.listeners,
            "profiles": {name: profile.as_dict() for name, profile in link.PROFILES.items()},
            "faults": faults.FAULTS,
            "wires": [wire.state() for wire in self.wires.values()],
        }

    async def state(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """Send the current state."""
        await send_response(send, 200, encode_json(self.snapshot()), cors)

    async def events(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """Send exchanges and states as they come."""
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *SAFE, *cors]
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        if self.listeners >= LISTENERS_MAX:
            raise Refused("too many listeners, try again.", 503, retry_after=1)
        self.listeners += 1
        leaving = asyncio.create_task(disconnected(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            last_id, next_state = self.capture.last_id, 0.0
            while not (leaving.done() or self.stopping.is_set()):
                data = b""
                if asyncio.get_running_loop().time() >= next_state:
                    data += encode_event("state", self.snapshot())
                    next_state = asyncio.get_running_loop().time() + STATE_INTERVAL
                if self.capture.last_id > last_id:
                    data += encode_event("exchanges", self.batch(last_id))
                    last_id = self.capture.last_id
                if data:
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                await asyncio.wait([leaving], timeout=BATCH_INTERVAL)
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            self.listeners -= 1

    def batch(self, last_id: int) -> dict[str, Any]:
        """Return the exchanges after the one with this id, at most BATCH_MAX, and how many are left out."""
        exchanges = self.capture.since(max(last_id, self.capture.last_id - BATCH_MAX))
        left_out = self.capture.last_id - last_id - len(exchanges)
        return {"exchanges": [exchange.as_dict() for exchange in exchanges], "left_out": left_out}

    async def exchange(self, scope: Scope, receive: Receive, send: Send, cors: Headers, exchange_id: str) -> None:
        """Send one exchange, its bytes and its parts."""
        exchange = self.capture.find(int(exchange_id))
        if exchange is None:
            raise Refused("exchange: unknown, or no longer kept.", 404)
        await send_response(send, 200, encode_json(described(exchange)), cors)

    async def recent(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """Send the capture of the last seconds as JSON, for a quiz or a recording."""
        try:
            seconds = float(query_value(scope, "seconds") or JSON_SECONDS)
        except ValueError:
            seconds = -1.0
        oldest = (time.time() - number_field({"seconds": seconds}, "seconds", 0, AGE_MAX)) * 1000
        exchanges = self.capture.exchanges_of()
        used = {(exchange.wire, exchange.connection) for exchange in exchanges if exchange.at >= oldest}
        exchanges = [
            exchange
            for exchange in exchanges
            if exchange.at >= oldest
            or (exchange.kind in OPENING_KINDS and (exchange.wire, exchange.connection) in used)
        ]
        async with self.downloading():
            fields = await asyncio.to_thread(shortened, exchanges[-JSON_EXCHANGES_MAX:])
            await send_response(send, 200, encode_json({"exchanges": fields}), cors)

    async def download(self, scope: Scope, receive: Receive, send: Send, cors: Headers) -> None:
        """Send the capture as a file."""
        name = query_value(scope, "wire")
        if name not in (None, "all", *self.wires):
            raise Refused(f"wire: one of {', '.join(self.wires)}.", 404)
        name = None if name == "all" else name
        addresses = {wire.name: (wire.host, wire.port) for wire in self.wires.values() if name in (None, wire.name)}
        disposition = b'attachment; filename="capture.pcapng"'
        headers = [(b"content-type", b"application/x-pcapng"), (b"content-disposition", disposition)]
        async with self.downloading():
            file = await asyncio.to_thread(pcapng.encode, self.capture.exchanges_of(name), addresses)
            await send_response(send, 200, file, [*headers, *cors])

    @asynccontextmanager
    async def downloading(self) -> AsyncIterator[None]:
        """Count a download in the block; raise Refused if there are too many."""
        if self.downloads >= DOWNLOADS_MAX:
            raise Refused("too many downloads, try again.", 503, retry_after=1)
        self.downloads += 1
        try:
            yield
        finally:
            self.downloads -= 1

    def named(self, name: str) -> list[Wire]:
        """Return the wire of this name, or all wires for `all`; raise Refused."""
        if name == "all":
            return list(self.wires.values())
        if name not in self.wires:
            raise Refused(f"wire: one of {', '.join(self.wires)}, all.", 404)
        return [self.wires[name]]

    async def set_link(self, fields: dict[str, Any], name: str) -> dict[str, Any]:
        """Change links: all of the wires or, if one refuses, none."""
        wires, by = self.named(name), take_name(fields)
        try:
            for wire in wires:
                link.changed(wire.link, fields)
            for wire in wires:
                wire.set_link(fields, by)
        except link.InvalidLink as exc:
            raise Refused(str(exc)) from exc
        return self.snapshot()

    async def set_fault(self, fields: dict[str, Any], name: str) -> dict[str, Any]:
        """Set the fault of wires."""
        by = take_name(fields)
        try:
            for wire in self.named(name):
                wire.faults.set(fields, by)
        except faults.InvalidFault as exc:
            raise Refused(str(exc)) from exc
        return self.snapshot()

    async def set_schedule(self, fields: dict[str, Any], name: str) -> dict[str, Any]:
        """Set the schedule of wires, from a list of faults or at random."""
        wires = self.named(name)
        try:
            if "faults" in fields:
                check_fields(fields, "faults")
                schedule = fields["faults"]
            else:
                check_fields(fields, "seed", "seconds", "every")
                seconds, every = (number_field(fields, key, 0.1, faults.SECONDS_MAX) for key in ("seconds", "every"))
                schedule = faults.random_schedule(seed_of(fields), seconds, every)
            for wire in wires:
                wire.faults.follow(schedule)
        except faults.InvalidFault as exc:
            raise Refused(str(exc)) from exc
        return {"faults": schedule}

    async def restart(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Kill the server, and start it again after a while."""
        by = take_name(fields)
        check_fields(fields, "away")
        away = number_field({"away": 0} | fields, "away", 0, AWAY_MAX)
        if not self.server.command:
            raise Refused("server: not started by the wire, so the wire cannot restart it.")
        if self.server.restarting.locked():
            raise Refused("server: a restart is under way.", 409)
        try:
            # Shielded, so that the server comes back even if the client disconnects meanwhile.
            await asyncio.shield(self.server.restart(away, by))
        except ServerStartError as exc:
            raise Refused(str(exc), 503) from exc
        return self.snapshot()


def take_name(fields: dict[str, Any]) -> str | None:
    """Take "by" out of a body; raise Refused if it is no name."""
    value = fields.pop("by", None)
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= NAME_MAX and value.isprintable()):
        raise Refused(f"by: a name of at most {NAME_MAX} characters.")
    return value


def described(exchange: Exchange) -> dict[str, Any]:
    """Return the fields of an exchange with its bytes and its parts."""
    return exchange.as_dict() | {
        "bytes": base64.b64encode(exchange.data).decode(),
        "whole": len(exchange.data) == exchange.size,
        "parts": dissect(exchange),
    }


def shortened(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    """Return the fields of exchanges, each with its first JSON_BYTES_MAX bytes; the messages are those of all bytes."""
    return [
        described(replace(exchange, data=exchange.data[:JSON_BYTES_MAX])) | {"messages": exchange.messages()}
        for exchange in exchanges
    ]


def seed_of(fields: dict[str, Any]) -> str:
    """Return the seed of a schedule; raise Refused if it is neither a text nor a whole number."""
    value = fields.get("seed")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        value = str(value)
    if not isinstance(value, str) or len(value) > SEED_MAX or UNSTORABLE.search(value):
        raise Refused(f"seed: a whole number, or a text of at most {SEED_MAX} characters.")
    return value


ROUTES: list[tuple[str, str, Any]] = [
    ("/state", "GET", Control.state),
    ("/events", "GET", Control.events),
    (r"/exchanges/([0-9]{1,15})", "GET", Control.exchange),
    (r"/capture\.pcapng", "GET", Control.download),
    (r"/capture\.json", "GET", Control.recent),
    ("/wires/([^/]+)/link", "POST", Control.set_link),
    ("/wires/([^/]+)/fault", "POST", Control.set_fault),
    ("/wires/([^/]+)/schedule", "POST", Control.set_schedule),
    ("/server/restart", "POST", Control.restart),
]
