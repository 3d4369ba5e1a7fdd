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
import hmac
import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from lab.wire import faults, link, parts, pcapng
from lab.wire.server_process import AWAY_MAX, NotUp

BODY_MAX = 65_536  # bytes
BATCH = 0.05  # seconds between batches of exchanges
BATCH_MAX = 500  # exchanges in a batch; of more the newest
STATE = 1.0  # seconds between statistics
LISTENERS_MAX = 64
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """A request that breaks a rule; `status` is HTTP's, the text one sentence."""

    def __init__(self, sentence, status=400, headers=()):
        super().__init__(sentence)
        self.status, self.headers = status, list(headers)


class Control:
    """Tells of the wires and changes them."""

    def __init__(self, wires, server, capture, origins=(), token=None):
        """Control `wires`, {name: Wire}; `origins` may ask, by page; `token`: needed by everybody, None: loopback."""
        self.wires, self.server, self.capture = wires, server, capture
        self.origins, self.token = frozenset(origins), token
        self.listeners = 0
        self.ending = asyncio.Event()

    async def __call__(self, scope, receive, send):
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        cors = []
        try:
            cors = self.check(scope, headers)
            if scope["method"] == "OPTIONS":
                await answer(send, 204, b"", [*cors, *PREFLIGHT])
                return
            await self.route(scope, receive, send, cors)
        except Refused as refused:
            body = encode({"error": str(refused)})
            await answer(send, refused.status, body, [*cors, *refused.headers])

    def check(self, scope, headers):
        """Return the CORS headers of the answer; raise Refused for a foreign Host or Origin and a missing token."""
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and origin not in self.origins:
            raise Refused("Origin: not a page of this lab.", 403)
        cors = [(b"vary", b"Origin")]
        if origin:
            cors.append((b"access-control-allow-origin", origin.encode("latin-1")))
        if self.token is None:
            if not is_loopback(headers.get(b"host", b"").decode("latin-1")):
                raise Refused("Host: not this machine's.", 403)
        elif scope["method"] != "OPTIONS":
            query = parse_qs(scope["query_string"].decode("latin-1"))
            bearer = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
            given = query.get("token", [bearer])[-1]
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                raise Refused("token: missing or wrong; it was printed at the start.", 403)
        return cors

    async def route(self, scope, receive, send, cors):
        """Call what the address names."""
        for pattern, method, view in ROUTES:
            if match := re.fullmatch(pattern, scope["path"]):
                if scope["method"] != method:
                    raise Refused(f"method: {method}.", 405, [(b"allow", method.encode())])
                if method == "GET":
                    await view(self, scope, receive, send, cors, *match.groups())
                else:
                    fields = await view(self, await read(scope, receive), *map(unquote, match.groups()))
                    await answer(send, 200, encode(fields), cors)
                return
        raise Refused("address: nothing is here.", 404)

    def told(self):
        """Return what /state tells."""
        return {
            "server": self.server.state(),
            "profiles": {name: profile.as_dict() for name, profile in link.PROFILES.items()},
            "faults": faults.FAULTS,
            "wires": [wire.state() for wire in self.wires.values()],
        }

    async def state(self, scope, receive, send, cors):
        """Tell of the server and the wires."""
        await answer(send, 200, encode(self.told()), cors)

    async def events(self, scope, receive, send, cors):
        """Tell what happens, as it happens."""
        if self.listeners >= LISTENERS_MAX:
            raise Refused("too many listen already, try again.", 503, [(b"retry-after", b"1")])
        self.listeners += 1
        leaving = asyncio.create_task(left(receive))
        try:
            head = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *cors]
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
            "parts": parts.taken_apart(exchange),
        }
        await answer(send, 200, encode(fields), cors)

    async def download(self, scope, receive, send, cors):
        """Give the capture as a file."""
        name = parse_qs(scope["query_string"].decode("latin-1")).get("wire", [None])[-1]
        if name not in (None, "all", *self.wires):
            raise Refused(f"wire: one of {', '.join(self.wires)}.", 404)
        name = None if name == "all" else name
        wires = {wire.name: (wire.host, wire.port) for wire in self.wires.values() if name in (None, wire.name)}
        file = await asyncio.to_thread(pcapng.file, self.capture.of(name), wires)
        disposition = b'attachment; filename="capture.pcapng"'
        headers = [(b"content-type", b"application/x-pcapng"), (b"content-disposition", disposition)]
        await answer(send, 200, file, [*headers, *cors])

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
            schedule = fields.get("faults")
            if schedule is None:
                seconds, every = (number(fields, key, 0.1, faults.SECONDS_MAX) for key in ("seconds", "every"))
                schedule = faults.by_chance(str(fields.get("seed")), seconds, every)
            for wire in wires:
                wire.faults.follow(schedule)
        except faults.NoFault as exc:
            raise Refused(str(exc)) from exc
        return {"faults": schedule}

    async def restart(self, fields):
        """Kill the server, and start it again after a while."""
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
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"600"),
]


def is_loopback(host):
    """Tell whether a Host header names this machine to itself."""
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:  # no host at all
        return False


def number(fields, name, least, most):
    """Return a number of the body; raise Refused where it is none from `least` to `most`."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise Refused(f"{name}: a number from {least} to {most:,}.")
    return value


async def read(scope, receive):
    """Return the object in a request's body; raise Refused for anything else."""
    body, more = b"", True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
        if len(body) > BODY_MAX:
            raise Refused(f"body: at most {BODY_MAX:,} bytes.", 413)
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError) as exc:
        raise Refused("body: not JSON.") from exc
    if not isinstance(fields, dict):
        raise Refused("body: a JSON object is expected.")
    return fields


async def left(receive):
    """Wait until the listener is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def encode(fields):
    """Return JSON in UTF-8."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def event(name, fields):
    """Return one event of the stream."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode(fields))


async def answer(send, status, body, headers):
    """Answer whole."""
    names = {name for name, _value in headers}
    own = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    own += [] if b"content-type" in names else [(b"content-type", b"application/json")]
    own.append((b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})
