"""A phone of the class: which technique it reads by, whether it is there, and when the teacher's messages came."""

import math
import time
from dataclasses import dataclass, field
from typing import Any

from classroom import bounds
from lab.messages.errors import Refused

HERE, HIDDEN, LATE, AWAY = "here", "hidden", "late", "away"
LATENCY_MAX = 86_400_000  # ms


@dataclass
class Receipt:
    """A message that came to a phone; `ms` is None if the latency is below the bound of the phone's clock."""

    ms: float | None
    bound: float
    back: bool  # the phone was hidden, late or away when the message was published

    def as_dict(self) -> dict[str, Any]:
        """Return its fields."""
        return {"ms": self.ms, "bound": self.bound, "back": self.back}


@dataclass
class Phone:
    """One phone; `number` counts 1, 2, 3 … in the order of joining."""

    key: str
    number: int
    name: str
    address: str
    technique: str
    streams: int = 0
    hidden: bool = False
    late: bool = False
    reported: float = -math.inf  # monotonic time of its last report, seconds
    receipts: dict[int, Receipt] = field(default_factory=dict)  # by the message's id
    absent_at: set[int] = field(default_factory=set)  # ids of messages that were published while it was not here

    @property
    def status(self) -> str:
        """Whether the phone is here; hidden: its page is out of view; late: its timers are slowed down; or away."""
        if not self.streams or time.monotonic() - self.reported > bounds.REPORT_SECONDS:
            return AWAY
        return HIDDEN if self.hidden else LATE if self.late else HERE

    def report(self, fields: dict[str, Any], known: list[int]) -> None:
        """Take in a report; `known`: the ids of the teacher's messages. Raises Refused if a field is wrong."""
        hidden, late = (_flag(fields, name) for name in ("hidden", "late"))
        receipts = fields.get("received", [])
        if not isinstance(receipts, list) or len(receipts) > bounds.RECEIPTS_MAX:
            raise Refused(f"received: at most {bounds.RECEIPTS_MAX} messages.")
        came = [_receipt(each) for each in receipts]
        self.hidden, self.late, self.reported = hidden, late, time.monotonic()
        for number, ms, bound in came:
            if number in known:
                self.receipts.setdefault(number, Receipt(ms, bound, number in self.absent_at))

    def published(self, message: int, forgotten: list[int]) -> None:
        """Note whether the phone is here while a message is published; drop what is known of older ones."""
        if self.status != HERE:
            self.absent_at.add(message)
        for old in forgotten:
            self.receipts.pop(old, None)
            self.absent_at.discard(old)

    def for_wall(self, message: int | None) -> dict[str, Any]:
        """Return what the wall shows of the phone: no name."""
        receipt = self.receipts.get(message) if message is not None else None
        seen = {"number": self.number, "technique": self.technique, "status": self.status}
        return seen | {"receipt": receipt.as_dict() if receipt else None}


def _flag(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise Refused(f"{name}: true or false is expected.")
    return value


def _receipt(value: Any) -> tuple[int, Any, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("id"), int):
        raise Refused("received: the id, ms and bound of messages are expected.")
    ms, bound = value.get("ms"), value.get("bound")
    if not (ms is None or _is_time(ms)) or not _is_time(bound):
        raise Refused("received: ms and bound are numbers of milliseconds.")
    return value["id"], ms, bound


def _is_time(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= LATENCY_MAX
