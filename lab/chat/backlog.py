"""What waits in the queues: bounded in bytes for each queue, and for all queues of the process together."""

from collections import deque

from django.conf import settings


class Backlog(deque):
    """The messages that wait in one queue, `most` bytes at most.

    Those of all queues together have QUEUES_BYTES at most, a message in several of them counted once. Past it the
    queue whose messages have waited longest is emptied: its reader goes back to history.
    """

    __slots__ = ("most", "size")
    __hash__, __eq__ = object.__hash__, object.__eq__  # one queue's, whatever it holds
    held = 0  # bytes of the messages that wait in any queue
    filled = {}  # {Backlog: None} of those that hold messages, the one that has held some longest first

    def __init__(self, most):
        super().__init__()
        self.most = most
        self.size = 0  # bytes

    def append(self, message):
        """Add a message, unless it makes the queue too large: then empty the queue."""
        size = message.size
        if self.size + size > self.most:
            self.clear()
            return
        if not self:
            Backlog.filled[self] = None
        super().append(message)
        self.size += size
        message.queued += 1
        if message.queued == 1:
            Backlog.held += size
            while Backlog.held > settings.QUEUES_BYTES:
                next(iter(Backlog.filled)).clear()

    def popleft(self):
        """Take the oldest message away, and return it."""
        message = super().popleft()
        self.size -= message.size
        message.queued -= 1
        if not message.queued:
            Backlog.held -= message.size
        if not self:
            del Backlog.filled[self]
        return message

    def clear(self):
        """Empty the queue."""
        while self:
            self.popleft()
