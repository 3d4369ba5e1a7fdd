"""Who is in the rooms: Locust's users. Imported by the locustfile, after Locust."""

import random
import string
import time
from collections import deque

import gevent
from locust import User, constant, task

from benchmarks.generator import clients
from benchmarks.generator.measures import instants, pace
from lab.client import OPEN


class Person(User):
    """Somebody in a room."""

    abstract = True
    wait_time = constant(1)  # seconds until somebody whom an error has ended tries again

    def on_start(self):
        """Look around."""
        self.options, self.recorder = self.environment.parsed_options, self.environment.recorder
        self.clients = []

    def take(self, numbers):
        """Take a number, and with it a room; keep it for good."""
        if not self.clients:
            self.number = next(numbers)
            self.room = self.environment.rooms[self.number % self.options.rooms]

    def enter(self, address):
        """Return a new Client of the server at `address`."""
        options, author = self.options, f"{type(self).__name__} {self.number}"
        self.clients.append(clients.client(options, options.technique, options.stage, address, self.room, author))
        return self.clients[-1]

    def on_stop(self):
        """Leave."""
        for client in self.clients:
            client.close()

    def report(self, name, milliseconds, text):
        """Let Locust's own page show it."""
        self.environment.events.request.fire(
            request_type=self.options.technique,
            name=name,
            response_time=milliseconds,
            response_length=len(text),
            exception=None,
            context={},
        )


class Reader(Person):
    """Reads what is published."""

    @task
    def read(self):
        """Note every arrival."""
        self.take(self.environment.reader_numbers)
        reading, joined = self.enter(self.options.via or self.environment.host), time.time() * 1000
        recorder, number, seen = self.recorder, self.number, set()
        recorder.readers.append((number, reading))
        for message, _new in reading.arrivals():
            scheduled, arrived = message["sent_at"], message["arrived_at"] + recorder.offset
            if scheduled is None or scheduled < joined + recorder.offset:
                continue  # history, which a late reader is given first, was not delivered late
            recorder.deliveries.append((number, message["room"], message["id"], scheduled, arrived))
            if (message["room"], message["id"]) not in seen:
                seen.add((message["room"], message["id"]))
                recorder.arrive(self.options.technique, message, arrived)
            self.report("delivery", arrived - scheduled, message["text"])


class Publisher(Person):
    """Publishes at its instants; reads nothing, unless its technique delivers on the same connection."""

    fixed_count = 1  # the locustfile sets it

    @task
    def publish(self):
        """Publish at each instant of the schedule, whether or not the last publish is answered."""
        options, recorder = self.options, self.recorder
        recorder.publishers.append(self)
        recorder.working += 1
        recorder.begun.wait()
        self.take(recorder.publisher_numbers)
        idle = deque([self.enter(self.environment.host)])
        rng = random.Random(f"{options.seed} {self.number}")
        rate = options.rate / options.publishers
        schedule = instants(rng, rate, recorder.begun_at, options.arrivals) if rate else ()
        text = self.compose(rng)
        for instant in pace(schedule, recorder.end, recorder.now):
            # A connection takes one publish at a time. While the server is slow, more of them keep the schedule.
            writing = idle.popleft() if idle else self.enter(self.environment.host)
            gevent.spawn(self.publish_once, writing, text, instant * 1000, idle).link_exception(self.fail)
            text = self.compose(rng)  # ahead of its instant: a long one takes half a millisecond
        recorder.working -= 1
        gevent.get_hub().switch()  # stay, as somebody would who may yet say something

    def compose(self, rng):
        """Return a text of the length to measure."""
        return "".join(rng.choices(string.ascii_letters, k=self.options.text_bytes))

    def publish_once(self, writing, text, scheduled, idle):
        """Publish and note it; begin to read where that has opened the reading connection."""
        self.recorder.due += self.recorder.in_window(scheduled)
        reading, started = writing.ready_state == OPEN, self.recorder.now() * 1000
        stored = writing.publish(text, sent_at=scheduled)
        if stored is None:  # closed meanwhile
            return
        answered = self.recorder.now() * 1000
        self.recorder.publishes.append((self.room, stored["id"], scheduled, started, answered))
        self.report("publish", answered - scheduled, text)
        if writing.ready_state == OPEN and not reading:
            gevent.spawn(self.hear, writing).link_exception(self.fail)
        idle.append(writing)  # kept, as a handshake for every overlap would count as latency

    def hear(self, writing):
        """Count what is delivered here too: the server worked for it."""
        for _ in writing.arrivals():
            self.recorder.heard += 1

    def fail(self, greenlet):
        """Tell Locust what ended a greenlet of this publisher."""
        self.environment.events.user_error.fire(user_instance=self, exception=greenlet.exception, tb=None)
