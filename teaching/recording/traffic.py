"""The traffic of a running demo, from the control of its wires, as far as it belongs to the chat."""

import base64
import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urljoin

PATIENCE = 30.0  # seconds for a response
CHAT = re.compile(r"^\S+ (/\w+/(stages/\w+/)?[^/]+/messages/|/ws/)")  # of a request line
SECRET = re.compile(rb"(?im)^((?:set-)?cookie: *)([^\r\n]+)")  # of a browser's session
SECRET_PARTS = ("cookie", "set-cookie")
MESSAGE = re.compile(r'"id": ?(\d+),.*?"sent_at": ?([\d.e+]+|null), ?"published_at": ?([\d.e+]+)', re.DOTALL)

Exchange = dict[str, Any]
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the demo is on this machine


class RecordError(Exception):
    """Nothing can be recorded; the text is one sentence that says why."""


def control_of(page: str) -> str:
    """Return the address of the control of a demo whose pages are at `page`. Raises RecordError."""
    board = _read(urljoin(page, "/compare/lobby/")).decode()
    found = re.search(r'data-control="(http[^"]+)"', board)
    if found is None:
        raise RecordError(f"{page} has no wires: start the lab with `make demo`.")
    return found[1]


def recent(control: str, seconds: float) -> list[Exchange]:
    """Return the exchanges of the chat in the last seconds, with bytes and parts. Raises RecordError."""
    fields = json.loads(_read(f"{control}/capture.json?seconds={seconds}"))
    return of_the_chat(fields["exchanges"])


def state(control: str) -> dict[str, Any]:
    """Return the state of the wires, with the recent changes of links, faults and the server. Raises RecordError."""
    fields: dict[str, Any] = json.loads(_read(f"{control}/state"))
    return fields


def of_the_chat(exchanges: list[Exchange]) -> list[Exchange]:
    """Return the exchanges without those of pages and scripts, and with cookies made unreadable."""
    pages = {each["id"] for each in exchanges if _is_page(each)}
    chat = [each for each in exchanges if each["id"] not in pages and each["answers"] not in pages]
    used = {(each["wire"], each["connection"]) for each in chat if each["kind"] not in ("connect", "disconnect")}
    return [without_secrets(each) for each in chat if (each["wire"], each["connection"]) in used]


def _is_page(exchange: Exchange) -> bool:
    if exchange["direction"] != "up" or exchange["kind"] not in ("request", "handshake"):
        return False
    return not CHAT.match(content(exchange).partition("\r\n")[0])


def content(exchange: Exchange) -> str:
    """Return the bytes of an exchange as text."""
    return base64.b64decode(exchange["bytes"]).decode(errors="replace")


def without_secrets(exchange: Exchange) -> Exchange:
    """Return an exchange in which each character of a cookie is an x."""
    data = SECRET.sub(lambda match: match[1] + b"x" * len(match[2]), base64.b64decode(exchange["bytes"]))
    parts = [
        part | ({"value": "x" * len(str(part["value"]))} if part["name"].lower() in SECRET_PARTS else {})
        for part in exchange["parts"]
    ]
    return exchange | {"bytes": base64.b64encode(data).decode(), "parts": parts}


def deliveries(exchanges: list[Exchange]) -> dict[str, dict[int, dict[str, float]]]:
    """Return {wire: {id of a message: when it was sent, published, and first delivered, and its latency}}, in ms."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    requests = {each["id"]: each for each in exchanges if each["direction"] == "up"}
    for exchange in exchanges:
        request = requests.get(exchange["answers"])
        is_reply = request is not None and request["payload"] > 0  # the acknowledgement of a publish
        if exchange["direction"] != "down" or not exchange["payload"] or is_reply:
            continue
        of_wire = found.setdefault(exchange["wire"], {})
        for number, sent_at, published_at in MESSAGE.findall(content(exchange)):
            sent = float(published_at if sent_at == "null" else sent_at)
            times = {"sent": sent, "published": float(published_at), "at": exchange["at"]}
            of_wire.setdefault(int(number), times | {"ms": max(0.0, exchange["at"] - sent)})
    return found


def _read(url: str) -> bytes:
    try:
        with _direct.open(url, timeout=PATIENCE) as response:
            data: bytes = response.read()
            return data
    except (urllib.error.URLError, OSError, ValueError) as exc:
        raise RecordError(f"{url} cannot be read: {getattr(exc, 'reason', exc)}. Is `make demo` running?") from exc
