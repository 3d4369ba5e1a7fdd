"""A crowd: many clients of one technique; each reads its room and publishes in it now and then."""

import threading
import time

from faults.log import Log
from faults.member import Member, noting
from support.processes import until

STACK = 256 << 10  # bytes of a thread's stack; each client has two threads
PATIENCE = 60  # seconds for many to join
OPTIONS = {"polling": {"interval": 0.5}}  # {technique: options of its clients}
DAY = 86_400_000  # ms


class Crowd:
    """`size` clients of one technique, spread over `rooms`, that publish `rate` messages a second together."""

    def __init__(self, technique, url, rooms, size, rate, seed, clocks=(0,)):
        """Name the clients; `clocks`: by how many ms the authors' clocks are wrong."""
        self.technique, self.url, self.rooms, self.rate, self.seed = technique, url, rooms, rate, seed
        self.size, self.clocks = size, clocks
        self.kind, self.members, self.log = noting(technique), [], Log()
        self.strikes, self.broken, self.note = 0, {}, ""  # how often a fault struck it, and the fault's remarks on it
        self.known = {}  # {Delivered: the same object}, so that all readers share it
        self.quiet = threading.Event()  # set when nobody publishes any more

    def start(self):
        """Let all clients join, and start to publish."""
        threading.stack_size(STACK)
        for number in range(self.size):
            self.join(self.rooms[number % len(self.rooms)]).talk(self.rate / self.size)
        return self

    def join(self, room, url=None, **options):
        """Add one more reader; return the Member."""
        member = Member(self, room, url or self.url, OPTIONS.get(self.technique, {}) | options)
        self.members.append(member)
        self.log.readers.append(member.reader)
        return member

    def struck(self, times=1, at=None):
        """Record the end of a fault that struck `times` times; `at`: seconds since the epoch, None: now."""
        self.strikes += times
        self.log.ends.append(at or time.time())

    def hush(self, timeout):
        """Stop publishing, and wait up to `timeout` seconds for publishes on their way."""
        self.quiet.set()
        deadline = time.monotonic() + timeout
        for member in self.members:
            if member.talking:
                member.talking.join(max(0, deadline - time.monotonic()))

    def has_all(self, heads):
        """Return whether every reader has the newest message of its room; `heads`: {room: id}."""
        return all(member.last >= heads[member.reader.room] for member in self.members)

    def wait_for(self, members):
        """Wait until each of these members has seen a message."""
        until(lambda: all(member.last for member in members), "not all could join", PATIENCE)

    def close(self):
        """Close all clients."""
        self.quiet.set()
        for member in self.members:
            member.client.close()
        for member in self.members:
            member.finish()
