"""Places: how many connections one address, or one session, may hold open at a time."""

from contextlib import contextmanager

from django.conf import settings

from lab.message import Refused


class Places:
    """Counts who holds how many."""

    def __init__(self, of, setting):
        """Bound those of one `of` (the word for it) by a setting, in which 0 is no bound."""
        self.of, self.setting = of, setting
        self.held = {}

    def take(self, holder):
        """Take a place; raise Refused (429) where this holder has all of its own."""
        held, most = self.held.get(holder, 0), getattr(settings, self.setting)
        if most and held >= most:
            sentence = f"too many connections of one {self.of}, close some."
            raise Refused(sentence, status=429, headers={"Retry-After": "5"})
        self.held[holder] = held + 1

    def leave(self, holder):
        """Give a place back."""
        self.held[holder] -= 1
        if not self.held[holder]:
            del self.held[holder]


addresses = Places("address", "ADDRESS_CONNECTIONS")
sessions = Places("session", "SESSION_CONNECTIONS")


@contextmanager
def held(visitor):
    """Hold the places of one request or WebSocket of a Visitor while it lasts.

    Where no proxy stands before us, its address has its place since it connected (see lab/connections.py).
    """
    taken = []
    try:
        for places, holder in ((sessions, visitor.session), (addresses, settings.BEHIND_PROXY and visitor.address)):
            if holder:
                places.take(holder)
                taken.append((places, holder))
        yield
    finally:
        for places, holder in taken:
            places.leave(holder)
