"""The question that the advice answers."""

from dataclasses import dataclass

BOUNDS: dict[str, tuple[float, float]] = {  # smallest and largest value of a Question's fields
    "rate": (1e-6, 10_000),
    "clients": (1, 10_000_000),
    "rooms": (1, 10_000_000),
    "latency_ms": (1, 3_600_000),
    "text_bytes": (1, 4_000),
    "delay_ms": (0, 60_000),
    "jitter_ms": (0, 60_000),
}


class QuestionError(ValueError):
    """The question has no answer; the text is one sentence that says why."""


@dataclass(frozen=True)
class Question:
    """The needs: `rate` is in messages per second in each room, `clients` are those of all rooms together."""

    rate: float = 1.0
    clients: int = 100
    rooms: int = 1
    latency_ms: float = 1000.0  # acceptable for 99 in 100 messages
    text_bytes: int = 100
    delay_ms: float = 0.0  # of the network, one way
    jitter_ms: float = 0.0

    def __post_init__(self):
        """Raise QuestionError if a field is out of its bounds."""
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(self, name) <= high:
                raise QuestionError(f"{name}: from {low:,} to {high:,}.")
        if self.rooms > self.clients:
            raise QuestionError("rooms: at most as many as clients.")
