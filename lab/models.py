"""The two tables: rooms and their messages."""

from django.db import models


class Room(models.Model):
    """A room; `last` hands out the ids, because a database's own sequences commit out of order."""

    name = models.CharField(max_length=64, unique=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """A message; `number` is the id that clients see, counting 1, 2, 3 … in each room."""

    room = models.ForeignKey(Room, models.CASCADE)
    number = models.PositiveBigIntegerField()
    author = models.CharField(max_length=40)
    text = models.TextField()
    nonce = models.CharField(max_length=64)
    sent_at = models.FloatField(null=True)
    published_at = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="number_once_in_a_room"),
            models.UniqueConstraint(fields=["room", "nonce"], name="nonce_once_in_a_room"),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.number}: {self.text}"
