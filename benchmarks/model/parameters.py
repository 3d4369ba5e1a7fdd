"""What the model is told of a workload. Times are seconds, sizes bytes, rates per second and client."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """A workload as one client sees it."""

    rate: float = 1.0  # λ, messages a second
    regular: bool = False  # they come evenly apart, not at random
    delay: float = 0.0  # d, seconds one way
    interval: float = 1.0  # T, seconds between polls
    pause: bool = False  # T is a pause after each answer, not a fixed rate
    hold: float = 25.0  # τ, seconds
    turnaround: float = 0.0  # seconds that both ends take for an answer and the next request
    headers: float = 400  # H, bytes of a request's and its answer's heads together
    request: float = 150  # of these, the request's
    message: float = 100  # m, bytes of one message as JSON
    empty: float = 2  # e, bytes of an answer's body without a message
    digits: int = 3  # digits of a message's id
    fan_out: float = 0.0  # N·c, seconds from the first to the last delivery of one message
    base: float = 0.0  # seconds that a message takes at the server before it can be delivered: on disk first

    @property
    def round_trip(self):
        """R, seconds."""
        return 2 * self.delay

    @property
    def period(self):
        """P, seconds from one poll to the next."""
        return self.interval + (self.gap if self.pause else 0)

    @property
    def gap(self):
        """g, seconds from an answer of the server to the client's next request there."""
        return self.round_trip + self.turnaround
