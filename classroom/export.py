"""The votes of a lesson as CSV."""

import csv
import io
from datetime import UTC, datetime

from classroom import records
from classroom.rounds import Round

COLUMNS = (
    *("round", "asked at", "scene", "twin of round", "question", "phone", "nickname", "technique"),
    *("first vote", "first is right", "second vote", "second is right"),
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for the beginning of a formula


def as_csv() -> str:
    """Return one line for each phone that voted in a round, with a byte order mark, because spreadsheets need one."""
    _questions, phones, rounds = records.load()
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for one in rounds:
        for phone in phones.values():
            votes = [one.votes[ballot].get(phone.number) for ballot in (1, 2)]
            if any(votes):
                named = (phone.number, phone.name, phone.technique)
                writer.writerow([cell(value) for value in (*_asked(one), *named, *_chosen(one, votes))])
    return "\ufeff" + file.getvalue()


def cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULAS) or text.startswith(FORMULAS) else text


def _asked(one: Round) -> tuple[object, ...]:
    asked_at = datetime.fromtimestamp(one.asked_at / 1000, UTC).isoformat(timespec="seconds")
    return one.number, asked_at, one.question.scene, one.twin_of, one.question.text


def _chosen(one: Round, votes: list[str | None]) -> list[object]:
    right = one.question.right
    cells: list[object] = []
    for option in votes:
        known = option is not None and bool(right)
        cells += [option and one.question.options[option], ("yes" if option in right else "no") if known else None]
    return cells
