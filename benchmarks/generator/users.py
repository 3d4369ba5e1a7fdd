"""Locust's users: readers and publishers. Imported by the locustfile, after Locust."""

import random
import string
import time
from collections import deque

import gevent
from locust import User, constant, task

from benchmarks.generator.clients import create_client
from benchmarks.generator.schedule import instants, pace
from lab.client import OPEN


class LabUser(User):
    """A user in a room."""

    abstract = True
    wait_time = constant(1)  # seconds until a user whom an error has ended starts again

    def on_start(self):
        """Find the options and the recorder."""
        self.options, self.recorder = self.environment.parsed_options, self.environment.recorder
        self.clients = []

    def assign_room(self, numbers):
        """Take the next number, and with it a room; both stay the same after a restart."""
        if not self.clients:
            self.number = next(numbers)
            self.room = self.environment.rooms[self.number % self.options.rooms]

    def add_client(self, address):
        """Return a new Client of the server at `address`."""
        options, author = self.options, f"{type(self).__name__} {self.number}"
        self.clients.append(create_client(options, options.technique, options.stage, address, self.room, author))
        return self.clients[-1]

    def on_stop(self):
        """Close all clients."""
        for client in self.clients:
            client.close()

    def report(self, name, milliseconds, text):
        """Show a request on Locust's own page."""
        self.environment.events.request.fire(
            request_type=self.options.technique,
            name=name,
            response_time=milliseconds,
            response_length=len(text),
            exception=None,
            context={},
        )


class Reader(LabUser):
    """Reads the messages of a room."""

    @task
    def read(self):
        """Record every arrival."""
        self.assign_room(self.environment.reader_numbers)
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


class Publisher(LabUser):
    """Publishes on schedule; reads nothing, unless its technique delivers on the same connection."""

    fixed_count = 1  # the locustfile sets it

    @task
    def publish(self):
        """Publish at each instant of the schedule, whether or not the previous publish is acknowledged."""
        options, recorder = self.options, self.recorder
        recorder.publishers.append(self)
        recorder.working += 1
        recorder.began.wait()
        self.assign_room(recorder.publisher_numbers)
        idle = deque([self.add_client(self.environment.host)])
        rng = random.Random(f"{options.seed} {self.number}")
        rate = options.rate / options.publishers
        schedule = instants(rng, rate, recorder.began_at, options.arrivals) if rate else ()
        text = self.random_text(rng)
        for instant in pace(schedule, recorder.end, recorder.now):
            # A connection handles one publish at a time. If the server is slow, more connections keep the schedule.
            client = idle.popleft() if idle else self.add_client(self.environment.host)
            gevent.spawn(self.publish_once, client, text, instant * 1000, idle).link_exception(self.fail)
            text = self.random_text(rng)  # before its instant, because a long one takes half a millisecond
        recorder.working -= 1
        gevent.get_hub().switch()  # stay connected, as a real user would

    def random_text(self, rng):
        """Return a text of the length to measure."""
        return "".join(rng.choices(string.ascii_letters, k=self.options.text_bytes))

    def publish_once(self, client, text, scheduled, idle):
        """Publish and record it; start reading if this has opened the client's connection for reading."""
        self.recorder.due += self.recorder.in_window(scheduled)
        was_open, started = client.ready_state == OPEN, self.recorder.now() * 1000
        stored = client.publish(text, sent_at=scheduled)
        if stored is None:  # closed in the meantime
            return
        acknowledged = self.recorder.now() * 1000
        self.recorder.publishes.append((self.room, stored["id"], scheduled, started, acknowledged))
        self.report("publish", acknowledged - scheduled, text)
        if client.ready_state == OPEN and not was_open:
            gevent.spawn(self.count_deliveries, client).link_exception(self.fail)
        idle.append(client)  # reused, because a handshake for each overlap would count as latency

    def count_deliveries(self, client):
        """Count deliveries to this publisher, because they cost the server work too."""
        for _ in client.arrivals():
            self.recorder.heard += 1

    def fail(self, greenlet):
        """Report to Locust the error that ended a greenlet of this publisher."""
        self.environment.events.user_error.fire(user_instance=self, exception=greenlet.exception, tb=None)
