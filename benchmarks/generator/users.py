"""Locust's users: readers. Beside them run the publishers, which are no users. Imported by the locustfile."""

import errno
import random
import string
import time
from collections import deque

import gevent
from locust import User, constant, tag, task

from benchmarks.generator.clients import create_client
from benchmarks.generator.schedule import instants, pace
from lab.client import OPEN

TAGS = READ, PUBLISH = "read", "publish"  # what a load does, as Locust's --tags and --exclude-tags name it


def wants(options, name):
    """Return whether Locust's options let a load do what has this tag."""
    return (not options.tags or name in options.tags) and name not in (options.exclude_tags or ())


class Member:
    """A reader or a publisher in a room, with clients whose faults Locust counts as failures of `work`."""

    work: str  # its name in Locust's tables

    def __init__(self, environment):
        self.environment = environment
        self.options, self.recorder = environment.parsed_options, environment.recorder
        self.clients = []

    def enter(self, number):
        """Take a number, and with it a room."""
        self.number = number
        self.room = self.environment.rooms[number % self.options.rooms]

    def add_client(self, address):
        """Return a new Client of the server at `address`."""
        options, author = self.options, f"{type(self).__name__} {self.number}"
        client = create_client(options, options.technique, options.stage, address, self.room, author)
        client.on_fault = lambda fault: self.report_fault(client, fault)
        self.clients.append(client)
        return client

    def report_fault(self, client, fault):
        """Count a fault, unless this side closed the connection: for good, or to open it again."""
        if not client.ended.is_set() and getattr(fault, "errno", None) != errno.EBADF:
            self.report(self.work, exception=fault)

    def close(self):
        """Close all clients."""
        for client in self.clients:
            client.close()

    def report(self, name, milliseconds=None, text="", exception=None):
        """Count a request in Locust's tables, as a failure if there is an exception."""
        self.environment.events.request.fire(
            request_type=self.options.technique,
            name=name,
            response_time=milliseconds,
            response_length=len(text),
            exception=exception,
            context={},
        )

    def fail(self, exception):
        """Count an error that the client does not retry; a run that is measured is then refused."""
        self.recorder.failure = f"{type(exception).__name__}: {exception}"
        self.report(self.work, exception=exception)


class Reader(Member, User):
    """Reads the messages of a room."""

    work = "connection"
    wait_time = constant(1)  # seconds until a reader whom an error has ended starts again

    def __init__(self, environment):
        User.__init__(self, environment)
        Member.__init__(self, environment)

    def on_start(self):
        """Take the next number, which stays the same after a restart."""
        self.enter(next(self.environment.reader_numbers))

    def on_stop(self):
        """Close the clients."""
        self.close()

    @tag(READ)
    @task
    def read(self):
        """Read until the end, or an error."""
        try:
            self.record_arrivals()
        except Exception as exc:
            self.fail(exc)

    def record_arrivals(self):
        """Record every arrival."""
        client, joined = self.add_client(self.options.via or self.environment.host), time.time() * 1000
        recorder, number, seen = self.recorder, self.number, set()
        recorder.readers.append((number, client))
        for message, _new in client.arrivals():
            scheduled, arrived = message["sent_at"], message["arrived_at"] + recorder.offset
            if scheduled is None or scheduled < joined + recorder.offset:
                continue  # history, which a new reader gets first, has no latency
            recorder.deliveries.append((number, message["room"], message["id"], scheduled, arrived))
            if (message["room"], message["id"]) not in seen:
                seen.add((message["room"], message["id"]))
                recorder.arrive(self.options.technique, message, arrived)
            self.report("delivery", arrived - scheduled, message["text"])


class Publisher(Member):
    """Publishes on schedule; reads nothing, unless its technique delivers on the same connection."""

    work = "publish"

    def __init__(self, environment, number):
        super().__init__(environment)
        self.enter(number)
        self.publishing = gevent.spawn(self.publish)

    def stop(self):
        """Stop publishing, and close the clients."""
        self.publishing.kill()
        self.close()

    def publish(self):
        """Publish at each instant of the schedule, whether or not the previous publish is acknowledged."""
        options, recorder = self.options, self.recorder
        recorder.publishers.append(self)
        recorder.working += 1
        recorder.began.wait()
        idle = deque([self.add_client(self.environment.host)])
        rng = random.Random(f"{options.seed} {self.number}")
        rate = options.rate / options.publishers
        schedule = instants(rng, rate, recorder.began_at, options.arrivals) if rate else ()
        text = self.random_text(rng)
        for instant in pace(schedule, recorder.end, recorder.now):
            # A connection handles one publish at a time. If the server is slow, more connections keep the schedule.
            client = idle.popleft() if idle else self.add_client(self.environment.host)
            gevent.spawn(self.publish_once, client, text, instant * 1000, idle)
            text = self.random_text(rng)  # before its instant, because a long one takes half a millisecond
        recorder.working -= 1  # the connections stay open, as a real user's would

    def random_text(self, rng):
        """Return a text of the length to measure."""
        return "".join(rng.choices(string.ascii_letters, k=self.options.text_bytes))

    def publish_once(self, client, text, scheduled, idle):
        """Publish and record it; start reading if this has opened the client's connection for reading."""
        self.recorder.due += self.recorder.in_window(scheduled)
        was_open, started = client.ready_state == OPEN, self.recorder.now() * 1000
        try:
            stored = client.publish(text, sent_at=scheduled)
        except Exception as exc:
            self.fail(exc)
            return
        if stored is None:  # closed in the meantime
            return
        acknowledged = self.recorder.now() * 1000
        self.recorder.publishes.append((self.room, stored["id"], scheduled, started, acknowledged))
        self.report(self.work, acknowledged - scheduled, text)
        if client.ready_state == OPEN and not was_open:
            gevent.spawn(self.count_deliveries, client)
        idle.append(client)  # reused, because a handshake for each overlap would count as latency

    def count_deliveries(self, client):
        """Count deliveries to this publisher, because they cost the server work too."""
        try:
            for _ in client.arrivals():
                self.recorder.heard += 1
        except Exception as exc:
            self.fail(exc)
