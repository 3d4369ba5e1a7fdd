"""The lesson of this process: it owns the phones, the rounds and the teacher's questions, and tells pages of changes.

All is kept in memory and written to the database before anybody hears of it, so that a lesson outlives a restart.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from classroom import bounds, records
from classroom.phones import Phone
from classroom.questions import Question
from classroom.rounds import SHOWN, Round
from lab.chat.database import Database
from lab.messages.errors import Refused

ROOM = "class"  # in which the phones read
ROUND, READERS = "round", "readers"
CHECK = 1.0  # seconds, at least, between two checks whether another process has deleted the lesson
SPREAD = "spread"  # each technique gets as many phones as the others


@dataclass
class Streams:
    """The number of open event streams of one kind."""

    streams: int = 0


class Lesson:
    """The state of a class."""

    def __init__(self) -> None:
        self.database = Database()
        self.questions: dict[int, Question] = {}
        self.phones: dict[str, Phone] = {}  # by key
        self.rounds: list[Round] = []
        self.messages: list[int] = []  # ids of the teacher's newest messages
        self.showing = ROUND  # what the wall shows: what the teacher has dealt with last
        self.loading: asyncio.Task[None] | None = None
        self.listeners: dict[asyncio.Event, bool] = {}  # {event of a stream: whether it is a phone's}
        self.walls, self.desk = Streams(), Streams()  # of all walls, and of the teacher's pages
        self.changing = asyncio.Lock()
        self.checked_at = -CHECK  # monotonic time, seconds

    async def load(self) -> "Lesson":
        """Read what the database holds, once; return this lesson. Raises Unavailable."""
        if self.loading is None:
            self.loading = asyncio.create_task(self._load())
        try:
            await asyncio.shield(self.loading)
        except Refused:
            self.loading = None  # the next request tries again
            raise
        return self

    async def _load(self) -> None:
        self.questions, self.phones, self.rounds = await self.database.read(records.load)

    # Who listens

    @contextmanager
    def listening(self, is_phone: bool) -> Iterator[asyncio.Event]:
        """Yield an Event that is set whenever something changes; for a phone, only when its question does."""
        event = asyncio.Event()
        self.listeners[event] = is_phone
        try:
            yield event
        finally:
            del self.listeners[event]

    @contextmanager
    def following(self, one: Streams | Phone) -> Iterator[None]:
        """Count an event stream while it is open."""
        one.streams += 1
        self.changed()
        try:
            yield
        finally:
            one.streams -= 1
            self.changed()

    def changed(self, for_phones: bool = False) -> None:
        """Tell the wall and the teacher's pages, and perhaps the phones."""
        for event, is_phone in self.listeners.items():
            if for_phones or not is_phone:
                event.set()

    # Phones

    def phone(self, key: str | None) -> Phone:
        """Return the phone with this key; raise Refused (403) if it has not joined this lesson."""
        if key is None or key not in self.phones:
            raise Refused("phone: not in this class, join it first.", status=403)
        return self.phones[key]

    async def join(self, key: str | None, name: str, address: str) -> Phone:
        """Return the phone with this key under a new name, or a new phone; raise Refused if there are too many."""
        async with self.changing:
            known = self.phones.get(key or "")
            phone = known or self._new_phone(address)
            before, phone.name = phone.name, name
            try:
                await self.database.write(records.save_phone, phone)
            except Refused:
                phone.name = before
                raise
            self.phones[phone.key] = phone
        self.changed()
        return phone

    def _new_phone(self, address: str) -> Phone:
        if len(self.phones) >= bounds.PHONES_MAX:
            raise Refused("phone: the class is full.", status=503, retry_after=10)
        shared = sum(phone.address == address for phone in self.phones.values())
        if bounds.ADDRESS_PHONES and shared >= bounds.ADDRESS_PHONES:
            raise Refused("phone: too many phones of this address.", status=429, retry_after=10)
        number = 1 + max((phone.number for phone in self.phones.values()), default=0)
        return Phone(secrets.token_hex(16), number, "", address, self._rarest_technique())

    def _rarest_technique(self) -> str:
        taken = Counter(phone.technique for phone in self.phones.values())
        techniques: list[str] = settings.TECHNIQUES
        return min(techniques, key=lambda name: taken[name])

    async def choose_technique(self, choice: object) -> None:
        """Let all phones read by one technique, or spread them evenly; raise Refused."""
        techniques: list[str] = settings.TECHNIQUES
        if choice not in (SPREAD, *techniques):
            raise Refused(f"technique: one of {', '.join((SPREAD, *techniques))}.")
        async with self.changing:
            phones = sorted(self.phones.values(), key=lambda phone: phone.number)
            for place, phone in enumerate(phones):
                phone.technique = techniques[place % len(techniques)] if choice == SPREAD else str(choice)
            await self.database.write(records.save_techniques, phones)
        self.changed(for_phones=True)

    def report(self, phone: Phone, fields: dict[str, Any]) -> None:
        """Take in what a phone reports; raise Refused."""
        phone.report(fields, self.messages)
        self.changed()

    def published(self, message: int) -> None:
        """Note that the teacher has published a message."""
        self.showing = READERS
        self.messages.append(message)
        forgotten, self.messages = self.messages[: -bounds.MESSAGES_KEPT], self.messages[-bounds.MESSAGES_KEPT :]
        for phone in self.phones.values():
            phone.published(message, forgotten)
        self.changed()

    # Questions and rounds

    @property
    def round(self) -> Round | None:
        """The newest round."""
        return self.rounds[-1] if self.rounds else None

    async def add_questions(self, questions: list[Question]) -> None:
        """Keep questions of the teacher's own; raise Refused (409) if there are too many."""
        async with self.changing:
            if len(self.questions) + len(questions) > bounds.QUESTIONS_MAX:
                raise Refused(f"questions: at most {bounds.QUESTIONS_MAX}, delete some.", status=409)
            self.questions |= await self.database.write(records.add_questions, questions)
        self.changed()

    def question(self, key: object) -> Question:
        """Return a question of the teacher's own; raise Refused (404) if there is none with this id."""
        if not isinstance(key, int) or key not in self.questions:
            raise Refused("question: unknown.", status=404)
        return self.questions[key]

    async def drop_question(self, key: Any) -> None:
        """Delete a question."""
        async with self.changing:
            self.question(key)
            await self.database.write(records.drop_question, key)
            del self.questions[key]
        self.changed()

    async def ask(self, question: Question, twin_of: int | None = None) -> None:
        """Begin a round, whose first vote is open at once; an older one ends. Raises Refused (409) after too many."""
        async with self.changing:
            if len(self.rounds) >= bounds.ROUNDS_MAX:
                raise Refused(f"rounds: at most {bounds.ROUNDS_MAX} in a lesson, begin a new one.", status=409)
            one = Round(len(self.rounds) + 1, question, twin_of, asked_at=time.time() * 1000)
            await self.database.write(records.save_round, one)
            self.rounds.append(one)
            self.showing = ROUND
        self.changed(for_phones=True)

    async def ask_twin(self) -> None:
        """Ask the twin of the newest round's question; raise Refused (409) if it has none."""
        one = self.round
        if one is None or one.question.twin is None:
            raise Refused("question: it has no twin.", status=409)
        await self.ask(one.question.twin, twin_of=one.number)

    async def step(self, stage: object) -> None:
        """Take the newest round to another stage; raise Refused."""
        async with self.changing:
            await self._save(lambda one: setattr(one, "stage", one.check_stage(stage)))
        self.changed(for_phones=True)

    async def settle(self, scene: object, right: object) -> Round:
        """Note the right options of a scene's question, as measured, and open its votes; return its round.

        Raises Refused: 409 if the newest round asks for another scene.
        """
        async with self.changing:
            one = self.round
            if one is None or not scene or one.question.scene != scene:
                raise Refused("scene: not the one that was asked for.", status=409)
            if not isinstance(right, list) or not all(isinstance(each, str) for each in right):
                raise Refused("right: a list of options is expected.")
            known = tuple(key for key in one.question.options if key in right)
            question = one.question
            answered = Question(question.text, question.options, known, question.scene, question.twin)

            def settled(each: Round) -> None:
                each.question, each.stage = answered, SHOWN

            await self._save(settled)
        self.changed(for_phones=True)
        return one

    async def _save(self, change: Callable[[Round], None]) -> None:
        """Change the newest round in the database, then here."""
        one = self.round
        if one is None:
            raise Refused("round: nothing was asked yet.", status=409)
        changed = Round(one.number, one.question, one.twin_of, one.stage, one.asked_at)
        change(changed)
        await self.database.write(records.save_round, changed)
        one.question, one.stage, self.showing = changed.question, changed.stage, ROUND

    async def vote(self, phone: Phone, number: object, option: object) -> None:
        """Count a vote in the round with this number, instead of the phone's earlier one; raise Refused."""
        async with self.changing:
            one = self.round
            if one is None:
                raise Refused("vote: this vote is not open.", status=409)
            ballot, chosen = one.check_vote(number, option)
            await self.database.write(records.save_vote, one, phone, ballot, chosen)
            one.votes[ballot][phone.number] = chosen
        self.changed()

    async def forget(self) -> None:
        """Begin a new lesson: forget the votes and the phones."""
        async with self.changing:
            await self.database.write(records.forget)
            self.phones, self.rounds, self.messages = {}, [], []
        self.changed(for_phones=True)

    async def check(self) -> None:
        """Read the database again if another process has deleted this lesson, as `manage.py forget` does."""
        now = time.monotonic()
        if now - self.checked_at < CHECK or self.changing.locked() or not (self.phones or self.rounds):
            return
        self.checked_at = now
        async with self.changing:
            kept = await self.database.read(records.marks)
            if {*self.phones, *(one.asked_at for one in self.rounds)} <= kept:
                return
            self.messages = []
            await self._load()
        self.changed(for_phones=True)

    # What pages show

    def for_phone(self, phone: Phone) -> dict[str, Any]:
        """Return what one phone may see: its own votes, and those of others only as counts that are open."""
        one = self.round
        seen: dict[str, Any] = {"number": phone.number, "name": phone.name, "technique": phone.technique, "room": ROOM}
        if one is None:
            return seen | {"round": None}
        mine = [one.votes[ballot].get(phone.number) for ballot in (1, 2)]
        return seen | {"round": one.for_all() | {"mine": mine}}

    def for_wall(self) -> dict[str, Any]:
        """Return what everybody in the room may see."""
        one = self.round
        message = self.messages[-1] if self.messages else None
        phones = [phone.for_wall(message) for phone in self.phones.values()]
        shown: dict[str, Any] = {"phones": phones, "message": message, "showing": self.showing, "round": None}
        if one:
            shown["round"] = one.for_all() | {"voted": one.counts()}
            if one.opened and one.twin_of:
                shown["before"] = self.rounds[one.twin_of - 1].summary()
                shown["after"] = one.summary()
        return shown

    def for_teacher(self) -> dict[str, Any]:
        """Return what the teacher sees besides: names, questions, and how the rounds went whose votes are open."""
        addresses = Counter(phone.address for phone in self.phones.values())
        one = self.round
        return self.for_wall() | {
            "names": {phone.number: phone.name for phone in self.phones.values() if phone.name},
            "shared": sum(count for count in addresses.values() if count > 1),
            "questions": [question.as_dict() | {"id": key} for key, question in self.questions.items()],
            "rounds": [each.summary() | {"text": each.question.text} for each in self.rounds if each.opened],
            "twin": bool(one and one.question.twin),
        }


@cache
def process_lesson() -> Lesson:
    """Return the Lesson of this process."""
    return Lesson()
