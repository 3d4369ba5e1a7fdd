"""Messages that wait in the queues: bounded in bytes for each queue, and for all queues of a hub together."""

from collections import deque

from django.conf import settings

from lab.messages.message import Message


class Backlogs:
    """All backlogs of a hub."""

    def __init__(self) -> None:
        self.size = 0  # bytes of the messages that wait in any queue
        # {Backlog: None} of those with messages; first the one whose messages have waited longest
        self.filled: dict[Backlog, None] = {}


class Backlog(deque[Message]):
    """The messages that wait in one queue, at most `most` bytes.

    All queues together hold at most QUEUES_BYTES; a message in several queues counts once. Beyond that, the
    queue whose messages have waited longest is emptied, and its reader goes back to history.
    """

    __slots__ = ("all", "most", "size")
    __hash__ = object.__hash__  # type: ignore[assignment]  # a key by identity, not by its messages
    __eq__ = object.__eq__

    def __init__(self, most: int, backlogs: Backlogs) -> None:
        super().__init__()
        self.most = most
        self.size = 0  # bytes
        self.all = backlogs

    def append(self, message: Message) -> None:
        """Add a message, unless it makes the queue too large: then empty the queue."""
        size = message.size
        if self.size + size > self.most:
            self.clear()
            return
        if not self:
            self.all.filled[self] = None
        super().append(message)
        self.size += size
        message.queued += 1
        if message.queued == 1:
            self.all.size += size
            while self.all.size > settings.QUEUES_BYTES:
                next(iter(self.all.filled)).clear()

    def popleft(self) -> Message:
        """Remove the oldest message, and return it."""
        message = super().popleft()
        self.size -= message.size
        message.queued -= 1
        if not message.queued:
            self.all.size -= message.size
        if not self:
            del self.all.filled[self]
        return message

    def clear(self) -> None:
        """Empty the queue."""
        while self:
            self.popleft()
