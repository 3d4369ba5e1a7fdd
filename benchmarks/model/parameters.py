"""The model's parameters. Times are in seconds, sizes in bytes, rates per second and client."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """A workload as one client sees it."""

    rate: float = 1.0  # λ, messages a second
    regular: bool = False  # evenly spaced, not random
    delay: float = 0.0  # d, seconds one way
    interval: float = 1.0  # T, seconds between polls
    pause: bool = False  # T is a pause after each response, not a fixed rate
    hold: float = 25.0  # τ, seconds
    turnaround: float = 0.0  # seconds of computing for a response and the next request
    headers: float = 400  # H, bytes of a request and its response without bodies
    request: float = 150  # of these, those of the request
    message: float = 100  # m, bytes of one message as JSON
    empty: float = 2  # e, bytes of a response body without a message
    digits: int = 3  # digits of a message's id
    fan_out: float = 0.0  # N·c, seconds from the first to the last delivery of one message
    base: float = 0.0  # seconds until the server has stored a message and can deliver it

    @property
    def round_trip(self) -> float:
        """R, seconds."""
        return 2 * self.delay

    @property
    def period(self) -> float:
        """P, seconds from one poll to the next."""
        return self.interval + (self.gap if self.pause else 0)

    @property
    def gap(self) -> float:
        """g, seconds from a response of the server to the arrival of the client's next request."""
        return self.round_trip + self.turnaround
