"""A crowd: many clients of one technique, each of which reads its room and publishes in it now and then."""

import random
import secrets
import statistics
import threading
import time
from importlib import import_module

from processes import until

from faults.log import Arrival, Log, Publish, Reader, Said

STACK = 256 << 10  # bytes of a thread's stack; each client has two threads
PATIENCE = 60  # seconds for many to join
OPTIONS = {"polling": {"interval": 0.5}}  # of a technique's clients
DAY = 86_400_000  # ms
TEXT = "é 物 " + "x" * 80  # after the words that tell one message from another


class Crowd:
    """`size` clients of one technique, spread over `rooms`, that publish `rate` messages a second together."""

    def __init__(self, technique, url, rooms, size, rate, seed, clocks=(0,)):
        """Name them; `clocks`: by how many ms the authors' clocks are wrong."""
        self.technique, self.url, self.rooms, self.rate, self.seed = technique, url, rooms, rate, seed
        self.size, self.clocks = size, clocks
        self.kind, self.members, self.log = noting(technique), [], Log()
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

    def p99(self, began, ended):
        """Return the 99th percentile, in ms, of the delays of messages published between two instants.

        From the publishing to the arrival at those who publish themselves.
        """
        begun = {publish.nonce: publish.began for publish in self.log.publishes if began <= publish.began < ended}
        talking = {member.reader.name for member in self.members if member.talking}
        arrivals = [a for reader in self.log.readers if reader.name in talking for a in reader.shown]
        delays = [1000 * (a.at - begun[a.said.nonce]) for a in arrivals if a.said.nonce in begun]
        return statistics.quantiles(delays, n=100)[98]

    def close(self):
        """End all clients."""
        self.quiet.set()
        for member in self.members:
            member.client.close()
        for member in self.members:
            member.finish()


class Member:
    """One client, with a thread that reads and perhaps one that publishes."""

    def __init__(self, crowd, room, url, options):
        name = f"{crowd.technique} {len(crowd.members)}"
        self.crowd, self.client = crowd, crowd.kind(url, room, name, after=0, **options)
        self.reader = Reader(name, room, joined=time.time())
        self.chance = random.Random(f"{crowd.seed} {name}")
        self.last, self.talking = 0, None
        self.reading = threading.Thread(target=self.noted, args=(self.read,), daemon=True)
        self.reading.start()

    def talk(self, rate):
        """Publish `rate` messages a second from now on, at random instants."""
        self.talking = threading.Thread(target=self.noted, args=(self.publish_now_and_then, rate), daemon=True)
        self.talking.start()

    def noted(self, act, *args):
        """Do it, and note what ends it too early."""
        try:
            act(*args)
        except Exception as exc:
            self.reader.failure = f"{type(exc).__name__}: {exc}"

    def read(self):
        """Note every arrival."""
        known = self.crowd.known
        for message, shown in self.client.arrivals():
            said = Said.of(message)
            connection, had = message["connection"]
            at = message["arrived_at"] / 1000
            self.reader.arrivals.append(Arrival(known.setdefault(said, said), at, connection, had, shown))
            if shown:
                self.last = said.number

    def publish_now_and_then(self, rate):
        """Publish until all is quiet."""
        number = 0
        while not self.crowd.quiet.wait(self.chance.expovariate(rate)):
            number += 1
            self.publish(f"{number} by {self.reader.name} {TEXT}")

    def publish(self, text):
        """Publish one message and note its acknowledgement."""
        now = time.time()
        sent_at = now * 1000 + self.chance.choice(self.crowd.clocks)
        publish = Publish(self.reader.name, self.reader.room, secrets.token_urlsafe(16), text, sent_at, now)
        self.crowd.log.publishes.append(publish)
        stored = self.client.publish(text, publish.nonce, sent_at)
        if stored:  # None: closed meanwhile
            publish.number, publish.answered = stored["id"], time.time()

    def finish(self):
        """Wait for the threads, and note what the client counted."""
        self.reading.join()
        if self.talking:
            self.talking.join()
        self.reader.resets, self.reader.reconnects = self.client.resets, self.client.reconnects


def noting(technique):
    """Return the technique's Client, made to say of each message by which of its connections it came."""
    base = import_module(f"{technique}.client").Client

    class Noting(base):
        opened = 0

        def open(self):
            self.opened, self.had = self.opened + 1, self.after
            super().open()

        def fetch(self):
            opened, had = self.opened, self.had
            batch = super().fetch()
            if opened != self.opened:  # the thread that publishes has opened a connection meanwhile
                opened = 0
            return [message | {"connection": (opened, had)} for message in batch]

    return Noting
