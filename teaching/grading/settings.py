"""The settings of the server that runs a student's stage: the lab's, with a short silence before a heartbeat."""

from lab.settings import *  # noqa: F403

HEARTBEAT = 1  # seconds
