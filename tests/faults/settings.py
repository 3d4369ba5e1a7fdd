"""The lab's settings for a server under test: a bug may be planted, and what announces messages be made narrow."""

from lab.settings import *  # noqa: F403
from lab.settings import CHANNEL_LAYERS, INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "faults.fault_injection.FaultInjection"]
BUG = env.str("FAULTS_BUG", default="")  # a module of faults.bugs
NARROW = env.bool("FAULTS_NARROW", default=False)
if NARROW:
    CHANNEL_LAYERS["default"].setdefault("CONFIG", {}).update(capacity=1, expiry=1)  # messages, seconds
    ANNOUNCEMENTS_MAX = 1  # the same for a process that has no others to tell, and so needs no layer
