"""The recent changes of a wire or the server, with their begin and end, for pages that draw them."""

import time
from collections import deque
from typing import Any

KEPT = 20


class Changes:
    """The newest changes: {"what", "begin", "end", "by", …}, in ms since the epoch; `end` is None until it ends."""

    def __init__(self) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.current: dict[str, Any] | None = None

    def add(self, what: str, by: str | None = None, **fields: Any) -> None:
        """Record a change that takes no time."""
        at = now()
        self.entries.append({"what": what, "begin": at, "end": at, "by": by, **fields})

    def begin(self, what: str, by: str | None = None, **fields: Any) -> None:
        """Record a change that lasts until `end` is called; one that lasts already ends."""
        self.end()
        self.current = {"what": what, "begin": now(), "end": None, "by": by, **fields}
        self.entries.append(self.current)

    def end(self) -> None:
        """End the change that lasts, if there is one."""
        if self.current:
            self.current["end"] = now()
        self.current = None

    def state(self) -> list[dict[str, Any]]:
        """Return the entries, oldest first."""
        return [dict(entry) for entry in self.entries]


def now() -> float:
    """Return ms since the epoch."""
    return round(time.time() * 1000, 1)
