"""The newest messages of a room, kept in memory so that a reader who reconnects does not need the store."""

from collections import deque
from collections.abc import Iterator
from itertools import islice

from django.conf import settings

from lab.messages.message import Message


class RecentBytes:
    """Bytes of memory of the recent messages of all rooms of a hub."""

    total = 0


class RecentMessages:
    """The newest messages of one room without a gap, at most TAIL_MAX; those of all rooms have at most TAILS_BYTES.

    Beyond either bound the room's oldest ones are dropped: they are in the store.
    """

    def __init__(self, size: RecentBytes) -> None:
        """`size`: the RecentBytes that all rooms share."""
        self.messages: deque[Message] = deque()
        self.size = size

    def append(self, message: Message) -> None:
        """Add one more."""
        self.messages.append(message)
        self.size.total += message.size
        while len(self.messages) > settings.TAIL_MAX or (self.messages and self.size.total > settings.TAILS_BYTES):
            self._forget()

    def clear(self) -> None:
        """Forget all."""
        while self.messages:
            self._forget()

    def after(self, number: int) -> Iterator[Message]:
        """Return an iterator of the messages after the id `number`; an empty one if the first of them was dropped."""
        if not self.messages or self.messages[0].id > number + 1:
            return iter(())
        return islice(self.messages, number + 1 - self.messages[0].id, None)

    def _forget(self) -> None:
        self.size.total -= self.messages.popleft().size
