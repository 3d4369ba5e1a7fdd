"""What somebody said in a room, and the rules of names and texts."""

import json
from dataclasses import dataclass, field
from sys import getsizeof

MESSAGE_MAX = 25_000  # bytes of a message's JSON: of its 4,000 characters each may need six, as "\\u0001"
OVERHEAD = 1_250  # bytes of memory of a message besides its text and its JSON, however long its names are
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass(slots=True)
class Draft:
    """A message not yet stored: no id, no time of publishing."""

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
    _encoded: dict | None = field(default=None, repr=False, compare=False)
    queued: int = field(default=0, repr=False, compare=False)  # the queues in which it waits

    def encoded(self, encode):
        """Return `encode(self)`, computed for the first reader and handed to all the others until `forget`."""
        if self._encoded is None:
            self._encoded = {}
        try:
            return self._encoded[encode]
        except KeyError:
            return self._encoded.setdefault(encode, encode(self))

    def forget(self):
        """Keep no encoding but the JSON: those who waited for the message have it, and whoever is late encodes anew."""
        self._encoded = None

    def as_dict(self):
        """Return the fields of the message as they travel."""
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def json(self):
        """The message as one line of JSON in UTF-8 (bytes), encoded once; line ends inside the text are escaped."""
        if self._json is None:
            self._json = COMPACT.encode(self.as_dict()).encode()
        return self._json

    @property
    def size(self):
        """Bytes of memory that the message costs while it is remembered, its JSON included."""
        return OVERHEAD + len(self.json) + getsizeof(self.text)


FIELDS = ("id", "room", "author", "text", "nonce", "sent_at", "published_at")


def from_json(encoded):
    """Return the Message whose `json` this is; it is not encoded again."""
    return Message(**json.loads(encoded), _json=encoded)
