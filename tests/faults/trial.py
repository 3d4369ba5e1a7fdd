"""A trial: crowds publish and read through wires while one fault strikes again and again; then the checker decides."""

import random
import secrets
import statistics
import time

from faults import checker, measured
from faults.crowd import Crowd
from faults.faults import HASTE
from faults.log import Delivered, Publish
from faults.recovery import recoveries
from support.processes import until
from support.raw_http import get, post, room_path

SIZE, RATE = 50, 20  # clients of a technique, and messages per second that they publish together
ROOMS = 2  # for each crowd, so that a message could reach the wrong room
PEACE = 1.0  # seconds before the first strike, and after the last
PATIENCE = 75  # seconds for messages that are still on their way at the end: more than two maximum backoffs
LONGEST, SLOWEST = 60, 5  # on the slowest machine: seconds besides the strikes, and strikes per second


class Trial:
    """One fault on one deployment; its `strike` gets this object."""

    def __init__(self, fault, deployment, techniques, form="short", seed=1, size=SIZE, timeout=checker.PATIENCE):
        """Make a crowd for each technique; `form`: how often the fault strikes; `seed`: of its instants.

        `timeout`: seconds after the end of a fault, within which every client must have all messages.
        """
        self.fault, self.deployment, self.count, self.haste = fault, deployment, fault.count(form), HASTE[form]
        self.chance = random.Random(f"{seed} {fault.name} {deployment.name}")
        self.timeout, self.crowds = timeout, []
        for technique in techniques:
            rooms = [f"{fault.name}-{technique}-{secrets.token_hex(3)}" for _ in range(ROOMS)]
            url, wire = deployment.wire.url(technique), deployment.wire.port(technique)
            road = fault.scissors(wire, self.chance) if fault.scissors else None
            self.crowds.append(Crowd(technique, road.url if road else url, rooms, size, RATE, seed, fault.clocks))
            self.crowds[-1].road = road  # what cuts the fault's own way, before the crowd's wire

    def put(self, fault):
        """Start a wire's fault on the wires of all crowds."""
        for crowd in self.crowds:
            self.deployment.wire.post(f"/wires/{crowd.technique}/fault", fault=fault)

    @property
    def goes_on(self):
        """Return whether strikes may go on: every trial ends by itself, even if nothing works any more."""
        return time.monotonic() < self.deadline

    def pause(self, seconds):
        """Wait for a random time, on average `seconds`."""
        time.sleep(self.chance.uniform(0.5 * seconds, 1.5 * seconds))

    def run(self):
        """Run the trial; return {technique: row of the table}."""
        self.deadline = time.monotonic() + LONGEST + self.count / SLOWEST
        try:
            for crowd in self.crowds:
                crowd.start()
            time.sleep(PEACE * self.haste)
            self.fault.strike(self)
            time.sleep(PEACE * self.haste)
            heads = [self.hushed(crowd) for crowd in self.crowds]
            self.wait_for_all(heads)
            rows = {crowd.technique: self.judged(crowd, head) for crowd, head in zip(self.crowds, heads, strict=True)}
            log = self.deployment.complaints()
            return {technique: row | {"log": log} for technique, row in rows.items()}
        finally:
            for each in (*self.crowds, *(crowd.road for crowd in self.crowds if crowd.road)):
                each.close()

    def hushed(self, crowd):
        """Stop publishing; return {room: id of its last message}."""
        crowd.hush(PATIENCE)
        return {room: self.say_last(crowd.log, room) for room in {reader.room for reader in crowd.log.readers}}

    def wait_for_all(self, heads):
        """Wait until all clients have all messages, at most as long as that may take."""
        deadline = time.monotonic() + self.timeout
        while not all(map(Crowd.has_all, self.crowds, heads)) and time.monotonic() < deadline:
            time.sleep(0.05)

    def judged(self, crowd, heads):
        """Close the crowd, and check its log."""
        crowd.close()
        crowd.log.history = {room: self.history(room, head) for room, head in heads.items()}
        figures = row(crowd.log, self.timeout) | {"strikes": crowd.strikes, "notes": crowd.note}
        crowd.broken["strikes"] = list(measured.missed(crowd.strikes, self.count, self.fault.unit))
        figures["broken"] |= {rule: sentences for rule, sentences in crowd.broken.items() if sentences}
        return figures

    def say_last(self, log, room):
        """Publish one message without a wire, so that there is a message after the last fault; return its id."""
        publish = Publish("last", room, secrets.token_hex(8), "the last", None, time.time())
        fields = {"author": publish.author, "text": publish.text, "nonce": publish.nonce}
        log.publishes.append(publish)

        def stored():
            response = post(self.deployment.url, room_path("polling", room), fields)
            return response.status in (200, 201) and response.json

        publish.number, publish.answered = until(stored, "the server does not recover", PATIENCE)["id"], time.time()
        return publish.number

    def history(self, room, head):
        """Return a room's messages up to the id `head`, read from the server without a wire."""
        messages, last, deadline = [], 0, time.monotonic() + self.timeout
        while last < head and time.monotonic() < deadline:  # the process that responds may learn of the last one late
            page = get(self.deployment.url, room_path("polling", room, f"?after={last}")).json
            messages += [Delivered.of(message) for message in page["messages"]]
            last = page["last"]
        return messages


def row(log, timeout):
    """Return a technique's figures of one trial."""
    shown = sum(len(reader.shown) for reader in log.readers)
    seconds = [seconds for _end, _reader, seconds in recoveries(log)]
    return {
        "acknowledged": len(log.acknowledged()),
        "delivered": shown,
        "lost": sum(1 for _ in checker.lost(log)),
        "repeated": sum(1 for _ in checker.repeated(log)),
        "repeated on the wire": sum(reader.again for reader in log.readers),
        "reconnects": sum(reader.reconnects for reader in log.readers),
        "median": statistics.median(seconds) if seconds else None,  # None if nothing struck
        "worst": max(seconds, default=None),
        "broken": checker.check(log, timeout),
    }
