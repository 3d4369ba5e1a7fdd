"""Frames: the JSON that WebSocket frames carry, the same on every stage."""

import json
import time

from lab.messages.errors import Refused
from lab.messages.message import Draft, Message
from lab.messages.validation import draft, parse


def read(text: str | None, room: str) -> Draft | None:
    """Return the Draft that a client's frame publishes in `room`, or None if the frame is a request to close.

    Raises Refused, with the frame's `nonce` if it has one, for anything else; `text` is None for a binary frame.
    """
    fields = parse("" if text is None else text)
    if fields.get("type") == "close":
        return None
    try:
        if fields.get("type") != "publish":
            raise Refused("type: publish or close.")
        return draft(room, fields)
    except Refused as refused:
        refused.nonce = fields.get("nonce")
        raise


def numbered(number: int, written: Draft) -> Message:
    """Return a Draft as the Message with the id `number`, without storing it anywhere."""
    return Message(
        number, written.room, written.author, written.text, written.nonce, written.sent_at, time.time() * 1000
    )


def encoded(message: Message) -> bytes:
    """Return the frame that delivers a message, in UTF-8."""
    return b'{"type":"message",' + message.json[1:]


def delivered(message: Message) -> str:
    """Return the frame that delivers a message."""
    return encoded(message).decode()


def published(message: Message) -> str:
    """Return the frame that acknowledges a publish."""
    return json.dumps({"type": "published", "nonce": message.nonce, "id": message.id})


def error(refused: Refused) -> str:
    """Return the frame that refuses a publish; its status is the one that an HTTP response would have."""
    nonce = {"nonce": refused.nonce} if isinstance(refused.nonce, str) else {}
    return json.dumps({"type": "error", "error": str(refused), "status": refused.status, **nonce})


def is_refusal(text: str | None) -> bool:
    """Return whether a frame is one that `error` made; `text` is None for a binary frame."""
    return text is not None and text.startswith('{"type": "error"')


def reset() -> str:
    """Return the frame that announces a reset: another history starts."""
    return json.dumps({"type": "reset"})


def heartbeat() -> str:
    """Return the frame that is sent after some seconds of silence; unlike a ping, scripts see it."""
    return json.dumps({"type": "heartbeat"})
