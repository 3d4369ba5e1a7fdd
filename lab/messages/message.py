"""Messages and drafts."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any

MESSAGE_MAX = 25_000  # bytes of a message's JSON: each of its 4,000 characters may need six, as "\\u0001"
OVERHEAD = 1_250  # bytes of memory of a message besides its text and its JSON, with the longest names
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass(slots=True)
class Draft:
    """A message that is not stored yet: without an id and a time of publishing."""

    room: str
    author: str
    text: str
    nonce: str
    sent_at: float | None


@dataclass(slots=True)
class Message:
    """A stored message; times are milliseconds since the epoch, `id` counts 1, 2, 3 … in its room."""

    id: int
    room: str
    author: str
    text: str
    nonce: str
    sent_at: float | None
    published_at: float
    _json: bytes | None = field(default=None, repr=False, compare=False)
    _encoded: dict[Callable[["Message"], bytes], bytes] | None = field(default=None, repr=False, compare=False)
    queued: int = field(default=0, repr=False, compare=False)  # the queues in which it waits

    def encoded(self, encode: Callable[["Message"], bytes]) -> bytes:
        """Return `encode(self)`, computed for the first reader and reused for the others until `forget`."""
        if self._encoded is None:
            self._encoded = {}
        try:
            return self._encoded[encode]
        except KeyError:
            return self._encoded.setdefault(encode, encode(self))

    def forget(self) -> None:
        """Drop all encodings except the JSON: the waiting readers have the message, and late ones encode it again."""
        self._encoded = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the message, as they stand in its JSON."""
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def json(self) -> bytes:
        """The message as one line of JSON in UTF-8, encoded once; line ends inside the text are escaped."""
        if self._json is None:
            self._json = COMPACT.encode(self.as_dict()).encode()
        return self._json

    @property
    def size(self) -> int:
        """Bytes of memory that the message needs, with its JSON."""
        return OVERHEAD + len(self.json) + getsizeof(self.text)


FIELDS = ("id", "room", "author", "text", "nonce", "sent_at", "published_at")


def from_json(encoded: bytes) -> Message:
    """Return the Message with this `json`, which is not encoded again."""
    return Message(**json.loads(encoded), _json=encoded)
