"""How often one address may publish: a token bucket for each."""

import time

from django.conf import settings

from lab.message import Refused

FORGET = 10_000  # buckets kept before the full ones are forgotten

_buckets = {}  # address: (tokens, the monotonic clock in seconds when they were counted)


def allow(address):
    """Count one message of `address`; raise Refused (429) when it publishes faster than the rate."""
    rate = settings.PUBLISH_RATE
    if not rate:
        return
    now = time.monotonic()
    tokens, counted = _buckets.get(address, (2 * rate, now))
    tokens = min(2 * rate, tokens + (now - counted) * rate)
    if tokens < 1:
        raise Refused("too many messages a second, wait a moment.", status=429, headers={"Retry-After": "1"})
    if len(_buckets) > FORGET:
        _forget(now, rate)
    _buckets[address] = (tokens - 1, now)


def _forget(now, rate):
    for address, (tokens, counted) in list(_buckets.items()):
        if tokens + (now - counted) * rate >= 2 * rate:
            del _buckets[address]
