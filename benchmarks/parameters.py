"""What the model is told of a workload. Times are seconds, sizes bytes, rates per second and client."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """A workload as one client sees it."""

    rate: float = 1.0  # λ, messages a second
    delay: float = 0.0  # d, seconds one way
    interval: float = 1.0  # T, seconds between polls
    pause: bool = False  # T is a pause after each answer, not a fixed rate
    hold: float = 25.0  # τ, seconds
    turnaround: float = 0.0  # seconds from an answer to the client's next request
    headers: float = 400  # H, bytes of a request's and its answer's heads together
    message: float = 100  # m, bytes of one message as JSON
    empty: float = 2  # e, bytes of an answer's body without a message
    digits: int = 3  # digits of a message's id
    fan_out: float = 0.0  # N·c, seconds from the first to the last delivery of one message

    @property
    def round_trip(self):
        """R, seconds."""
        return 2 * self.delay

    @property
    def period(self):
        """P, seconds from one poll to the next."""
        return self.interval + (self.round_trip if self.pause else 0)

    @property
    def gap(self):
        """g, seconds in which no long poll waits at the server."""
        return self.round_trip + self.turnaround
