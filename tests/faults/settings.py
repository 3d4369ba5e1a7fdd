"""The lab's settings for a server under test: with a bug, or with little space for announcements."""

from lab.settings import *  # noqa: F403
from lab.settings import CHANNEL_LAYERS, INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "faults.fault_injection.FaultInjection"]
BUG = env.str("FAULTS_BUG", default="")  # a module of faults.bugs
NARROW = env.bool("FAULTS_NARROW", default=False)
if NARROW:
    CHANNEL_LAYERS["default"].setdefault("CONFIG", {}).update(capacity=1, expiry=1)  # messages, seconds
    ANNOUNCEMENTS_MAX = 1  # the same for a single process, which uses no channel layer
