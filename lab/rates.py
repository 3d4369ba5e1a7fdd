"""How often one address, and one session, may publish: a token bucket for each."""

import time

from django.conf import settings

from lab.message import Refused

_buckets = {}  # (setting, address or session): (tokens, the monotonic clock in seconds when they were counted)


def allow(visitor):
    """Count one message of a Visitor; raise Refused (429) when its session or its address publishes too fast."""
    if visitor.session:
        _count("SESSION_RATE", visitor.session)
    _count("PUBLISH_RATE", visitor.address)


def _count(setting, whose):
    rate = getattr(settings, setting)  # messages a second; twice as many at once
    if not rate:
        return
    now, key = time.monotonic(), (setting, whose)
    tokens, counted = _buckets.pop(key, (2 * rate, now))
    tokens = min(2 * rate, tokens + (now - counted) * rate)
    accepted = tokens >= 1
    _buckets[key] = (tokens - accepted, now)  # at the end: the order is that of use
    if len(_buckets) > settings.RATES_MAX:
        del _buckets[next(iter(_buckets))]
    if not accepted:
        raise Refused("too many messages a second, wait a moment.", status=429, headers={"Retry-After": "1"})
