"""The Python client of stage 4: each empty response doubles its pause, and a message resets it."""

from collections.abc import Iterable

from lab.client import Message
from polling import client

LONGEST = 8  # intervals


class Client(client.Client):
    """Polls every `interval` seconds while messages come, and less and less often while none do."""

    quiet = 1  # intervals until the next request

    def pause(self, messages: Iterable[Message]) -> float:
        """Return the interval after new messages, else twice the pause before."""
        self.quiet = 1 if messages else min(2 * self.quiet, LONGEST)
        return self.quiet * self.interval
