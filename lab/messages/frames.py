"""The JSON that WebSocket frames carry, the same on every stage."""

import json
import time

from lab.messages.errors import Refused
from lab.messages.message import Message
from lab.messages.validation import draft, parse


def read(text, room):
    """Return the Draft that a client's frame publishes in `room`, or None where it asks to close.

    Raises Refused, with the frame's `nonce` where it has one, for anything else; `text` is None for a binary frame.
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


def numbered(number, written):
    """Return a Draft as the Message with the id `number`, without storing it anywhere."""
    return Message(
        number, written.room, written.author, written.text, written.nonce, written.sent_at, time.time() * 1000
    )


def encoded(message):
    """Return the frame that delivers a message, in UTF-8 (bytes)."""
    return b'{"type":"message",' + message.json[1:]


def delivered(message):
    """Return the frame that delivers a message."""
    return encoded(message).decode()


def published(message):
    """Return the frame that acknowledges a publish."""
    return json.dumps({"type": "published", "nonce": message.nonce, "id": message.id})


def error(refused):
    """Return the frame that refuses a publish; its status is the one that HTTP would give."""
    nonce = {"nonce": refused.nonce} if isinstance(refused.nonce, str) else {}
    return json.dumps({"type": "error", "error": str(refused), "status": refused.status, **nonce})


def is_refusal(text):
    """Tell whether a frame is one that `error` made; `text` is None for a binary frame."""
    return text is not None and text.startswith('{"type": "error"')


def reset():
    """Return the frame that says that history starts anew."""
    return json.dumps({"type": "reset"})


def heartbeat():
    """Return the frame that follows some seconds of silence; scripts see it, as they see no ping."""
    return json.dumps({"type": "heartbeat"})
