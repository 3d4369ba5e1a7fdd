"""Tries the cases of an exercise against a submission; the result never takes longer than a few minutes."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from teaching.grading import submission
from teaching.grading.case import Case, Disconnected, Failed, NoResponse
from teaching.grading.client import Client
from teaching.grading.exercises import STAGE, cases
from teaching.grading.server import OUTPUT_MUCH, StageServer, stage_server
from teaching.grading.submission import Unusable

TOTAL = 240.0  # seconds after which no further case is tried
ENDING = 2.0  # seconds that a process may take from the end of its connections to its own
RESTARTS = 1  # of a server that no longer responds


@dataclass(frozen=True)
class Result:
    """The result of one case; `sentence` says what is wrong, and is empty if nothing is."""

    case: Case
    sentence: str = ""

    @property
    def score(self) -> int:
        """The points."""
        return 0 if self.sentence else self.case.points


@dataclass(frozen=True)
class Grade:
    """The results of all cases, and remarks on the whole."""

    exercise: str
    results: list[Result]
    remarks: list[str]
    tried: bool = True  # False: the submission could not run

    @property
    def score(self) -> int:
        """The points of all cases."""
        return sum(result.score for result in self.results)

    @property
    def max_score(self) -> int:
        """The most points that a submission can get."""
        return sum(result.case.points for result in self.results)

    def autograder(self) -> dict[str, object]:
        """Return the object that autograders read: the results.json of Gradescope."""
        return {
            "score": self.score,
            "output": "\n".join(self.remarks),
            "tests": [
                {
                    "name": result.case.name,
                    "score": result.score,
                    "max_score": result.case.points,
                    "output": result.sentence or "Passed.",
                }
                for result in self.results
            ],
        }


def grade(folder: Path, name: str) -> Grade:
    """Grade the stage in a folder. A submission that cannot run gets no points, and a remark that says why."""
    try:
        source = submission.read(folder, name)
        with stage_server(source, name) as server:
            results = list(_tried(cases(name), server))
            remarks = []
            if server.printed > OUTPUT_MUCH:
                remarks.append(f"{STAGE} makes the server print much: {server.printed / 1e6:,.0f} MB.")
            return Grade(name, results, remarks)
    except Unusable as exc:
        return Grade(name, [Result(case, "Not tried.") for case in cases(name)], [str(exc)], tried=False)


def _tried(all_cases: list[Case], server: StageServer) -> Iterator[Result]:
    deadline = time.monotonic() + TOTAL
    given_up = ""
    for case in all_cases:
        if not given_up and time.monotonic() > deadline:
            given_up = f"Not tried: the cases before took more than {TOTAL:.0f} s."
        if given_up:
            yield Result(case, given_up)
            continue
        sentence, blocked = _try(case, server)
        yield Result(case, sentence)
        if blocked:
            given_up = _restarted(server)


def _ended(server: StageServer, soon: bool) -> bool:
    """Return whether the server's process has ended; `soon`: whether its connections broke, as they do just before."""
    try:
        server.process.wait(ENDING if soon else 0)
    except subprocess.TimeoutExpired:
        return False
    return True


def _try(case: Case, server: StageServer) -> tuple[str, bool]:
    """Return what is wrong, and whether the server must be started again."""
    server.output = b""
    try:
        case.run(Client(server))
    except Failed as failed:
        sentence = str(failed)
        sentence = sentence[0].upper() + sentence[1:]
        if _ended(server, isinstance(failed, Disconnected)):
            return f"The server has ended. {sentence}", True
        if isinstance(failed, NoResponse) and not server.responds(server.patience):
            return f"The whole server no longer responds: the stage loops, or blocks without `await`. {sentence}", True
        error = server.error()
        return sentence + (f" The stage raised {error}." if error else ""), False
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        return f"The response lacks something, or has it in another form: {type(exc).__name__} {exc}.", False
    return "", False


def _restarted(server: StageServer) -> str:
    """Start the server again; return why no further case can be tried, or an empty text."""
    if server.starts > RESTARTS:
        return "Not tried: the server stopped responding in two cases before."
    server.stop()
    try:
        server.start()
    except Unusable as exc:
        return f"Not tried: {exc}"
    return ""
