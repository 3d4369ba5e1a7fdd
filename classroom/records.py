"""What a class keeps in the database. Synchronous: called in the threads of `lab.chat.database`."""

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from classroom import models
from classroom.phones import Phone
from classroom.questions import Question, from_dict
from classroom.rounds import Round
from lab.messages.errors import Refused

KEYS_KEPT = 100  # used ones; each start has another


def use_key(digest: str) -> bool:
    """Note that a key of the teacher's address is used; return False if it was used before."""
    key, fresh = models.Key.objects.get_or_create(digest=digest)
    models.Key.objects.filter(pk__lt=key.pk - KEYS_KEPT).delete()
    return fresh


def load() -> tuple[dict[int, Question], dict[str, Phone], list[Round]]:
    """Return ({id: Question}, {key: Phone}, rounds with their votes, in order)."""
    questions = {row.pk: from_dict(row.question) for row in models.Question.objects.order_by("pk")}
    phones = {
        row.key: Phone(row.key, row.number, row.name, row.address, row.technique)
        for row in models.Phone.objects.order_by("number")
    }
    rounds = {
        row.pk: Round(row.number, from_dict(row.question), row.twin_of, row.stage, row.asked_at)
        for row in models.Round.objects.order_by("number")
    }
    for key, number, ballot, option in models.Vote.objects.values_list("round", "phone__number", "ballot", "option"):
        if key in rounds:  # else it was asked meanwhile
            rounds[key].votes[ballot][number] = option
    return questions, phones, list(rounds.values())


def marks() -> set[str | float]:
    """Return what tells this lesson from others: the keys of its phones, and the times of its rounds."""
    keys = models.Phone.objects.values_list("key", flat=True)
    return {*keys, *models.Round.objects.values_list("asked_at", flat=True)}


def add_questions(questions: list[Question]) -> dict[int, Question]:
    """Store questions; return them by id."""
    with transaction.atomic():
        return {models.Question.objects.create(question=each.as_dict()).pk: each for each in questions}


def drop_question(key: int) -> None:
    """Delete a question."""
    models.Question.objects.filter(pk=key).delete()


def save_phone(phone: Phone) -> None:
    """Store a phone, a new one or one that has changed."""
    fields = {name: getattr(phone, name) for name in ("number", "name", "address", "technique")}
    models.Phone.objects.update_or_create(key=phone.key, defaults=fields)


def save_techniques(phones: list[Phone]) -> None:
    """Store the techniques of phones."""
    with transaction.atomic():
        for phone in phones:
            models.Phone.objects.filter(key=phone.key).update(technique=phone.technique)


def save_round(one: Round) -> None:
    """Store a round, a new one or one that has changed, without its votes."""
    fields = {"question": one.question.as_dict(), "twin_of": one.twin_of, "stage": one.stage, "asked_at": one.asked_at}
    models.Round.objects.update_or_create(number=one.number, defaults=fields)


def save_vote(one: Round, phone: Phone, ballot: int, option: str) -> None:
    """Store a vote; it replaces the phone's earlier one in the same ballot. Raises Refused if the lesson is deleted."""
    try:
        row, voter = models.Round.objects.get(number=one.number), models.Phone.objects.get(key=phone.key)
    except ObjectDoesNotExist as exc:
        raise Refused("vote: this vote is not open.", status=409) from exc
    models.Vote.objects.update_or_create(round=row, phone=voter, ballot=ballot, defaults={"option": option})


def forget() -> bool:
    """Delete the votes, rounds and phones of the lesson; return whether there were any."""
    with transaction.atomic():
        deleted, _by_table = models.Round.objects.all().delete()
        return bool(deleted + models.Phone.objects.all().delete()[0])
