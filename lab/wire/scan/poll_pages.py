"""Parser for the response to a poll: a page of messages."""

import json
import re
from dataclasses import dataclass

PAGE = re.compile(r'\s*\{\s*"messages"\s*:\s*\[\s*')
SEPARATOR = re.compile(r"\s*(?:,\s*)?")
EMPTY_BODIES = ("", "[]", "{}", "null")
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Page:
    """Number of messages, and bytes of their JSON."""

    messages: int
    payload: int


def parse(body: bytes) -> Page | None:
    """Return the Page in a body; None if the body is something else."""
    try:
        text = body.decode()
        if text.strip() in EMPTY_BODIES:
            return Page(0, 0)
        start = PAGE.match(text)
        return _parse_messages(text, start.end()) if start else None
    except (ValueError, RecursionError):
        return None


def _parse_messages(text, place):
    messages = payload = 0
    while text[place : place + 1] != "]":
        _message, end = DECODER.raw_decode(text, place)
        payload += len(text[place:end].encode())
        messages += 1
        separator = SEPARATOR.match(text, end)
        place = separator.end() if separator else end
    return Page(messages, payload)
