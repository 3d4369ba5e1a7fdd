"""A poll's answer: a page of messages in an envelope."""

import json
import re
from dataclasses import dataclass

PAGE = re.compile(r'\s*\{\s*"messages"\s*:\s*\[\s*')
NEXT = re.compile(r"\s*(?:,\s*)?")
EMPTY = ("", "[]", "{}", "null")
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Page:
    """How many messages, and how many bytes of JSON they are."""

    messages: int
    payload: int


def read(body):
    """Return the Page in a body (bytes of JSON), None where it is something else."""
    try:
        text = body.decode()
        if text.strip() in EMPTY:
            return Page(0, 0)
        begin = PAGE.match(text)
        return _messages(text, begin.end()) if begin else None
    except (ValueError, RecursionError):
        return None


def _messages(text, place):
    messages = payload = 0
    while text[place : place + 1] != "]":
        _message, end = DECODER.raw_decode(text, place)
        payload += len(text[place:end].encode())
        messages += 1
        place = NEXT.match(text, end).end()
    return Page(messages, payload)
