"""Health: whether this process reaches its database and its channel layer."""

import asyncio
import json
import time

from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse

from lab import http
from lab.chat.database_files import Moved
from lab.chat.hub import process_hub

TIMEOUT = 2.0  # seconds


async def healthz(request: HttpRequest) -> HttpResponse:
    """Respond 200 with the checks and two timestamps of this server's clock (ms), or 503 naming what is not available.

    They are the server's two of the four timestamps of NTP: with them, a client can compute the offset of its clock.
    """
    received_at = time.time() * 1000
    http.only(request, "GET", "HEAD")
    checks = {"database": process_hub().store.heads([""]), "channel_layer": _check_layer()}
    results = await asyncio.gather(
        *(asyncio.wait_for(check, TIMEOUT) for check in checks.values()), return_exceptions=True
    )
    parts = {name: not isinstance(result, BaseException) for name, result in zip(checks, results, strict=True)}
    if all(parts.values()):
        stamps = {"received_at": received_at, "answered_at": time.time() * 1000}
        return http.json_response(json.dumps({"ok": True, **parts, **stamps}).encode())
    moved = isinstance(getattr(results[0], "__cause__", None), Moved)
    detail = {"database": "database (moved, deleted or replaced)"} if moved else {}
    failed = " and ".join(detail.get(name, name) for name, available in parts.items() if not available)
    error = {"ok": False, "error": f"{failed}: not available.", **parts}
    return http.json_response(json.dumps(error).encode(), status=503, headers={"Retry-After": "1"})


async def _check_layer() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "health"})
    await layer.receive(channel)
