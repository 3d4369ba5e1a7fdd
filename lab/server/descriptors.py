"""Limit on open files: a process reserves its last file descriptors for its work, and refuses connections there."""

import logging
import resource
from functools import cached_property

from django.conf import settings

from lab.messages.errors import Refused

logger = logging.getLogger(__name__)


class DescriptorLimit:
    """Refuses a connection by the number of its descriptor.

    The system uses the lowest free number, so the number shows how many files of any kind are open.
    """

    was_reached = False  # the log has a line about it

    def check(self, descriptor: int) -> None:
        """Raise Refused (503) if a new connection's descriptor is one of those that are reserved."""
        if descriptor >= self.most - self.reserved:
            if not self.was_reached:
                self.was_reached = True
                logger.warning(
                    "open files: %d of %d in use, connections are refused; raise ulimit -n.", descriptor, self.most
                )
            raise Refused("too many connections, try again.", status=503, retry_after=5)
        if self.was_reached and descriptor < self.most - 2 * self.reserved:
            self.was_reached = False

    def is_scarce(self, descriptor: int) -> bool:
        """Return whether a refused connection must end at once: refusals may use half of the reserve only."""
        return descriptor >= self.most - self.reserved // 2

    @cached_property
    def most(self) -> float:
        """How many files the process may open."""
        soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        return float("inf") if soft == resource.RLIM_INFINITY else soft

    @cached_property
    def reserved(self) -> float:
        """How many of them no connection may use."""
        return min(settings.FILES_KEPT, self.most // 4)


limit = DescriptorLimit()
