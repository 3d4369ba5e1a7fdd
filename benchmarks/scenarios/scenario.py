"""Scenarios: a question and its settings, read from a small TOML file."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from benchmarks.scenarios import reading
from benchmarks.scenarios.settings import ComparisonError, check

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Scenario:
    """One scenario. Times are in seconds, except `delay_ms`; `rate` is in messages a second in each room.

    `points` are dicts of the settings that differ from point to point. `stages` lists the stages to measure for each
    technique; "" is the finished technique.
    """

    name: str
    text: str  # of the TOML file
    purpose: str
    prediction: str
    clients: int  # readers
    rooms: int
    rate: float  # 0: no messages
    warmup: float
    duration: float
    publishers: int = 1  # in each room
    text_bytes: int = 100
    interval: float = 1.0
    hold: int = 25
    delay_ms: float = 0.0  # one way between server and reader, added by a wire; 0: no wire
    pacing: str = "rate"  # of polls: one every `interval`, or "pause": `interval` seconds after each response
    arrivals: str = "poisson"  # or "regular": evenly spaced, from a random instant on
    cookie_bytes: int = 0  # length of the Cookie header of every request
    server: str = "uvicorn"
    layer: str = "memory"
    cut: str = "none"  # "jitter" or "no-jitter": cut all readers off at half-time; how they spread their retries
    repetitions: int = 1
    seed: int = 1
    techniques: tuple[str, ...] = ()  # empty: all
    stages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sweep: dict[str, Any] | None = None  # {"setting", "values"}
    points: tuple[dict[str, Any], ...] = ({},)
    labels: tuple[str | None, ...] = (None,)  # of the points

    def at(self, point: int) -> "Scenario":
        """Return the Scenario with the settings of one of its points."""
        return dataclasses.replace(self, **self.points[point])


def load(name: str | Path) -> Scenario:
    """Return the Scenario of that name in this folder, or in the file `name`; raise ComparisonError."""
    path = FOLDER / f"{name}.toml"
    try:
        path = path if path.is_file() else Path(name)
        return read(path.name, path.read_text())
    except FileNotFoundError as exc:
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise ComparisonError(f"There is no scenario {name}: give a file, or one of {known}.") from exc
    except (OSError, ValueError) as exc:
        raise ComparisonError(f"The scenario {name} cannot be read: {exc}.") from exc


def read(name: str, text: str) -> Scenario:
    """Return the Scenario in the `text` of a file `name`; raise ComparisonError."""
    document = reading.Document(name, text)
    values = reading.fields(document)
    required = [each.name for each in fields(Scenario)[2:] if each.default is each.default_factory is MISSING]
    missing = [setting for setting in required if setting not in values]
    if missing:
        raise ComparisonError(f"{name} lacks {', '.join(missing)}.")
    scenario = Scenario(Path(name).stem, text, **values)

    def locate(setting: str, point: int) -> object:
        """Return where the file gives a setting its value at a point."""
        if setting not in scenario.points[point]:
            return document.at(setting)
        return document.at("sweep", setting) if scenario.sweep else document.at("point", point, setting)

    check_points(scenario, locate)
    return scenario


def changed(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return the Scenario with new `values` of its settings; a list becomes a sweep. Raise ComparisonError."""
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    for name, value in values.items():
        if name not in lists:
            check(name, value, name)
            scenario = dataclasses.replace(_without(scenario, name), **{name: value})
    for name, value in lists.items():
        _check_sweep(scenario, name)
        scenario = dataclasses.replace(scenario, **reading.sweep_fields(name, value, name))
    check_points(scenario, lambda setting, _point: setting)
    return scenario


def _check_sweep(scenario: Scenario, name: str) -> None:
    """Raise ComparisonError if a sweep of `name` would be a second sweep, or would meet points with names."""
    if scenario.sweep and scenario.sweep["setting"] != name:
        other = scenario.sweep["setting"]
        raise ComparisonError(f"{name}: a list is a sweep, but {other} is swept already; give {other} a single value.")
    if not scenario.sweep and scenario.labels != (None,):
        raise ComparisonError(f"{name}: a list is a sweep, but the scenario {scenario.name} has its own points.")


def _without(scenario: Scenario, name: str) -> Scenario:
    """Return the Scenario without the values that its points have for a setting."""
    if scenario.sweep and scenario.sweep["setting"] == name:
        return dataclasses.replace(scenario, sweep=None, points=({},), labels=(None,))
    points = tuple({key: value for key, value in point.items() if key != name} for point in scenario.points)
    return dataclasses.replace(scenario, points=points)


def check_points(scenario: Scenario, locate: Callable[[str, int], object]) -> None:
    """Raise ComparisonError if settings contradict each other at a point; `locate(setting, point)` is for the text."""
    for number, settings in enumerate(scenario.points):
        point = scenario.at(number)
        if point.clients < point.rooms:
            if "clients" in settings and "rooms" not in settings:
                raise ComparisonError(f"{locate('clients', number)} must be at least the number of rooms.")
            raise ComparisonError(f"{locate('rooms', number)} must be at most the number of clients.")
