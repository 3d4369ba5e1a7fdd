"""The ledger: how many messages were lost, repeated or out of order."""

from collections import defaultdict


def count(published, readers, deliveries):
    """Return the ledger {published, expected, delivered, lost, repeated, reordered}.

    `published` is {room: ids of its messages}, `readers` is {reader: its room}, and `deliveries` is an iterable of
    (reader, room, id) in the order of arrival. Each message is expected once at each reader of its room, after all
    messages with smaller ids.
    """
    arrived = defaultdict(list)
    for reader, room, number in deliveries:
        arrived[reader, room].append(number)
    delivered = {key: list(dict.fromkeys(numbers)) for key, numbers in arrived.items()}
    expected = {(reader, room): set(published.get(room, ())) for reader, room in readers.items()}
    return {
        "published": sum(map(len, published.values())),
        "expected": sum(map(len, expected.values())),
        "delivered": sum(map(len, delivered.values())),
        "lost": sum(len(numbers.difference(delivered.get(key, ()))) for key, numbers in expected.items()),
        "repeated": sum(len(arrived[key]) - len(numbers) for key, numbers in delivered.items()),
        "reordered": sum(map(_reordered, delivered.values())),
    }


def _reordered(numbers):
    """Return how many numbers come after a larger one."""
    highest, reordered = 0, 0
    for number in numbers:
        reordered += number < highest
        highest = max(highest, number)
    return reordered
