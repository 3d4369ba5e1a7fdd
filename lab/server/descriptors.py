"""Open files: a process keeps the last ones it may open for answers, and refuses connections that would take them."""

import logging
import resource
from functools import lru_cache

from django.conf import settings

from lab.messages.errors import Refused

logger = logging.getLogger(__name__)
_full = False  # the log has a line of it


def check(descriptor):
    """Raise Refused (503) where a fresh connection's descriptor is one of those that are kept.

    A system hands out the lowest that is free, so it tells how many are in use, by whatever.
    """
    global _full
    if descriptor >= limit() - kept():
        if not _full:
            _full = True
            logger.warning(
                "open files: %d of %d in use, connections are refused; raise ulimit -n.", descriptor, limit()
            )
        raise Refused("too many connections, try again.", status=503, headers={"Retry-After": "5"})
    if _full and descriptor < limit() - 2 * kept():
        _full = False


def are_scarce(descriptor):
    """Tell whether a refused connection must end at once: its descriptor is in the half that even refusals leave."""
    return descriptor >= limit() - kept() // 2


@lru_cache(maxsize=1)
def limit():
    """Return how many files the process may open."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return float("inf") if soft == resource.RLIM_INFINITY else soft


@lru_cache(maxsize=1)
def kept():
    """Return how many of them connections leave free."""
    return min(settings.FILES_KEPT, limit() // 4)
