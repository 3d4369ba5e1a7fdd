"""Shares: how many queues, or rooms, one address and one session may keep in a process, and whose go first."""

from collections import Counter, defaultdict
from contextvars import ContextVar

from django.conf import settings

from lab.access.visitors import NOBODY

LATER = {"status": 429, "headers": {"Retry-After": "5"}}
FULL = {"status": 503, "headers": {"Retry-After": "1"}}
owner = ContextVar("owner", default=NOBODY)  # the Visitor whose request is being answered


class Shares:
    """Counts what each visitor keeps, under names of its own; what is idle makes room for what is new.

    A visitor who has a whole share loses what was idle longest of its own. When the process is full, the address that
    keeps most loses what was idle longest of its own. Only if nothing is idle is the visitor refused.
    """

    def __init__(self, kind, drop, greedy, full):
        """Bound a `kind` ("QUEUES") by the settings of its name; `drop(name)` closes an idle one.

        `greedy()` is raised when an address or a session keeps too many, `full()` when the process does.
        """
        self.kind, self.drop, self.greedy, self.full = kind, drop, greedy, full
        self.holders = {}  # name: those who keep it, its address first: (setting, address or session)
        self.counts = Counter()  # holder: how many it keeps
        self.idle = {}  # holder: {name: None}, what was idle longest first
        self.ranks = defaultdict(dict)  # count: {address: None} of the addresses that keep so many, some of them idle
        self.rank = {}  # address: the count under which it stands there

    def take(self, name):
        """Count one more for the `owner`, which is busy; raise `greedy()` or `full()` when nothing makes room."""
        visitor = owner.get()
        holders = [(f"ADDRESS_{self.kind}", visitor.address)]
        if visitor.session:
            holders.append((f"SESSION_{self.kind}", visitor.session))
        for holder in holders:
            most = getattr(settings, holder[0])
            if most and self.counts[holder] >= most and not self._make_room(holder):
                raise self.greedy()
        if len(self.holders) >= getattr(settings, f"{self.kind}_MAX") and not self._make_room(self._greediest()):
            raise self.full()
        self.holders[name] = holders
        self.counts.update(holders)
        self._file(holders[0])

    def leave(self, name):
        """Forget one, which is closed."""
        self.use(name)
        holders = self.holders.pop(name)
        for holder in holders:
            self.counts[holder] -= 1
            if not self.counts[holder]:
                del self.counts[holder]
        self._file(holders[0])

    def use(self, name):
        """Note that one is busy: it makes room for nothing."""
        for holder in self.holders[name]:
            idle = self.idle.get(holder, ())
            if name in idle:
                del idle[name]
                if not idle:
                    del self.idle[holder]
                    self._file(holder)

    def rest(self, name):
        """Note that one is idle from now on."""
        for holder in self.holders[name]:
            idle = self.idle.setdefault(holder, {})
            idle.pop(name, None)
            idle[name] = None
            if len(idle) == 1:
                self._file(holder)

    def _greediest(self):
        return next(iter(self.ranks[max(self.ranks)])) if self.ranks else None

    def _make_room(self, holder):
        if holder not in self.idle:
            return False
        self.drop(next(iter(self.idle[holder])))
        return True

    def _file(self, holder):
        """Keep the ranks, so that the greediest address is found without a look at all of them."""
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
