"""Who is in the rooms: Locust's users. Imported by the locustfile, after Locust."""

import inspect
import random
import string
import time
from importlib import import_module

import gevent
from locust import User, task

from benchmarks.measures import instants, pace
from lab.client import OPEN

OF_TECHNIQUES = ("interval", "hold")  # options that only some clients take


class Person(User):
    """Somebody in a room."""

    abstract = True

    def enter(self, number):
        """Make a Client in the room whose turn it is with this number."""
        options = self.environment.parsed_options
        self.recorder = self.environment.recorder
        technique = import_module(f"{options.technique}.client").Client
        takes = inspect.signature(technique).parameters
        own = {name: getattr(options, name) for name in OF_TECHNIQUES if name in takes}
        room = self.environment.rooms[number % options.rooms]
        author = f"{type(self).__name__} {number}"
        self.client = technique(self.environment.host, room, author, stage=options.stage or None, **own)

    def on_stop(self):
        """Leave."""
        self.client.close()

    def report(self, name, milliseconds, text):
        """Let Locust's own page show it."""
        self.environment.events.request.fire(
            request_type=self.client.technique,
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
        number, joined = next(self.environment.reader_numbers), time.time() * 1000
        self.enter(number)
        self.recorder.readers.append(self.client)
        for message, _new in self.client.arrivals():
            scheduled, arrived = message["sent_at"], message["arrived_at"]
            if scheduled is None or scheduled < joined:
                continue  # history, which a late reader is given first, was not delivered late
            self.recorder.deliveries.append((number, message["room"], message["id"], scheduled, arrived))
            self.report("delivery", arrived - scheduled, message["text"])


class Publisher(Person):
    """Publishes at random instants; reads nothing, unless its technique delivers on the same connection."""

    fixed_count = 1  # the locustfile sets it

    @task
    def publish(self):
        """Publish at each instant of the schedule; when late, at once."""
        number, options = next(self.environment.publisher_numbers), self.environment.parsed_options
        self.enter(number)
        self.recorder.publishers.append(self.client)
        self.recorder.working += 1
        self.recorder.begun.wait()
        rng = random.Random(f"{options.seed} {number}")
        schedule = instants(rng, options.rate / options.publishers, self.recorder.begun_at)
        for instant in pace(schedule, self.recorder.end):
            self.publish_once("".join(rng.choices(string.ascii_letters, k=options.text_bytes)), instant * 1000)
        self.recorder.working -= 1
        self.client.ended.wait()  # stay, as somebody would who may yet say something

    def publish_once(self, text, scheduled):
        """Publish, note it, and begin to read where that has opened the reading connection."""
        self.recorder.due += self.recorder.in_window(scheduled)
        reading, started = self.client.ready_state == OPEN, time.time() * 1000
        stored = self.client.publish(text, sent_at=scheduled)
        answered = time.time() * 1000
        self.recorder.publishes.append((self.client.room, stored["id"], scheduled, started, answered))
        self.report("publish", answered - scheduled, text)
        if self.client.ready_state == OPEN and not reading:
            gevent.spawn(self.hear)

    def hear(self):
        """Count what is delivered here too: the server worked for it."""
        for _ in self.client.arrivals():
            self.recorder.heard += 1
