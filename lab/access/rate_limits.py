"""How often one address, and one session, may publish and make requests: token buckets for each."""

import threading
import time

from django.conf import settings

from lab.messages.errors import Refused

_buckets = {}  # (setting, address or session): (tokens, the monotonic clock in seconds when they were counted)
_counting = threading.Lock()  # one stage of WebSocket's publishes from a thread


def allow(visitor, nonce=None):
    """Count one message of a Visitor; raise Refused (429) when its session or its address publishes too fast.

    `nonce`: the message's, for the refusal to name.
    """
    with _counting:
        accepted = not visitor.session or _count("SESSION_RATE", visitor.session)
        accepted = accepted and _count("PUBLISH_RATE", visitor.address)
    if not accepted:
        refused = Refused("too many messages a second, wait a moment.", status=429, headers={"Retry-After": "1"})
        refused.nonce = nonce
        raise refused


def allow_request(visitor):
    """Count one request or handshake of a Visitor; raise Refused (429) when its session or address makes too many."""
    with _counting:
        accepted = not visitor.session or _count("SESSION_REQUEST_RATE", visitor.session)
        accepted = accepted and _count("REQUEST_RATE", visitor.address)
    if not accepted:
        raise Refused("too many requests a second, wait a moment.", status=429, headers={"Retry-After": "1"})


def _count(setting, whose):
    rate = getattr(settings, setting)  # a second; twice as many at once
    if not rate:
        return True
    now, key = time.monotonic(), (setting, whose)
    tokens, counted = _buckets.pop(key, (2 * rate, now))
    tokens = min(2 * rate, tokens + (now - counted) * rate)
    accepted = tokens >= 1
    _buckets[key] = (tokens - accepted, now)  # at the end: the order is that of use
    if len(_buckets) > settings.RATES_MAX:
        del _buckets[next(iter(_buckets))]
    return accepted
