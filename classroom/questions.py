"""Questions: a text, options, the right ones, and perhaps a twin, which asks for the same idea in another case."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from classroom import bounds
from lab.messages.errors import Refused
from lab.messages.invisible import hides_something, is_blank
from lab.messages.validation import CONTROL

KEY = re.compile(r"[\w-]{1,40}", re.ASCII)
FIELDS = {"text", "options", "right", "twin"}  # of a question in a file


@dataclass(frozen=True)
class Question:
    """A question; `scene` is the name of the scene that it belongs to, or ""."""

    text: str
    options: dict[str, str]  # {key: text}, in the order of the buttons
    right: tuple[str, ...] = ()  # keys
    scene: str = ""
    twin: "Question | None" = None

    def as_dict(self) -> dict[str, Any]:
        """Return what `from_dict` takes; the options are pairs, because a database may not keep an object's order."""
        twin = self.twin and self.twin.as_dict()
        return asdict(self) | {"options": list(self.options.items()), "right": list(self.right), "twin": twin}


def from_dict(fields: Mapping[str, Any]) -> Question:
    """Return the Question of a stored dictionary."""
    twin = fields["twin"] and from_dict(fields["twin"])
    return Question(fields["text"], dict(fields["options"]), tuple(fields["right"]), fields["scene"], twin)


def clean(fields: object, where: str = "question", *, twin: bool = True) -> Question:
    """Return the Question in a client's JSON; raise Refused, with one sentence that begins with `where`.

    `fields`: {"text", "options": {key: text} or [text], "right"?: [key or text], "scene"?, "twin"?: fields}.
    """
    if not isinstance(fields, dict):
        raise Refused(f"{where}: text and options are expected.")
    text = _text(fields.get("text"), f"{where}, text", bounds.TEXT_MAX)
    options = _options(fields.get("options"), f"{where}, options")
    right = _right(fields.get("right"), options, f"{where}, right")
    scene = fields.get("scene") or ""
    if not isinstance(scene, str) or (scene and not KEY.fullmatch(scene)):
        raise Refused(f"{where}, scene: the name of a scene is expected.")
    other = fields.get("twin")
    if other is not None and not twin:
        raise Refused(f"{where}, twin: a twin has no twin.")
    return Question(text, options, right, scene, None if other is None else clean(other, f"{where}, twin", twin=False))


def from_toml(text: object) -> list[Question]:
    """Return the questions of a file in TOML, [[question]] with text, options, right and twin; raise Refused."""
    if not isinstance(text, str):
        raise Refused("file: a text is expected.")
    if len(text.encode(errors="replace")) > bounds.FILE_MAX:
        raise Refused(f"file: at most {bounds.FILE_MAX:,} bytes.")
    try:
        read = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise Refused(f"file: not TOML: {str(exc)[:100].rstrip('.')}.") from exc
    questions = read.get("question")
    if read.keys() != {"question"} or not isinstance(questions, list) or not questions:
        raise Refused("file: one or more tables [[question]] are expected, and nothing else.")
    for number, fields in enumerate(questions, 1):
        _check_fields(fields, f"question {number}")
    return [clean(fields, f"question {number}") for number, fields in enumerate(questions, 1)]


def _check_fields(fields: object, where: str) -> None:
    unknown = sorted(fields.keys() - FIELDS) if isinstance(fields, dict) else []
    if unknown:
        raise Refused(f"{where}: {unknown[0][:40]!a} is unknown; a question has text, options, right and twin.")


def _text(value: object, where: str, most: int) -> str:
    if not isinstance(value, str):
        raise Refused(f"{where}: a text is expected.")
    value = " ".join(value.split())
    if is_blank(value) or len(value) > most:
        raise Refused(f"{where}: 1 to {most} characters.")
    if CONTROL.search(value) or hides_something(value):
        raise Refused(f"{where}: no control characters, and none that are invisible.")
    return value


def _options(value: object, where: str) -> dict[str, str]:
    if isinstance(value, list):
        value = {str(number): text for number, text in enumerate(value, 1)}
    if not isinstance(value, dict) or not bounds.OPTIONS_MIN <= len(value) <= bounds.OPTIONS_MAX:
        raise Refused(f"{where}: {bounds.OPTIONS_MIN} to {bounds.OPTIONS_MAX} texts are expected.")
    if not all(KEY.fullmatch(key) for key in value):
        raise Refused(f"{where}: a key has 1 to 40 letters, digits, - and _.")
    options = {key: _text(text, where, bounds.OPTION_MAX) for key, text in value.items()}
    if len(set(options.values())) < len(options):
        raise Refused(f"{where}: two are the same.")
    return options


def _right(value: object, options: dict[str, str], where: str) -> tuple[str, ...]:
    values = [] if value is None else value if isinstance(value, list) else [value]
    keys = {key: key for key in options} | {text: key for key, text in options.items()}
    known = [keys.get(each) if isinstance(each, str) else None for each in values]
    if None in known:
        raise Refused(f"{where}: one of the options is expected, or a list of some.")
    return tuple(dict.fromkeys(key for key in known if key))
