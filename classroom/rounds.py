"""A round: a question that was asked, the stage it is in, and the votes. Pure: no database, no network."""

from dataclasses import dataclass, field
from typing import Any

from classroom.questions import Question
from lab.messages.errors import Refused

FIRST, DISCUSS, SECOND, CLOSED, SHOWN = STAGES = ("first", "discuss", "second", "closed", "shown")
BALLOTS = {FIRST: 1, SECOND: 2}  # stage: which vote is open


@dataclass
class Round:
    """One question, asked once; `votes` is {ballot: {phone's number: option's key}}."""

    number: int
    question: Question
    twin_of: int | None = None
    stage: str = FIRST
    asked_at: float = 0.0  # ms since the epoch
    votes: dict[int, dict[int, str]] = field(default_factory=lambda: {1: {}, 2: {}})

    @property
    def ballot(self) -> int | None:
        """The vote that is open, 1 or 2; None if none is."""
        return BALLOTS.get(self.stage)

    @property
    def opened(self) -> bool:
        """Whether everybody may see the votes."""
        return self.stage == SHOWN

    def check_stage(self, stage: object) -> str:
        """Return a stage that may follow; raise Refused: after the votes were seen, nobody votes again."""
        if stage not in STAGES:
            raise Refused(f"stage: one of {', '.join(STAGES)}.")
        if self.opened:
            raise Refused("stage: the votes are open, ask the question again.", status=409)
        return str(stage)

    def check_vote(self, number: object, option: object) -> tuple[int, str]:
        """Return (ballot, option's key) of a vote in the round with this number; raise Refused if it does not count."""
        if number != self.number or self.ballot is None:
            raise Refused("vote: this vote is not open.", status=409)
        if not isinstance(option, str) or option not in self.question.options:
            raise Refused("option: one of the question's options is expected.")
        return self.ballot, option

    def counts(self) -> list[int]:
        """Return how many phones have voted: [first, second]."""
        return [len(votes) for votes in self.votes.values()]

    def tally(self) -> dict[str, list[int]]:
        """Return the votes for each option, {"first": [...], "second": [...]}, in the order of the options."""
        first, second = (
            [list(votes.values()).count(option) for option in self.question.options] for votes in self.votes.values()
        )
        return {"first": first, "second": second}

    def right_counts(self) -> list[int]:
        """Return how many votes were right: [first, second]."""
        right = self.question.right
        return [sum(option in right for option in votes.values()) for votes in self.votes.values()]

    def for_all(self) -> dict[str, Any]:
        """Return what everybody may see: the votes and the right options only when they are open."""
        options = [{"key": key, "text": text} for key, text in self.question.options.items()]
        seen: dict[str, Any] = {"number": self.number, "text": self.question.text, "options": options}
        seen |= {"stage": self.stage, "scene": self.question.scene, "twin_of": self.twin_of}
        return seen | (self.tally() | {"right": list(self.question.right)} if self.opened else {})

    def summary(self) -> dict[str, Any]:
        """Return how many votes there were, and how many were right."""
        right = self.right_counts() if self.question.right else None
        return {"number": self.number, "voted": self.counts(), "were_right": right, "twin_of": self.twin_of}
