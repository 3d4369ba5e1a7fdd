"""What the log holds: no refusals, which are the client's affair, and one line for each thing said."""

import logging

from lab.messages.invisible import escaped


class Lines(logging.Formatter):
    """Escapes control characters, so that nothing a client names can look like a line of the log."""

    def formatMessage(self, record):  # noqa: N802  (as logging calls it)
        """Return the message in one line."""
        return escaped(super().formatMessage(record).rstrip("\n"))

    def formatException(self, exc_info):  # noqa: N802
        """Return the traceback, each line indented: what an exception quotes may have line ends too."""
        return "\n".join("  " + escaped(line) for line in super().formatException(exc_info).split("\n"))


def drop_refusals():
    """Return a log filter for what uvicorn calls errors and is the client's affair.

    What is no HTTP, a handshake refused by an answer of its own, a frame that is not UTF-8, a client that pipelined
    requests and left.
    """
    affairs = (
        "Invalid HTTP request received",
        "without completing handshake",
        "Invalid UTF-8 sequence received from client",
        "the handler is closed",
    )

    def is_ours(record):
        told = record.getMessage() + (str(record.exc_info[1]) if record.exc_info else "")
        return not any(affair in told for affair in affairs)

    return is_ours


def drop_layer():
    """Return a log filter for what the Redis layer's own tasks die of while Redis is away: the broker has said so."""
    own = "_clean_receive_backup"  # of channels_redis, which nobody awaits

    def is_ours(record):
        return own not in record.getMessage()

    return is_ours
