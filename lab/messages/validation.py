"""Validation: the rules of names, texts and other fields that clients send."""

import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn

from lab.messages.errors import Refused
from lab.messages.invisible import JOINERS, hides_something, is_blank
from lab.messages.message import Draft

ROOM_MAX, AUTHOR_MAX, TEXT_MAX, NONCE_MAX = 64, 40, 4_000, 64  # characters
ID_MAX = 2**63 - 1
NONCE = re.compile(r"[\x20-\x7e]{1,%d}" % NONCE_MAX)
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
DIGITS = re.compile(r"[0-9]{1,19}")


def parse(body: bytes | str) -> dict[str, Any]:
    """Return the object in a JSON text; raise Refused for anything else."""
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


def _refuse_constant(name: str) -> NoReturn:
    raise Refused(f"body: {name} is not JSON.")


def draft(room: str, fields: Mapping[str, Any]) -> Draft:
    """Return the Draft that a client publishes in `room`; raise Refused if a field is wrong."""
    return Draft(
        room,
        clean_author(fields.get("author")),
        clean_text(fields.get("text")),
        clean_nonce(fields.get("nonce")),
        clean_sent_at(fields.get("sent_at")),
    )


def clean_room(name: str) -> str:
    """Return the room's name in NFC without white space at its ends; raise Refused (404) if it is not valid."""
    name = unicodedata.normalize("NFC", name).strip()
    is_good = 1 <= len(name) <= ROOM_MAX and all(_names_a_room(char) for char in name) and not _is_mark(name[0])
    if not is_good or hides_something(name):
        raise Refused(f"room: 1 to {ROOM_MAX} letters, digits, - and _.", status=404)
    return name


def _names_a_room(char: str) -> bool:
    # Many scripts need marks beside letters: हिन्दी is three letters and three marks. Persian needs joiners.
    is_letter = unicodedata.category(char)[0] == "L" or _is_mark(char)
    return char in "-_" or is_letter or char.isdecimal() or char in JOINERS


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc")


def clean_author(name: object) -> str:
    """Return the author's name in NFC without white space at its ends; raise Refused if it is not valid."""
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


def clean_text(text: object) -> str:
    """Return the text unchanged; raise Refused if it is empty, too long, or cannot be stored."""
    if not isinstance(text, str):
        raise Refused("text: a text is expected.")
    if len(text) > TEXT_MAX:
        raise Refused(f"text: at most {TEXT_MAX:,} characters.")
    if is_blank(text):
        raise Refused("text: not only white space.")
    if UNSTORABLE.search(text):
        raise Refused("text: no NUL and no lone surrogates.")
    return text


def clean_nonce(nonce: object) -> str:
    """Return the nonce, or a new one if the client gave none; raise Refused if it is not printable ASCII."""
    if nonce is None:
        return secrets.token_urlsafe(16)
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
        raise Refused(f"nonce: 1 to {NONCE_MAX} printable ASCII characters.")
    return nonce


def clean_sent_at(sent_at: object) -> float | None:
    """Return the publisher's clock in milliseconds or None; raise Refused if it is not a finite number."""
    if sent_at is None:
        return None
    if isinstance(sent_at, (int, float)) and not isinstance(sent_at, bool) and abs(sent_at) < 1e300:
        return float(sent_at)
    raise Refused("sent_at: a number of milliseconds is expected.")


def clean_after(after: str | None, name: str = "after") -> int | None:
    """Return the id of the last message seen, or None if there is none; raise Refused if it is not an id.

    `name`: of the client's parameter or header, for the refusal.
    """
    if after is None:
        return None
    if not DIGITS.fullmatch(after) or int(after) > ID_MAX:
        raise Refused(f"{name}: a whole number from 0 to {ID_MAX}.")
    return int(after)
