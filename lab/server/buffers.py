"""What waits in the connections of slow clients: bounded in bytes for all of them together."""

from collections import Counter

from django.conf import settings

_waiting = {}  # connection: (address, bytes), the one that has waited longest first
_held = Counter()  # address: bytes
_total = 0


def wait(connection, address, size):
    """Count the bytes that wait for one client; past BUFFERS_BYTES cut the connection that has waited longest.

    It is one of the address for which most waits. Its client comes back, and goes on where it was.
    """
    global _total
    _waiting[connection] = address, size
    _held[address] += size
    _total += size
    while _total > settings.BUFFERS_BYTES:
        greediest = max(_held, key=_held.get)
        longest = next(each for each, (address, _size) in _waiting.items() if address == greediest)
        longest.loop.call_soon(longest.transport.abort)  # it may be in the middle of a write
        leave(longest)


def leave(connection):
    """Count nothing for a client which has taken what waited, or is gone."""
    global _total
    address, size = _waiting.pop(connection, ("", 0))
    _total -= size
    _held[address] -= size
    if not _held[address]:
        del _held[address]
