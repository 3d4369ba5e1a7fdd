"""The Python client of stage 4: each empty answer doubles its pause, and a message brings it back."""

from polling import client

LONGEST = 8  # intervals


class Client(client.Client):
    """Asks every `interval` seconds while somebody speaks, and ever less often while nobody does."""

    quiet = 1  # intervals until the next request

    def pause(self, messages):
        """Return the interval after news, else twice the pause before."""
        self.quiet = 1 if messages else min(2 * self.quiet, LONGEST)
        return self.quiet * self.interval
