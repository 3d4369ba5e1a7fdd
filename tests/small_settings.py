"""The lab's settings with small bounds, so that a test can reach them."""

from lab.settings import *  # noqa: F403
from lab.settings import DATABASES, env

HEARTBEAT = 0.3
QUEUE_IDLE = 0.5
QUEUES_MAX = 30
ROOMS_MAX = 60
TAIL_MAX = 5
QUEUE_MAX = 4
WAITING_MAX = env.int("SMALL_WAITING_MAX", default=10_000)
DATABASES["default"]["OPTIONS"]["timeout"] = 0.5
