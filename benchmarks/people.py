"""Who is in the rooms: Locust's users. Imported by the locustfile, after Locust."""

import inspect
import random
import string
import time
from collections import deque
from importlib import import_module

import gevent
from locust import User, constant, task

from benchmarks.measures import instants, pace
from lab.client import OPEN

OF_TECHNIQUES = ("interval", "hold")  # options that only some clients take


class Person(User):
    """Somebody in a room."""

    abstract = True
    wait_time = constant(1)  # seconds until somebody whom an error has ended tries again

    def on_start(self):
        """Take a number, and with it a room."""
        self.options, self.recorder = self.environment.parsed_options, self.environment.recorder
        self.number = next(self.environment.numbers[type(self).__name__])
        self.room = self.environment.rooms[self.number % self.options.rooms]
        self.clients = []

    def enter(self):
        """Return a new Client in the room."""
        technique = import_module(f"{self.options.technique}.client").Client
        takes = inspect.signature(technique).parameters
        own = {name: getattr(self.options, name) for name in OF_TECHNIQUES if name in takes}
        author = f"{type(self).__name__} {self.number}"
        client = technique(self.environment.host, self.room, author, stage=self.options.stage or None, **own)
        self.clients.append(client)
        return client

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
        client, joined = self.enter(), time.time() * 1000
        self.recorder.readers.append(client)
        for message, _new in client.arrivals():
            scheduled, arrived = message["sent_at"], message["arrived_at"]
            if scheduled is None or scheduled < joined:
                continue  # history, which a late reader is given first, was not delivered late
            self.recorder.deliveries.append((self.number, message["room"], message["id"], scheduled, arrived))
            self.report("delivery", arrived - scheduled, message["text"])


class Publisher(Person):
    """Publishes at random instants; reads nothing, unless its technique delivers on the same connection."""

    fixed_count = 1  # the locustfile sets it

    @task
    def publish(self):
        """Publish at each instant of the schedule, whether or not the last publish is answered."""
        idle, rate = deque([self.enter()]), self.options.rate / self.options.publishers
        self.recorder.publishers.append(self)
        self.recorder.working += 1
        self.recorder.begun.wait()
        rng = random.Random(f"{self.options.seed} {self.number}")
        text = self.compose(rng)
        for instant in pace(instants(rng, rate, self.recorder.begun_at), self.recorder.end):
            # A connection takes one publish at a time. While the server is slow, more of them keep the schedule.
            client = idle.popleft() if idle else self.enter()
            gevent.spawn(self.publish_once, client, text, instant * 1000, idle).link_exception(self.fail)
            text = self.compose(rng)  # ahead of its instant: a long one takes half a millisecond
        self.recorder.working -= 1
        gevent.get_hub().switch()  # stay, as somebody would who may yet say something

    def compose(self, rng):
        """Return a text of the length to measure."""
        return "".join(rng.choices(string.ascii_letters, k=self.options.text_bytes))

    def publish_once(self, client, text, scheduled, idle):
        """Publish and note it; begin to read where that has opened the reading connection."""
        self.recorder.due += self.recorder.in_window(scheduled)
        reading, started = client.ready_state == OPEN, time.time() * 1000
        stored = client.publish(text, sent_at=scheduled)
        if stored is None:  # closed meanwhile
            return
        answered = time.time() * 1000
        self.recorder.publishes.append((self.room, stored["id"], scheduled, started, answered))
        self.report("publish", answered - scheduled, text)
        if client.ready_state == OPEN and not reading:
            gevent.spawn(self.hear, client).link_exception(self.fail)
        idle.append(client)  # kept, as a handshake for every overlap would count as latency

    def hear(self, client):
        """Count what is delivered here too: the server worked for it."""
        for _ in client.arrivals():
            self.recorder.heard += 1

    def fail(self, greenlet):
        """Tell Locust what ended a greenlet of this publisher."""
        self.environment.events.user_error.fire(user_instance=self, exception=greenlet.exception, tb=None)
