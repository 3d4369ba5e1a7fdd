"""Scenarios: what is measured, in a small TOML file."""

import re
import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

FOLDER = Path(__file__).parent / "scenarios"
BOUNDS = {  # smallest and largest value; a whole number where the bounds are whole numbers
    "clients": (1, 100_000),
    "rooms": (1, 1_000),
    "publishers": (1, 100),
    "rate": (0.001, 10_000.0),
    "text_bytes": (1, 4_000),
    "interval": (0.01, 3_600.0),
    "hold": (1, 55),
    "warmup": (0.0, 3_600.0),
    "duration": (0.5, 86_400.0),
    "repetitions": (1, 1_000),
    "seed": (0, 2**63 - 1),
}


class CannotCompare(Exception):
    """The comparison cannot be made; the text is one sentence that says why."""


@dataclass(frozen=True)
class Scenario:
    """What is measured; times in seconds, `rate` in messages a second in each room."""

    name: str
    text: str
    clients: int
    rooms: int
    rate: float
    warmup: float
    duration: float
    publishers: int = 1
    text_bytes: int = 100
    interval: float = 1.0
    hold: int = 25
    repetitions: int = 1
    seed: int = 1


def load(name):
    """Return the Scenario in the file `name`, or in the one of that name beside `quick`; raise CannotCompare."""
    path = FOLDER / f"{name}.toml"
    path = path if path.is_file() else Path(name)
    try:
        text = path.read_text()
        values = tomllib.loads(text)
    except FileNotFoundError as exc:
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise CannotCompare(f"There is no scenario {name}: give a file, or one of {known}.") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise CannotCompare(f"The scenario {name} cannot be read: {exc}.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise CannotCompare(f"{path.name} is not TOML: {exc}.") from exc
    for key, value in values.items():
        check(key, value, f"{path.name}, line {_line(text, key)}: {key}")
    try:
        scenario = Scenario(path.stem, text, **values)
    except TypeError as exc:
        missing = [
            field.name for field in fields(Scenario)[2:] if field.default is MISSING and field.name not in values
        ]
        raise CannotCompare(f"{path.name} says nothing of {', '.join(missing)}.") from exc
    if scenario.clients < scenario.rooms:
        raise CannotCompare(f"{path.name}, line {_line(text, 'rooms')}: rooms are more than clients.")
    return scenario


def check(key, value, where):
    """Raise CannotCompare, which begins with `where`, unless `value` can be that of the setting `key`."""
    if key not in BOUNDS:
        raise CannotCompare(f"{where} is no setting; there are {', '.join(BOUNDS)}.")
    low, high = BOUNDS[key]
    kind, words = ((int, float), "a number") if isinstance(low, float) else (int, "a whole number")
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise CannotCompare(f"{where} must be {words} from {low:,} to {high:,}, not {value!r}.")


def _line(text, key):
    """Return the number of the line that sets `key`."""
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if re.match(rf"""\s*["'\[]*{re.escape(key)}\b""", line)), 1)
