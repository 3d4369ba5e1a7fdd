"""A crowd: many clients of one technique; each reads its room and publishes in it now and then."""

import threading
import time

from faults.log import Log
from faults.member import Member, noting
from support.processes import until

STACK = 256 << 10  # bytes of a thread's stack; each client has two threads
PATIENCE = 60  # seconds for many to join
OPTIONS = {"polling": {"interval": 0.5}}  # of a technique's clients
DAY = 86_400_000  # ms


class Crowd:
    """`size` clients of one technique, spread over `rooms`, that publish `rate` messages a second together."""

    def __init__(self, technique, url, rooms, size, rate, seed, clocks=(0,)):
        """Name them; `clocks`: by how many ms the authors' clocks are wrong."""
        self.technique, self.url, self.rooms, self.rate, self.seed = technique, url, rooms, rate, seed
        self.size, self.clocks = size, clocks
        self.kind, self.members, self.log = noting(technique), [], Log()
        self.strikes, self.broken, self.note = 0, {}, ""  # how often it was struck, and what the fault tells of it
        self.known = {}  # Said: the same, so that all readers share one
        self.quiet = threading.Event()  # nobody publishes any more

    def start(self):
        """Let all join, and begin to talk."""
        threading.stack_size(STACK)
        for number in range(self.size):
            self.join(self.rooms[number % len(self.rooms)]).talk(self.rate / self.size)
        return self

    def join(self, room, url=None, **options):
        """Let one more reader join; return the Member."""
        member = Member(self, room, url or self.url, OPTIONS.get(self.technique, {}) | options)
        self.members.append(member)
        self.log.readers.append(member.reader)
        return member

    def struck(self, times=1, at=None):
        """Note that a fault has ended, now or at an instant (seconds since the epoch), that struck so many times."""
        self.strikes += times
        self.log.ends.append(at or time.time())

    def hush(self, patience):
        """Let nobody publish any more, and wait up to `patience` seconds for what is on its way."""
        self.quiet.set()
        deadline = time.monotonic() + patience
        for member in self.members:
            if member.talking:
                member.talking.join(max(0, deadline - time.monotonic()))

    def has_all(self, heads):
        """Tell whether every reader has seen the newest message of its room, {room: id}."""
        return all(member.last >= heads[member.reader.room] for member in self.members)

    def wait_for(self, members):
        """Wait until these have seen a message."""
        until(lambda: all(member.last for member in members), "not all could join", PATIENCE)

    def close(self):
        """End all clients."""
        self.quiet.set()
        for member in self.members:
            member.client.close()
        for member in self.members:
            member.finish()
