"""Output that never stops a command: a closed, full or narrow terminal loses text, and nothing else."""

import io
import os
import sys
from contextlib import suppress


class Tolerant(io.FileIO):
    """A file descriptor on which writing never fails: what cannot be written is dropped."""

    def write(self, data):
        """Write what can be written; return the length of all."""
        with suppress(OSError):  # nobody reads the pipe, or the disk is full
            return super().write(data)
        return len(data)


def prepare():
    """Let this process write to standard output and standard error whatever they are.

    A closed one is opened on nothing, so that no socket takes its number. A character that the encoding lacks becomes
    a question mark.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    sys.stdout, sys.stderr = tolerant(sys.stdout, 1), tolerant(sys.stderr, 2)


def tolerant(stream, number):
    """Return a text stream on a file descriptor that behaves as `stream` (None: as on nothing), and never fails."""
    return io.TextIOWrapper(
        io.BufferedWriter(Tolerant(number, "wb", closefd=False)),
        encoding=stream.encoding if stream else "utf-8",
        errors="replace",
        line_buffering=bool(stream) and stream.line_buffering,
        write_through=bool(stream) and stream.write_through,
    )
