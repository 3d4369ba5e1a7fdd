"""The log: one line for each event, and none for a client's mistakes."""

import logging
from collections.abc import Callable

from lab.messages.invisible import escaped


class Lines(logging.Formatter):
    """Formatter that escapes control characters, so that no text from a client can look like a line of the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        """Return the message as one line."""
        return escaped(super().formatMessage(record).rstrip("\n"))

    def formatException(self, exc_info) -> str:  # noqa: N802
        """Return the traceback with each line indented, as an exception may quote text with line ends."""
        return "\n".join("  " + escaped(line) for line in super().formatException(exc_info).split("\n"))


def drop_refusals() -> Callable[[logging.LogRecord], bool]:
    """Return a log filter that drops what uvicorn logs as errors although it is a mistake of a client.

    These are data that is not HTTP, a handshake that the lab refuses, a frame that is not UTF-8, and pipelined requests
    of a client that is gone.
    """
    mistakes = (
        "Invalid HTTP request received",
        "without completing handshake",
        "Invalid UTF-8 sequence received from client",
        "the handler is closed",
    )

    def is_kept(record: logging.LogRecord) -> bool:
        text = record.getMessage() + (str(record.exc_info[1]) if record.exc_info else "")
        return not any(mistake in text for mistake in mistakes)

    return is_kept


def drop_layer() -> Callable[[logging.LogRecord], bool]:
    """Return a log filter that drops errors of a channels_redis task while Redis is away; the broker logs that once."""
    task = "_clean_receive_backup"  # nothing awaits it

    def is_kept(record: logging.LogRecord) -> bool:
        return task not in record.getMessage()

    return is_kept


def keep_exceptions() -> Callable[[logging.LogRecord], bool]:
    """Return a log filter that keeps what has a traceback, and drops what only names the status of a response."""
    return lambda record: record.exc_info is not None
