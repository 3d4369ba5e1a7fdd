"""The techniques: their list, what each must define, and the files of their stages. Needs no Django.

A technique is a package. Its `__init__.py` has a docstring and these constants:

- the docstring: one line, "Name: a sentence."; the pages show the sentence
- TITLE: the name on pages and in plots
- COLOUR: the colour there, as in "#E69F00"
- STAGES: the names of its stages, the naive one first; () if there are none
- PARAMETERS: what a request for messages may have; see PARAMETERS below
- ANSWER: the media type of the response to it, see ANSWERS below; None if messages do not come by HTTP

Beside it are the files in FILES, and for each stage `stages/STAGE.py`. A stage may bring its own clients,
`stages/STAGE_client.py` and `static/TECHNIQUE/stages/STAGE.js`. The server checks all this when it starts.
"""

import inspect
import os
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

TECHNIQUES = os.environ.get("LAB_TECHNIQUES", "polling,longpoll,sse,websocket").split(",")

FILES = ("server.py", "client.py", "urls.py", "static/{}/client.js")
PARAMETERS = ("after", "queue", "hold", "Last-Event-ID")  # lab/http/schemas.py describes them
ANSWERS = ("application/json", "text/event-stream", None)


def check() -> None:
    """Raise ValueError, with one sentence, if something that a technique needs is missing or wrong."""
    for technique in TECHNIQUES:
        if not technique.isidentifier() or find_spec(technique) is None:
            raise ValueError(f"LAB_TECHNIQUES: there is no folder {technique}.")
        module = import_module(technique)
        for name, (is_valid, expected) in CONSTANTS.items():
            if not hasattr(module, name):
                raise ValueError(f"{technique}: {name} is missing in {technique}/__init__.py.")
            if not is_valid(getattr(module, name)):
                what = "the docstring" if name == "__doc__" else name
                raise ValueError(f"{technique}: {what} in {technique}/__init__.py must be {expected}.")
        for file in (*FILES, *(f"stages/{stage}.py" for stage in module.STAGES)):
            if not (folder_of(technique) / file.format(technique)).exists():
                raise ValueError(f"{technique}: {technique}/{file.format(technique)} is missing.")


CONSTANTS: dict[str, tuple[Callable[[Any], Any], str]] = {  # name: (whether a value is valid, what is expected)
    "__doc__": (lambda value: _matches(r"\S.*", value), "one line"),
    "TITLE": (lambda value: _matches(r"\S.*", value), "one line"),
    "COLOUR": (lambda value: _matches(r"#[0-9A-Fa-f]{6}", value), 'a colour like "#E69F00"'),
    "STAGES": (
        lambda value: isinstance(value, tuple) and all(_matches(r"\w+", stage) for stage in value),
        "a tuple of names",
    ),
    "PARAMETERS": (
        lambda value: isinstance(value, tuple) and all(name in PARAMETERS for name in value),
        f"a tuple of some of {', '.join(PARAMETERS)}",
    ),
    "ANSWER": (lambda value: value in ANSWERS, f"one of {', '.join(map(str, ANSWERS))}"),
}


def _matches(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value.strip()) is not None


def stage_servers(technique: str) -> dict[str, ModuleType]:
    """Return {stage: its server module} of a technique, in the order of the stages."""
    return {stage: import_module(f"{technique}.stages.{stage}") for stage in import_module(technique).STAGES}


def stage_client(technique: str, stage: str) -> type | None:
    """Return the stage's own Python client, or None if it uses the technique's."""
    name = f"{technique}.stages.{stage}_client"
    if stage not in import_module(technique).STAGES or find_spec(name) is None:
        return None
    own: type = import_module(name).Client
    return own


def stage_script(technique: str, stage: str) -> str:
    """Return the static path of the stage's browser client: its own, or the technique's."""
    own = folder_of(technique) / "static" / technique / "stages" / f"{stage}.js"
    return f"{technique}/stages/{stage}.js" if own.exists() else f"{technique}/client.js"


def stage_sources(technique: str, stage: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of a stage's files: its server, then its own clients.

    The server's file is the one that defines it, below any decorator: for the last stage, the finished server's file.
    """
    module, folder = stage_servers(technique)[stage], folder_of(technique)
    entry = getattr(module, "deliver", None) or module.Consumer
    own = [folder / "stages" / f"{stage}_client.py", folder / "static" / technique / "stages" / f"{stage}.js"]
    for path in (Path(inspect.getfile(inspect.unwrap(entry))), *filter(Path.exists, own)):
        yield path.relative_to(folder.parent).as_posix(), path.read_text()


def folder_of(technique: str) -> Path:
    """Return the folder of a technique's package."""
    return Path(str(import_module(technique).__file__)).parent
