"""Scenarios: what is measured, and why, in a small TOML file."""

import dataclasses
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path

from benchmarks.scenarios import reading
from benchmarks.scenarios.settings import CannotCompare, check

__all__ = ["FOLDER", "CannotCompare", "Scenario", "changed", "load", "read"]
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Scenario:
    """What is measured; times in seconds, but `delay_ms`; `rate` in messages a second in each room, 0: silence.

    `points` are the settings that differ from one point to the next, each a dict; `stages` names the stages of a
    technique's staircase that are measured, "" being the finished one.
    """

    name: str
    text: str
    purpose: str
    prediction: str
    clients: int
    rooms: int
    rate: float
    warmup: float
    duration: float
    publishers: int = 1  # in each room
    text_bytes: int = 100
    interval: float = 1.0
    hold: int = 25
    delay_ms: float = 0.0  # one way between server and reader, by the lab's wire; 0: no wire
    pacing: str = "rate"  # polls begin every `interval`; "pause": so long after an answer
    arrivals: str = "poisson"  # "regular": evenly, from a random instant on
    cookie_bytes: int = 0  # of a Cookie header on every request
    server: str = "uvicorn"
    layer: str = "memory"
    cut: str = "none"  # or all readers once, in the middle of the window, to come back with or without "jitter"
    repetitions: int = 1
    seed: int = 1
    techniques: tuple = ()  # all, where none is named
    stages: dict = field(default_factory=dict)
    sweep: dict | None = None  # {"setting", "values"}
    points: tuple = ({},)
    labels: tuple = (None,)  # of the points

    def at(self, point):
        """Return the Scenario as it is at one of its points."""
        return dataclasses.replace(self, **self.points[point])


def load(name):
    """Return the Scenario in the file `name`, or in the one of that name beside `quick`; raise CannotCompare."""
    path = FOLDER / f"{name}.toml"
    try:
        path = path if path.is_file() else Path(name)
        return read(path.name, path.read_text())
    except FileNotFoundError as exc:
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise CannotCompare(f"There is no scenario {name}: give a file, or one of {known}.") from exc
    except (OSError, ValueError) as exc:
        raise CannotCompare(f"The scenario {name} cannot be read: {exc}.") from exc


def read(name, text):
    """Return the Scenario that the `text` of the file `name` describes; raise CannotCompare."""
    document = reading.Document(name, text)
    values = reading.fields(document)
    needed = [each.name for each in fields(Scenario)[2:] if each.default is each.default_factory is MISSING]
    missing = [name for name in needed if name not in values]
    if missing:
        raise CannotCompare(f"{name} says nothing of {', '.join(missing)}.")
    made = Scenario(Path(name).stem, text, **values)

    def where(setting, point):
        """Return where a setting has its value at a point."""
        table = () if setting not in made.points[point] else ("sweep",) if made.sweep else ("point", point)
        return document.where(*table, setting)

    return _sound(made, where)


def changed(scenario, values):
    """Return the Scenario with other `values` of its settings; a list of them is a sweep. Raises CannotCompare."""
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    for name, value in values.items():
        if name not in lists:
            check(name, value, name)
            scenario = dataclasses.replace(_without(scenario, name), **{name: value})
    for name, value in lists.items():
        _alone(scenario, name)
        scenario = dataclasses.replace(scenario, **reading.swept(name, value, name))
    return _sound(scenario, lambda setting, _point: setting)


def _alone(scenario, name):
    """Raise CannotCompare where something else varies than the setting `name`: points differ in one way or by name."""
    if scenario.sweep and scenario.sweep["setting"] != name:
        other = scenario.sweep["setting"]
        raise CannotCompare(f"{name}: a list is a sweep, and {other} is one already: give that a single value.")
    if not scenario.sweep and scenario.labels != (None,):
        raise CannotCompare(f"{name}: a list is a sweep, and the scenario {scenario.name} has points of its own.")


def _without(scenario, name):
    """Return the Scenario with no point that has its own value of a setting."""
    if scenario.sweep and scenario.sweep["setting"] == name:
        return dataclasses.replace(scenario, sweep=None, points=({},), labels=(None,))
    points = tuple({key: value for key, value in point.items() if key != name} for point in scenario.points)
    return dataclasses.replace(scenario, points=points)


def _sound(scenario, where):
    """Return the Scenario; raise CannotCompare where settings that are fine alone contradict each other.

    `where(setting, point)` says in words where a setting has its value.
    """
    for number, settings in enumerate(scenario.points):
        point = scenario.at(number)
        if point.clients < point.rooms:
            if "clients" in settings and "rooms" not in settings:
                raise CannotCompare(f"{where('clients', number)} are fewer than rooms.")
            raise CannotCompare(f"{where('rooms', number)} are more than clients.")
    return scenario
