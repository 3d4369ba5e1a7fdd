"""Whether this process can keep its promises: its database and its channel layer answer."""

import asyncio
import json
import time

from channels.layers import get_channel_layer

from lab import http
from lab.chat.database_files import Moved
from lab.chat.hub import process_hub

PATIENCE = 2.0  # seconds


async def healthz(request):
    """Answer 200 with what was asked and answered, or 503 naming what does not; and by our clock (ms) when.

    The two stamps are the server's half of NTP's four: whoever asks can tell how far his own clock is from ours.
    """
    received_at = time.time() * 1000
    http.only(request, "GET", "HEAD")
    checks = {"database": process_hub().store.heads([""]), "channel_layer": _layer_answers()}
    answers = await asyncio.gather(
        *(asyncio.wait_for(check, PATIENCE) for check in checks.values()), return_exceptions=True
    )
    parts = {name: not isinstance(answer, BaseException) for name, answer in zip(checks, answers, strict=True)}
    if all(parts.values()):
        stamps = {"received_at": received_at, "answered_at": time.time() * 1000}
        return http.answer(json.dumps({"ok": True, **parts, **stamps}).encode())
    moved = isinstance(getattr(answers[0], "__cause__", None), Moved)
    told = {"database": "database (moved, deleted or replaced)"} if moved else {}
    away = " and ".join(told.get(name, name) for name, answers in parts.items() if not answers)
    error = {"ok": False, "error": f"{away}: not available.", **parts}
    return http.answer(json.dumps(error).encode(), status=503, headers={"Retry-After": "1"})


async def _layer_answers():
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "health"})
    await layer.receive(channel)
