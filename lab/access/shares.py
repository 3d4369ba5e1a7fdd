"""Shares: bounds on the queues, or rooms, that one address and one session keep open, and which one is closed first."""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings

from lab.access.visitors import NOBODY, Visitor
from lab.messages.errors import Refused

Holder = tuple[str, str]  # (setting, address or session)

owner: ContextVar[Visitor] = ContextVar("owner", default=NOBODY)  # the Visitor of the current request


class Shares:
    """Counts the queues, or rooms, that each visitor keeps open, by name; it closes idle ones to make space.

    If a visitor's share is full, its longest idle one is closed. If the process is full, the longest idle one of the
    address with the most is closed. A visitor is refused only if none is idle.
    """

    def __init__(self, kind: str, close: Callable[[str], None]) -> None:
        """Bound one `kind`, such as "queues", by the settings named after it; `close(name)` closes an idle one."""
        self.kind, self.close = kind, close
        self.setting = kind.upper()
        self.holders: dict[str, list[Holder]] = {}  # name: its holders, the address first
        self.counts: Counter[Holder] = Counter()  # holder: number that it keeps open
        self.idle: dict[Holder, dict[str, None]] = {}  # holder: {name: None}, the longest idle one first
        # number: {address: None} of the addresses that keep this many, at least one of them idle
        self.ranks: defaultdict[int, dict[Holder, None]] = defaultdict(dict)
        self.rank: dict[Holder, int] = {}  # address: its count in `ranks`

    def take(self, name: str) -> None:
        """Count one more for the `owner`, in use; raise Refused (429, or 503 if the process is full)."""
        visitor = owner.get()
        holders = [(f"ADDRESS_{self.setting}", visitor.address)]
        if visitor.session:
            holders.append((f"SESSION_{self.setting}", visitor.session))
        for holder in holders:
            most = getattr(settings, holder[0])
            if most and self.counts[holder] >= most and not self._make_room(holder):
                sentence = f"too many {self.kind} of one address or session, close some."
                raise Refused(sentence, status=429, retry_after=5)
        if len(self.holders) >= getattr(settings, f"{self.setting}_MAX") and not self._make_room(self._greediest()):
            raise Refused(f"too many {self.kind} are open, try again.", status=503, retry_after=1)
        self.holders[name] = holders
        self.counts.update(holders)
        self._file(holders[0])

    def leave(self, name: str) -> None:
        """Count one less: it is closed."""
        self.use(name)
        holders = self.holders.pop(name)
        for holder in holders:
            self.counts[holder] -= 1
            if not self.counts[holder]:
                del self.counts[holder]
        self._file(holders[0])

    def use(self, name: str) -> None:
        """Mark one as in use, so that it is not closed."""
        for holder in self.holders[name]:
            idle = self.idle.get(holder)
            if idle and name in idle:
                del idle[name]
                if not idle:
                    del self.idle[holder]
                    self._file(holder)

    def rest(self, name: str) -> None:
        """Mark one as idle from now on."""
        for holder in self.holders[name]:
            idle = self.idle.setdefault(holder, {})
            idle.pop(name, None)
            idle[name] = None
            if len(idle) == 1:
                self._file(holder)

    def _greediest(self) -> Holder | None:
        return next(iter(self.ranks[max(self.ranks)])) if self.ranks else None

    def _make_room(self, holder: Holder | None) -> bool:
        if holder is None or holder not in self.idle:
            return False
        self.close(next(iter(self.idle[holder])))
        return True

    def _file(self, holder: Holder) -> None:
        """Update the ranks, which give the address with the most without a search."""
        if holder[0].startswith("SESSION"):
            return
        old, new = self.rank.pop(holder, 0), self.counts[holder] if holder in self.idle else 0
        if old:
            del self.ranks[old][holder]
            if not self.ranks[old]:
                del self.ranks[old]
        if new:
            self.ranks[new][holder] = None
            self.rank[holder] = new
