"""What somebody said in a room, and the rules of names and texts."""

import json
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from sys import getsizeof

from lab.invisible import JOINERS, hides_something, is_blank

ROOM_MAX, AUTHOR_MAX, TEXT_MAX, NONCE_MAX = 64, 40, 4_000, 64  # characters
MESSAGE_MAX = 25_000  # bytes of a message's JSON: of its 4,000 characters each may need six, as "\\u0001"
OVERHEAD = 1_250  # bytes of memory of a message besides its text and its JSON, however long its names are
ID_MAX = 2**63 - 1
NONCE = re.compile(r"[\x20-\x7e]{1,%d}" % NONCE_MAX)
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
DIGITS = re.compile(r"[0-9]{1,19}")
# What every answer in JSON carries: no page of another site gets it as a script or a picture.
JSON_HEADERS = {
    "Content-Type": "application/json",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refused(ValueError):
    """A request that breaks a rule; `status` is HTTP's, the text one sentence for the client."""

    def __init__(self, sentence, status=400, headers=None):
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}
        self.nonce = None  # of the publish that was refused, where it is known

    @property
    def json(self):
        """The refusal as it is answered: an object with one sentence, in ASCII."""
        return json.dumps({"error": str(self)})


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


def parse(body):
    """Return the object in a JSON text (bytes or str); raise Refused for anything else."""
    try:
        value = json.loads(body.decode() if isinstance(body, bytes) else body, parse_constant=_refuse_constant)
    except UnicodeDecodeError as exc:
        raise Refused("body: not UTF-8.") from exc
    except RecursionError as exc:
        raise Refused("body: JSON nested too deep.") from exc
    except Refused:
        raise
    except ValueError as exc:
        raise Refused("body: not JSON.") from exc
    if not isinstance(value, dict):
        raise Refused("body: a JSON object is expected.")
    return value


def _refuse_constant(name):
    raise Refused(f"body: {name} is not JSON.")


def draft(room, fields):
    """Check what a client wants to publish in `room`; return the Draft or raise Refused."""
    return Draft(
        room,
        clean_author(fields.get("author")),
        clean_text(fields.get("text")),
        clean_nonce(fields.get("nonce")),
        clean_sent_at(fields.get("sent_at")),
    )


def clean_room(name):
    """Return the room's name in NFC without white space at its ends; raise Refused (404) where it is no room's."""
    name = unicodedata.normalize("NFC", name).strip()
    is_good = 1 <= len(name) <= ROOM_MAX and all(_names_a_room(char) for char in name) and not _is_mark(name[0])
    if not is_good or hides_something(name):
        raise Refused(f"room: 1 to {ROOM_MAX} letters, digits, - and _.", status=404)
    return name


def _names_a_room(char):
    # Marks belong to the letters of many scripts: हिन्दी is three letters and three marks. Joiners do in Persian.
    is_letter = unicodedata.category(char)[0] == "L" or _is_mark(char)
    return char in "-_" or is_letter or char.isdecimal() or char in JOINERS


def _is_mark(char):
    return unicodedata.category(char) in ("Mn", "Mc")


def clean_author(name):
    """Return the author's name in NFC without white space at its ends; raise Refused where it is none."""
    if not isinstance(name, str):
        raise Refused("author: a text is expected.")
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= AUTHOR_MAX:
        raise Refused(f"author: 1 to {AUTHOR_MAX} characters.")
    if CONTROL.search(name):
        raise Refused("author: no control characters.")
    if hides_something(name):
        raise Refused("author: no invisible characters, and none that turn the direction of writing.")
    return name


def clean_text(text):
    """Return the text untouched; raise Refused where it is empty, too long, or cannot be stored."""
    if not isinstance(text, str):
        raise Refused("text: a text is expected.")
    if len(text) > TEXT_MAX:
        raise Refused(f"text: at most {TEXT_MAX:,} characters.")
    if is_blank(text):
        raise Refused("text: not only white space.")
    if UNSTORABLE.search(text):
        raise Refused("text: no NUL and no lone surrogates.")
    return text


def clean_nonce(nonce):
    """Return the nonce, or make one where the client gave none; raise Refused where it is none."""
    if nonce is None:
        return secrets.token_urlsafe(16)
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
        raise Refused(f"nonce: 1 to {NONCE_MAX} printable ASCII characters.")
    return nonce


def clean_sent_at(sent_at):
    """Return the publisher's clock in milliseconds or None; raise Refused where it is no finite number."""
    if sent_at is None:
        return None
    if isinstance(sent_at, (int, float)) and not isinstance(sent_at, bool) and abs(sent_at) < 1e300:
        return float(sent_at)
    raise Refused("sent_at: a number of milliseconds is expected.")


def clean_after(after, name="after"):
    """Return the id of the last message seen, or None where it is left out; raise Refused where it is no id.

    `name`: what the client named it by.
    """
    if after is None:
        return None
    if not DIGITS.fullmatch(after) or int(after) > ID_MAX:
        raise Refused(f"{name}: a whole number from 0 to {ID_MAX}.")
    return int(after)
