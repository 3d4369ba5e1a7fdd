"""The exercises: their list, and the folder that a student gets."""

import shutil
from importlib import import_module
from pathlib import Path

from teaching.grading.case import Case

HERE = Path(__file__).resolve().parent.parent / "exercises"
STAGE = "stage.py"  # the file that the student writes
NAMES = ("polling-etag", "longpoll-queue", "sse-replay", "websocket-room")


class ExerciseError(Exception):
    """An exercise cannot be laid out or graded; the text is one sentence that says why."""


def check_name(name: str) -> str:
    """Return the name of an exercise; raise ExerciseError, with the list, if there is none of this name."""
    if name not in NAMES:
        raise ExerciseError(f"There is no exercise {name!r}; there are {', '.join(NAMES)}.")
    return name


def lay_out(name: str, folder: Path) -> None:
    """Write the skeleton and the README of an exercise into a new folder. Raises ExerciseError; replaces nothing."""
    source = HERE / check_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExerciseError(f"{folder} is not empty, and nothing is replaced: name another with FOLDER=...")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(path for path in source.iterdir() if path.is_file()):
            shutil.copyfile(file, folder / file.name)
    except OSError as exc:
        raise ExerciseError(f"{exc.filename or folder} cannot be written: {exc.strerror}.") from exc


def is_websocket(name: str) -> bool:
    """Return whether the stage is a consumer of a WebSocket, and not a view."""
    return name.startswith("websocket-")


def cases(name: str) -> list[Case]:
    """Return the cases of an exercise, in the order in which they are tried."""
    found: list[Case] = import_module(f"teaching.grading.cases.{name.replace('-', '_')}").CASES
    return found
