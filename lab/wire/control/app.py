"""The wires' control and statistics: an ASGI application, HTTP with JSON and an event stream.

GET  /state                  the server, the profiles, the wires
GET  /events                 text/event-stream: `event: exchanges` with {"exchanges": […], "left_out": n}, at most 20 a
                             second, and `event: state` with the same as /state, once a second
GET  /exchanges/ID           one exchange, its bytes in base64, and its parts
GET  /capture.pcapng?wire=W  what was captured, as a file for Wireshark
POST /wires/NAME/link        a profile or figures; NAME may be `all`
POST /wires/NAME/fault       {"fault", "seconds"?, "rate"?}
POST /wires/NAME/schedule    {"faults": [{"at", "fault", …}]} or {"seed", "seconds", "every"}: faults in their time
POST /server/restart         {"away": seconds}: SIGKILL, then start

POST answers with the new /state (a schedule with itself), everything refused with {"error": "one sentence"}. A Host
that is not this machine's is refused where there is no token (DNS rebinding), a foreign Origin always.
"""

import asyncio
import base64
import re

from lab.messages.errors import Refused
from lab.messages.validation import UNSTORABLE
from lab.wire import dissect
from lab.wire.capture import pcapng
from lab.wire.control.http import (
    PREFLIGHT,
    SAFE,
    answer,
    check,
    encode,
    event,
    known,
    left,
    number,
    queried,
    read,
    refuse,
)
from lab.wire.relay import faults, link
from lab.wire.supervised_server import AWAY_MAX, NotUp

BATCH = 0.05  # seconds between batches of exchanges
BATCH_MAX = 500  # exchanges in a batch; of more the newest
STATE = 1.0  # seconds between statistics
LISTENERS_MAX = 64
DOWNLOADS_MAX = 4  # captures that are given at a time; each is held as a file of up to 40 MB
SEED_MAX = 100  # characters


class Control:
    """Tells of the wires and changes them."""

    def __init__(self, wires, server, capture, origins=(), token=None):
        """Control `wires`, {name: Wire}; `origins` may ask, by page; `token`: needed by everybody, None: loopback."""
        self.wires, self.server, self.capture = wires, server, capture
        self.origins, self.token = frozenset(origins), token
        self.listeners = self.downloads = 0
        self.ending = asyncio.Event()

    async def __call__(self, scope, receive, send):
        """Answer one request."""
        if scope["type"] != "http":
            return
        cors = []
        try:
            cors = check(scope, self.origins, self.token)
            if scope["method"] == "OPTIONS":
                await answer(send, 204, b"", [*cors, *PREFLIGHT])
                return
            await self.route(scope, receive, send, cors)
        except Refused as refused:
            await refuse(send, refused, cors)

    async def route(self, scope, receive, send, cors):
        """Call what the address names."""
        for pattern, method, view in ROUTES:
            if match := re.fullmatch(pattern, scope["path"]):
                allowed = ("GET", "HEAD") if method == "GET" else (method,)  # uvicorn leaves the body of a HEAD out
                if scope["method"] not in allowed:
                    raise Refused(f"method: {' or '.join(allowed)}.", 405, {"Allow": ", ".join(allowed)})
                if method == "GET":
                    await view(self, scope, receive, send, cors, *match.groups())
                else:
                    fields = await view(self, await read(scope, receive), *match.groups())
                    await answer(send, 200, encode(fields), cors)
                return
        raise Refused("address: nothing is here.", 404)

    def told(self):
        """Return what /state tells."""
        return {
            "server": self.server.state(),
            "listeners": self.listeners,
            "profiles": {name: profile.as_dict() for name, profile in link.PROFILES.items()},
            "faults": faults.FAULTS,
            "wires": [wire.state() for wire in self.wires.values()],
        }

    async def state(self, scope, receive, send, cors):
        """Tell of the server and the wires."""
        await answer(send, 200, encode(self.told()), cors)

    async def events(self, scope, receive, send, cors):
        """Tell what happens, as it happens."""
        head = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *SAFE, *cors]
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": head})
            await send({"type": "http.response.body", "body": b""})
            return
        if self.listeners >= LISTENERS_MAX:
            raise Refused("too many listen already, try again.", 503, {"Retry-After": "1"})
        self.listeners += 1
        leaving = asyncio.create_task(left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": head})
            last, due = self.capture.last, 0.0
            while not (leaving.done() or self.ending.is_set()):
                text = b""
                if asyncio.get_running_loop().time() >= due:
                    text += event("state", self.told())
                    due = asyncio.get_running_loop().time() + STATE
                if self.capture.last > last:
                    text += event("exchanges", self.batch(last))
                    last = self.capture.last
                if text:
                    await send({"type": "http.response.body", "body": text, "more_body": True})
                await asyncio.wait([leaving], timeout=BATCH)
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            self.listeners -= 1

    def batch(self, last):
        """Return the exchanges after the id `last`, the newest where they are too many."""
        new = self.capture.since(max(last, self.capture.last - BATCH_MAX))
        left_out = self.capture.last - last - len(new)
        return {"exchanges": [exchange.as_dict() for exchange in new], "left_out": left_out}

    async def exchange(self, scope, receive, send, cors, number):
        """Show one exchange, taken apart."""
        exchange = self.capture.find(int(number))
        if exchange is None:
            raise Refused("exchange: not here, or not any more.", 404)
        fields = exchange.as_dict() | {
            "bytes": base64.b64encode(exchange.data).decode(),
            "whole": len(exchange.data) == exchange.size,
            "parts": dissect.taken_apart(exchange),
        }
        await answer(send, 200, encode(fields), cors)

    async def download(self, scope, receive, send, cors):
        """Give the capture as a file."""
        name = queried(scope, "wire")
        if name not in (None, "all", *self.wires):
            raise Refused(f"wire: one of {', '.join(self.wires)}.", 404)
        name = None if name == "all" else name
        wires = {wire.name: (wire.host, wire.port) for wire in self.wires.values() if name in (None, wire.name)}
        disposition = b'attachment; filename="capture.pcapng"'
        headers = [(b"content-type", b"application/x-pcapng"), (b"content-disposition", disposition)]
        if self.downloads >= DOWNLOADS_MAX:
            raise Refused("too many take the capture already, try again.", 503, {"Retry-After": "1"})
        self.downloads += 1
        try:
            file = await asyncio.to_thread(pcapng.file, self.capture.of(name), wires)
            await answer(send, 200, file, [*headers, *cors])
        finally:
            self.downloads -= 1

    def named(self, name):
        """Return the wires that a name means."""
        if name == "all":
            return list(self.wires.values())
        if name not in self.wires:
            raise Refused(f"wire: one of {', '.join(self.wires)}, all.", 404)
        return [self.wires[name]]

    async def set_link(self, fields, name):
        """Change links."""
        wires = self.named(name)
        try:
            for wire in wires:
                link.changed(wire.link, fields)  # all of them or none
            for wire in wires:
                wire.set_link(fields)
        except link.NoLink as exc:
            raise Refused(str(exc)) from exc
        return self.told()

    async def set_fault(self, fields, name):
        """Put a fault on wires."""
        try:
            for wire in self.named(name):
                wire.faults.set(fields)
        except faults.NoFault as exc:
            raise Refused(str(exc)) from exc
        return self.told()

    async def set_schedule(self, fields, name):
        """Let faults come in their time."""
        wires = self.named(name)
        try:
            if "faults" in fields:
                known(fields, "faults")
                schedule = fields["faults"]
            else:
                known(fields, "seed", "seconds", "every")
                seconds, every = (number(fields, key, 0.1, faults.SECONDS_MAX) for key in ("seconds", "every"))
                schedule = faults.by_chance(seed(fields), seconds, every)
            for wire in wires:
                wire.faults.follow(schedule)
        except faults.NoFault as exc:
            raise Refused(str(exc)) from exc
        return {"faults": schedule}

    async def restart(self, fields):
        """Kill the server, and start it again after a while."""
        known(fields, "away")
        away = number({"away": 0} | fields, "away", 0, AWAY_MAX)
        if not self.server.command:
            raise Refused("server: not started by the wire, so not the wire's to restart.")
        if self.server.turn.locked():
            raise Refused("server: a restart is under way.", 409)
        try:
            # Shielded: a page that leaves meanwhile leaves a server that comes back.
            await asyncio.shield(self.server.restart(away))
        except NotUp as exc:
            raise Refused(str(exc), 503) from exc
        return self.told()


def seed(fields):
    """Return the seed of a schedule as a text; raise Refused if it is no text and no whole number."""
    value = fields.get("seed")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        value = str(value)
    if not isinstance(value, str) or len(value) > SEED_MAX or UNSTORABLE.search(value):
        raise Refused(f"seed: a whole number, or a text of at most {SEED_MAX} characters.")
    return value


ROUTES = [
    ("/state", "GET", Control.state),
    ("/events", "GET", Control.events),
    (r"/exchanges/([0-9]{1,15})", "GET", Control.exchange),
    (r"/capture\.pcapng", "GET", Control.download),
    ("/wires/([^/]+)/link", "POST", Control.set_link),
    ("/wires/([^/]+)/fault", "POST", Control.set_fault),
    ("/wires/([^/]+)/schedule", "POST", Control.set_schedule),
    ("/server/restart", "POST", Control.restart),
]
