"""Reads a scenario's TOML, checks every value, and names the line of a mistake."""

import tomllib
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benchmarks.scenarios.settings import POINT_SETTINGS, ComparisonError, check
from lab.techniques import TECHNIQUES

TEXTS = ("purpose", "prediction")
POINTS_MAX = 100

Path = tuple[str | int, ...]  # of keys and indices


class Document:
    """A TOML text and the line numbers of its keys."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        try:
            self.values = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as exc:
            raise ComparisonError(f"{name} is not TOML: {exc}.") from exc

    def at(self, *path: str | int) -> "Location":
        """Return the Location of a key; `path` is its tables, by name and number, and its name."""
        return Location(self, path)

    def line(self, path: Path) -> int:
        """Return the number of the line that sets a key, or else its innermost table that is set.

        Parses ever longer beginnings of the text until the key is in the result.
        """
        while not contains(self.values, path):
            path = path[:-1]
        lines, first = self.text.split("\n"), 1
        for end in range(1, len(lines) + 1):
            try:
                if contains(tomllib.loads("\n".join(lines[:end]) + "\n"), path):
                    break
                first = end + 1
            except tomllib.TOMLDecodeError:  # in the middle of a statement of several lines
                continue
        return first


@dataclass(frozen=True)
class Location:
    """The file, line and name of a key; the line is looked up only when the text of an error needs it."""

    document: Document
    path: Path

    def __str__(self) -> str:
        return f"{self.document.name}, line {self.document.line(self.path)}: {self.path[-1]}"


def contains(values: Any, path: Path) -> bool:
    """Return whether nested `values` have something at a path of keys and indices."""
    try:
        for part in path:
            values = values[part]
    except (LookupError, TypeError):
        return False
    return True


def fields(document: Document) -> dict[str, Any]:
    """Return the fields of the Scenario that a Document describes; raise ComparisonError."""
    values = dict(document.values)
    tables = {name: values.pop(name, None) for name in ("sweep", "stages", "point")}
    parsed: dict[str, Any] = {name: sentence(document, name, values.pop(name)) for name in TEXTS if name in values}
    if "techniques" in values:
        parsed["techniques"] = techniques(document.at("techniques"), values.pop("techniques"))
    for name, value in values.items():
        check(name, value, document.at(name))
    if tables["sweep"] is not None and tables["point"] is not None:
        raise ComparisonError(f"{document.at('sweep')} and point cannot both be given.")
    if tables["sweep"] is not None:
        parsed |= sweep(document, tables["sweep"])
    if tables["point"] is not None:
        parsed |= points(document, tables["point"])
    if tables["stages"] is not None:
        parsed["stages"] = stages(document, tables["stages"])
    return values | parsed


def sentence(document: Document, name: str, value: Any) -> str:
    """Return a sentence without space around it; raise ComparisonError if the value is not one."""
    if not isinstance(value, str) or not value.strip():
        raise ComparisonError(f"{document.at(name)} must be a sentence.")
    return value.strip()


def techniques(where: object, value: Any) -> tuple[str, ...]:
    """Return technique names as a tuple; raise ComparisonError, in a sentence that begins with `where`."""
    if not isinstance(value, list) or not value:
        raise ComparisonError(f"{where} must be a list of names.")
    for name in value:
        if name not in TECHNIQUES:
            raise ComparisonError(f"{where}: there is no technique {name!r}, choose among {', '.join(TECHNIQUES)}.")
    return tuple(dict.fromkeys(value))


def sweep(document: Document, table: Any) -> dict[str, Any]:
    """Return the Scenario's fields for a [sweep] table: one setting with several values."""
    if not isinstance(table, dict) or len(table) != 1:
        raise ComparisonError(f"{document.at('sweep')} must name one setting and its values.")
    ((name, values),) = table.items()
    return sweep_fields(name, values, document.at("sweep", name))


def sweep_fields(name: str, values: Any, where: object) -> dict[str, Any]:
    """Return the Scenario's fields for a sweep of one setting; raise ComparisonError, see `techniques`."""
    if name not in POINT_SETTINGS:
        raise ComparisonError(f"{where} cannot be swept; choose one of {', '.join(POINT_SETTINGS)}.")
    if not isinstance(values, list) or not 0 < len(values) <= POINTS_MAX:
        raise ComparisonError(f"{where} must be a list of 1 to {POINTS_MAX} values.")
    for value in values:
        check(name, value, where)
    if len(set(values)) < len(values):
        raise ComparisonError(f"{where} must not repeat a value.")
    return {
        "sweep": {"setting": name, "values": values},
        "points": tuple({name: value} for value in values),
        "labels": tuple(
            f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}" for value in values
        ),
    }


def points(document: Document, tables: Any) -> dict[str, Any]:
    """Return the Scenario's fields for [[point]] tables: each has a `name`, settings, and perhaps `techniques`."""
    if not isinstance(tables, list) or not 0 < len(tables) <= POINTS_MAX:
        raise ComparisonError(f"{document.at('point')} must be 1 to {POINTS_MAX} [[point]] tables.")
    settings: list[dict[str, Any]] = []
    labels: list[str] = []
    for number, table in enumerate(tables):
        values = dict(table)
        label = values.pop("name", None)
        if not isinstance(label, str) or not label.strip() or label in labels:
            where = document.at("point", number, "name")
            raise ComparisonError(f"{where} must be given and differ at each point.")
        for name, value in values.items():
            where = document.at("point", number, name)
            if name == "techniques":
                values[name] = techniques(where, value)
            elif name not in POINT_SETTINGS:
                known = ", ".join(POINT_SETTINGS)
                raise ComparisonError(f"{where} is not a setting of a point; choose one of {known}.")
            else:
                check(name, value, where)
        settings.append(values)
        labels.append(label)
    return {"points": tuple(settings), "labels": tuple(labels)}


def stages(document: Document, table: Any) -> dict[str, tuple[str, ...]]:
    """Return {technique: its stages}; "" is the finished technique."""
    if not isinstance(table, dict):
        raise ComparisonError(f"{document.at('stages')} must be a table with a list of stages for each technique.")
    return {name: stages_of(document.at("stages", name), name, names) for name, names in table.items()}


def stages_of(where: object, technique: str, names: Any) -> tuple[str, ...]:
    """Return the names of a technique's stages as a tuple; raise ComparisonError, see `techniques`."""
    techniques(where, [technique])
    if not isinstance(names, list) or not names:
        raise ComparisonError(f"{where} must be a list of names.")
    known = ("", *import_module(technique).STAGES)
    for name in names:
        if name not in known:
            choices = ", ".join(map(repr, known))
            raise ComparisonError(f"{where}: {technique} has no stage {name!r}; choose among {choices}.")
    return tuple(dict.fromkeys(names))
