"""The promises as rules over a Log: each rule yields a sentence for each violation."""

from bisect import bisect_right
from collections import Counter, defaultdict
from itertools import islice, pairwise

from faults.recovery import recoveries

PATIENCE = 30.0  # seconds after the end of a fault, within which every client must have all messages
SHOWN = 3  # sentences that are kept for each rule


def check(log, timeout=PATIENCE):
    """Return {rule: [its first sentences, and how many more]} for every rule that was broken."""
    broken = {}
    for name, rule in RULES.items():
        sentences = rule(log, timeout) if rule is late else rule(log)
        first = list(islice(sentences, SHOWN))
        if first:
            more = sum(1 for _ in sentences)
            broken[name] = [*first, f"and {more} more"] if more else first
    return broken


def lost(log):
    """Every message that was acknowledged or is in history has reached every client of its room."""
    expected = defaultdict(set)
    for publish in log.acknowledged():
        expected[publish.room].add(publish.number)
    for room, messages in log.history.items():
        expected[room] |= {message.number for message in messages}
    for reader in log.readers:
        for number in sorted(expected[reader.room] - {arrival.message.number for arrival in reader.shown}):
            yield f"{reader.name} never saw message {number}"


def repeated(log):
    """No client sees a message twice, by its id or by its nonce."""
    for reader in log.readers:
        for key in ("number", "nonce"):
            for value, times in Counter(getattr(arrival.message, key) for arrival in reader.shown).items():
                if times > 1:
                    yield f"{reader.name} saw {key} {value} {times} times"


def unordered(log):
    """On each connection ids rise, from the `after` that its reader named."""
    for reader in log.readers:
        last, connection = 0, 0
        for arrival in reader.arrivals:
            if arrival.connection != connection or not connection:
                connection, last = arrival.connection, arrival.had or 0
            if arrival.message.number <= last:
                yield f"{reader.name} was given message {arrival.message.number} after {last} on one connection"
            last = max(last, arrival.message.number)


def gaps(log):
    """Ids count 1, 2, 3 … in history and for every reader."""
    seen = {f"history of {room}": [message.number for message in messages] for room, messages in log.history.items()}
    seen |= {reader.name: [arrival.message.number for arrival in reader.shown] for reader in log.readers}
    for whose, numbers in seen.items():
        for before, number in pairwise([0, *numbers]):
            if number != before + 1:
                yield f"{whose}: {number} follows {before}"


def disagreeing(log):
    """All clients, acknowledgements and history have the same message under each id."""
    known = {(message.room, message.number): message.nonce for messages in log.history.values() for message in messages}
    claims = [(publish.author, publish.room, publish.number, publish.nonce) for publish in log.acknowledged()]
    claims += [
        (reader.name, a.message.room, a.message.number, a.message.nonce)
        for reader in log.readers
        for a in reader.arrivals
    ]
    for who, room, number, nonce in claims:
        if known.setdefault((room, number), nonce) != nonce:
            yield f"{who}: message {number} of {room} is {nonce}, for others {known[room, number]}"


def invented(log):
    """Only published messages are delivered, character for character."""
    published = {(p.room, p.author, p.text, p.nonce, p.sent_at) for p in log.publishes}
    for each in _distinct(log):
        if (each.room, each.author, each.text, each.nonce, each.sent_at) not in published:
            yield f"nobody published message {each.number} of {each.room} as it was delivered"


def renumbered(log):
    """A nonce has one id."""
    numbers = defaultdict(set)
    for publish in log.acknowledged():
        numbers[publish.room, publish.nonce].add(publish.number)
    for message in _distinct(log):
        numbers[message.room, message.nonce].add(message.number)
    for (room, nonce), ids in numbers.items():
        if len(ids) > 1:
            yield f"nonce {nonce} of {room} has the ids {sorted(ids)}"


def falling(log):
    """The ids of an author's acknowledgements in a room rise."""
    last = defaultdict(int)
    for publish in sorted(log.acknowledged(), key=lambda publish: publish.began):
        whose = publish.author, publish.room
        if publish.number <= last[whose]:
            yield f"{publish.author} was told {publish.number} after {last[whose]}"
        last[whose] = publish.number


def foreign(log):
    """No message reaches another room."""
    for reader in log.readers:
        for arrival in reader.arrivals:
            if arrival.message.room != reader.room:
                yield f"{reader.name} in {reader.room} was given a message of {arrival.message.room}"


def failed(log):
    """No client fails or gets a reset."""
    for reader in log.readers:
        if reader.failure or reader.resets:
            yield f"{reader.name}: {reader.failure or 'told to start anew'}"


def unanswered(log):
    """Every publish is acknowledged in the end."""
    for publish in log.publishes:
        if publish.number is None:
            yield f"{publish.author} was never told what became of {publish.nonce}"


def late(log, timeout=PATIENCE):
    """Every client has all messages, old and new ones, within `timeout` seconds after the end of each fault.

    If more faults strike before that, the seconds count from the end of the last one.
    """
    for end, name, seconds in recoveries(log):
        since = log.ends[bisect_right(log.ends, end + seconds) - 1]
        if end + seconds - since > timeout:
            yield f"{name} was not back {timeout:g} s after the fault that ended at {since:.1f}"


def _distinct(log):
    return {arrival.message for reader in log.readers for arrival in reader.arrivals}


_all = (lost, repeated, unordered, gaps, disagreeing, invented, renumbered, falling, foreign, failed, unanswered, late)
RULES = {rule.__name__: rule for rule in _all}
