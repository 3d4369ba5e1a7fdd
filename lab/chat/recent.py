"""The newest messages of a room, remembered so that a reader who comes back need not ask the store."""

from collections import deque
from itertools import islice

from django.conf import settings


class Tail:
    """Messages without a gap, TAIL_MAX at most; those of all rooms together have TAILS_BYTES at most.

    Past either bound the room's oldest ones are forgotten: they are in the store.
    """

    size = 0  # bytes of all tails

    def __init__(self):
        self.messages = deque()

    def append(self, message):
        """Remember one more."""
        self.messages.append(message)
        Tail.size += message.size
        while len(self.messages) > settings.TAIL_MAX or (self.messages and Tail.size > settings.TAILS_BYTES):
            self._forget()

    def clear(self):
        """Forget all."""
        while self.messages:
            self._forget()

    def after(self, number):
        """Return an iterator of the messages after the id `number`; of none where what came next is forgotten."""
        if not self.messages or self.messages[0].id > number + 1:
            return iter(())
        return islice(self.messages, number + 1 - self.messages[0].id, None)

    def _forget(self):
        Tail.size -= self.messages.popleft().size
