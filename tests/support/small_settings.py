"""The lab's settings with small bounds, so that a test can reach them."""

from lab.settings import *  # noqa: F403
from lab.settings import DATABASES, env

HEARTBEAT = env.float("SMALL_HEARTBEAT", default=0.3)
SHUTDOWN_GRACE = 0.3
QUEUE_IDLE = env.float("SMALL_QUEUE_IDLE", default=0.5)
ROOM_IDLE = 0.5
HEAD_SECONDS = 0.5
BODY_SECONDS = 1
TAKE_SECONDS = env.float("SMALL_TAKE_SECONDS", default=60)
PAGE_BYTES = env.int("SMALL_PAGE_BYTES", default=262_144)
TAIL_MAX = env.int("SMALL_TAIL_MAX", default=5)
QUEUE_MAX = 4
STAGE_QUEUE_MAX = env.int("SMALL_STAGE_QUEUE_MAX", default=1_000)
TAILS_BYTES = env.int("SMALL_TAILS_BYTES", default=2_000_000)
QUEUE_BYTES = env.int("SMALL_QUEUE_BYTES", default=2_000_000)
QUEUES_BYTES = env.int("SMALL_QUEUES_BYTES", default=100_000_000)
BUFFERS_BYTES = env.int("SMALL_BUFFERS_BYTES", default=200_000_000)
WAITING_BYTES = env.int("SMALL_WAITING_BYTES", default=20_000_000)
ANNOUNCEMENTS_BYTES = env.int("SMALL_ANNOUNCEMENTS_BYTES", default=20_000_000)
QUEUES_MAX = env.int("SMALL_QUEUES_MAX", default=1_000)
ROOMS_MAX = env.int("SMALL_ROOMS_MAX", default=1_000)
CONNECTIONS_MAX = env.int("SMALL_CONNECTIONS_MAX", default=1_000)
WAITING_MAX = env.int("SMALL_WAITING_MAX", default=1_000)
SYNC_INTERVAL = env.float("SMALL_SYNC_INTERVAL", default=1.0)
DATABASES["default"]["OPTIONS"]["timeout"] = 0.3
