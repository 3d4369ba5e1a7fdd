"""One client of a crowd, which records what it receives and publishes now and then."""

import random
import secrets
import threading
import time
from importlib import import_module

from faults.log import Arrival, Delivered, Publish, Reader

TEXT = "é 物 " + "x" * 80  # follows the words that make each message different


class Member:
    """One client, with a thread that reads and optionally one that publishes."""

    def __init__(self, crowd, room, url, options):
        name = f"{crowd.technique} {len(crowd.members)}"
        self.crowd, self.client = crowd, crowd.kind(url, room, name, after=0, **options)
        self.reader = Reader(name, room, joined=time.time())
        self.chance = random.Random(f"{crowd.seed} {name}")
        self.last, self.given, self.talking = 0, 0, None
        self.reading = threading.Thread(target=self.noted, args=(self.read,), daemon=True)
        self.reading.start()

    def talk(self, rate):
        """Publish `rate` messages a second from now on, at random instants."""
        self.talking = threading.Thread(target=self.noted, args=(self.publish_now_and_then, rate), daemon=True)
        self.talking.start()

    def noted(self, act, *args):
        """Call `act(*args)`; record the error if one ends it too early."""
        try:
            act(*args)
        except Exception as exc:
            self.reader.failure = f"{type(exc).__name__}: {exc}"

    def read(self):
        """Record every arrival."""
        known = self.crowd.known
        for message, shown in self.client.arrivals():
            delivered = Delivered.of(message)
            connection, had = message["connection"]
            at = message["arrived_at"] / 1000
            self.reader.arrivals.append(Arrival(known.setdefault(delivered, delivered), at, connection, had, shown))
            self.given += 1
            if shown:
                self.last = delivered.number

    def publish_now_and_then(self, rate):
        """Publish until the crowd is quiet."""
        number = 0
        while not self.crowd.quiet.wait(self.chance.expovariate(rate)):
            number += 1
            self.publish(f"{number} by {self.reader.name} {TEXT}")

    def publish(self, text):
        """Publish one message and record its acknowledgement."""
        now = time.time()
        sent_at = now * 1000 + self.chance.choice(self.crowd.clocks)
        publish = Publish(self.reader.name, self.reader.room, secrets.token_urlsafe(16), text, sent_at, now)
        self.crowd.log.publishes.append(publish)
        stored = self.client.publish(text, publish.nonce, sent_at)
        if stored:  # None: the client was closed meanwhile
            publish.number, publish.answered = stored["id"], time.time()

    def finish(self):
        """Wait for the threads, and record the client's counts."""
        self.reading.join()
        if self.talking:
            self.talking.join()
        client, reader = self.client, self.reader
        reader.resets, reader.reconnects, reader.again = client.resets, client.reconnects, client.again


def noting(technique):
    """Return a subclass of the technique's Client that records for each message on which connection it came.

    It counts repeated messages when it reads them, because it drops what it read last before a connection broke.
    """
    base = import_module(f"{technique}.client").Client

    class Noting(base):
        opened = newest = again = 0

        def open(self):
            self.opened, self.had = self.opened + 1, self.after
            super().open()

        def fetch(self):
            opened, had = self.opened, self.had
            batch = super().fetch()
            if opened != self.opened:  # the publishing thread has opened a connection meanwhile
                opened = 0
            return [message | {"connection": (opened, had)} for message in batch]

        def parse(self, event):
            return self.counted(super().parse(event))

        def read_page(self, page):
            return list(self.counted(super().read_page(page)))

        def counted(self, messages):
            for message in messages:
                self.again += message["id"] <= self.newest
                self.newest = max(self.newest, message["id"])
                yield message

    return Noting
