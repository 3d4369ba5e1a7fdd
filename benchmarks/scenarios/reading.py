"""Reading a scenario's TOML: every value is checked, every mistake named with its line."""

import tomllib
from dataclasses import dataclass
from importlib import import_module

from benchmarks.scenarios.settings import OF_A_POINT, CannotCompare, check
from lab.techniques import TECHNIQUES

TEXTS = ("purpose", "prediction")
POINTS_MAX = 100


class Document:
    """A TOML text and the lines on which its keys stand."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        try:
            self.values = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as exc:
            raise CannotCompare(f"{name} is not TOML: {exc}.") from exc

    def where(self, *path):
        """Return what tells where the key that ends `path` is set; before it stand its tables, by name and number."""
        return Where(self, path)

    def line(self, path):
        """Return the line of the statement that sets what `path` leads to, or else of the table around it.

        TOML is read as far as each line: where that cannot be, it is in the middle of a statement of several lines.
        """
        while not leads(path, self.values):
            path = path[:-1]
        lines, begins = self.text.split("\n"), 1
        for end in range(1, len(lines) + 1):
            try:
                if leads(path, tomllib.loads("\n".join(lines[:end]) + "\n")):
                    break
                begins = end + 1
            except tomllib.TOMLDecodeError:
                continue
        return begins


@dataclass(frozen=True)
class Where:
    """Where a value is set; looked up when a mistake is told, and not before."""

    document: Document
    path: tuple

    def __str__(self):
        return f"{self.document.name}, line {self.document.line(self.path)}: {self.path[-1]}"


def leads(path, values):
    """Tell whether a path of keys and numbers leads to something."""
    try:
        for part in path:
            values = values[part]
    except (LookupError, TypeError):
        return False
    return True


def fields(document):
    """Return the fields of the Scenario that a Document describes; raise CannotCompare."""
    values = dict(document.values)
    tables = {name: values.pop(name, None) for name in ("sweep", "stages", "point")}
    found = {name: text(document, name, values.pop(name)) for name in TEXTS if name in values}
    if "techniques" in values:
        found["techniques"] = techniques(document.where("techniques"), values.pop("techniques"))
    for name, value in values.items():
        check(name, value, document.where(name))
    if tables["sweep"] is not None and tables["point"] is not None:
        raise CannotCompare(f"{document.where('sweep')} and point cannot both say what varies.")
    if tables["sweep"] is not None:
        found |= sweep(document, tables["sweep"])
    if tables["point"] is not None:
        found |= points(document, tables["point"])
    if tables["stages"] is not None:
        found["stages"] = stages(document, tables["stages"])
    return values | found


def text(document, name, value):
    """Return a sentence; raise CannotCompare where it is none."""
    if not isinstance(value, str) or not value.strip():
        raise CannotCompare(f"{document.where(name)} must be a sentence.")
    return value.strip()


def techniques(where, value):
    """Return the names of techniques as a tuple; raise CannotCompare, which begins with `where`, for others."""
    if not isinstance(value, list) or not value:
        raise CannotCompare(f"{where} must be a list of names.")
    for name in value:
        if name not in TECHNIQUES:
            raise CannotCompare(f"{where}: there is no technique {name!r}, choose among {', '.join(TECHNIQUES)}.")
    return tuple(dict.fromkeys(value))


def sweep(document, table):
    """Return the fields that a sweep sets: one setting takes several values, each a point."""
    if not isinstance(table, dict) or len(table) != 1:
        raise CannotCompare(f"{document.where('sweep')} must name one setting and its values.")
    ((name, values),) = table.items()
    return swept(name, values, document.where("sweep", name))


def swept(name, values, where):
    """Return the fields that a sweep of the setting `name` sets; raise CannotCompare, which begins with `where`."""
    if name not in OF_A_POINT:
        raise CannotCompare(f"{where} cannot be swept; there are {', '.join(OF_A_POINT)}.")
    if not isinstance(values, list) or not 0 < len(values) <= POINTS_MAX:
        raise CannotCompare(f"{where} must be a list of 1 to {POINTS_MAX} values.")
    for value in values:
        check(name, value, where)
    if len(set(values)) < len(values):
        raise CannotCompare(f"{where} must be different values.")
    return {
        "sweep": {"setting": name, "values": values},
        "points": tuple({name: value} for value in values),
        "labels": tuple(
            f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}" for value in values
        ),
    }


def points(document, tables):
    """Return the fields that [[point]] tables set: each has a `name`, settings, and perhaps `techniques`."""
    if not isinstance(tables, list) or not 0 < len(tables) <= POINTS_MAX:
        raise CannotCompare(f"{document.where('point')} must be 1 to {POINTS_MAX} [[point]] tables.")
    found, labels = [], []
    for number, table in enumerate(tables):
        values = dict(table)
        label = values.pop("name", None)
        if not isinstance(label, str) or not label.strip() or label in labels:
            raise CannotCompare(f"{document.where('point', number, 'name')} must be given, and another at each point.")
        for name, value in values.items():
            where = document.where("point", number, name)
            if name == "techniques":
                values[name] = techniques(where, value)
            elif name not in OF_A_POINT:
                raise CannotCompare(f"{where} is no setting of a point; there are {', '.join(OF_A_POINT)}.")
            else:
                check(name, value, where)
        found.append(values)
        labels.append(label)
    return {"points": tuple(found), "labels": tuple(labels)}


def stages(document, table):
    """Return {technique: its stages}; "" is the finished one."""
    if not isinstance(table, dict):
        raise CannotCompare(f"{document.where('stages')} must be a table: a technique and its stages on each line.")
    return {name: stages_of(document.where("stages", name), name, names) for name, names in table.items()}


def stages_of(where, technique, names):
    """Return the names of a technique's stages as a tuple; raise CannotCompare, from `where` on, for others."""
    techniques(where, [technique])
    if not isinstance(names, list) or not names:
        raise CannotCompare(f"{where} must be a list of names.")
    known = ("", *import_module(technique).STAGES)
    for name in names:
        if name not in known:
            raise CannotCompare(f"{where}: {technique} has no stage {name!r}; there are {', '.join(map(repr, known))}.")
    return tuple(dict.fromkeys(names))
