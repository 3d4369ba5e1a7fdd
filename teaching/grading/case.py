"""A case: one thing that a stage must do, with its points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teaching.grading.client import Client


class Failed(Exception):
    """A stage does not do what a case expects; the text is one sentence for the student."""


class Disconnected(Failed):
    """The connection broke, perhaps because the server ended."""


class NoResponse(Failed):
    """The server sent nothing in time, so it may be blocked."""


@dataclass(frozen=True)
class Case:
    """A case; `run(client)` raises Failed."""

    name: str  # what the stage must do, in one sentence
    points: int
    run: Callable[[Client], None]


def expect(condition: object, sentence: str) -> None:
    """Raise Failed with this sentence unless the condition is true."""
    if not condition:
        raise Failed(sentence)


def collected(into: list[Case], points: int, name: str) -> Callable[[Callable[[Client], None]], None]:
    """Decorate a function `run(client)`: add it to a list as a case."""

    def add(run: Callable[[Client], None]) -> None:
        into.append(Case(name, points, run))

    return add
