"""The tables of a class: the teacher's own questions, and of a lesson the phones, the rounds and the votes."""

from django.db import models


class Key(models.Model):
    """The digest of a key of the teacher's address; a key works once."""

    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.digest


class Question(models.Model):
    """A question of the teacher's own, as JSON; see `classroom.questions`."""

    question = models.JSONField()

    def __str__(self) -> str:
        return str(self.question["text"])


class Phone(models.Model):
    """A phone that has joined; `key` is in its cookie, `number` counts 1, 2, 3 … in the lesson."""

    key = models.CharField(max_length=32, unique=True)
    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=40)
    address = models.CharField(max_length=64)
    technique = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Round(models.Model):
    """A question that was asked, as JSON, because the question may change later."""

    number = models.PositiveIntegerField(unique=True)
    question = models.JSONField()
    twin_of = models.PositiveIntegerField(null=True)
    stage = models.CharField(max_length=10)
    asked_at = models.FloatField()

    def __str__(self) -> str:
        return f"{self.number}: {self.question['text']}"


class Vote(models.Model):
    """What a phone chose in the first or second vote of a round."""

    round = models.ForeignKey(Round, models.CASCADE)
    phone = models.ForeignKey(Phone, models.CASCADE)
    ballot = models.PositiveSmallIntegerField()
    option = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "phone", "ballot"], name="one_vote_of_a_phone")]

    def __str__(self) -> str:
        return f"{self.round}, {self.phone}: {self.option}"
