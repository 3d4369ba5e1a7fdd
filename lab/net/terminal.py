"""Output that never stops a command: if the terminal cannot accept a text, only the text is lost."""

import io
import os
import sys
from contextlib import suppress
from typing import Any


class LossyFile(io.FileIO):
    """A file descriptor on which writing never fails: data that cannot be written is dropped."""

    def write(self, data: Any, /) -> int:
        """Write the data if possible; return its length in any case."""
        with suppress(OSError):  # the pipe has no reader, or the disk is full
            return super().write(data)
        return len(data)


def prepare() -> None:
    """Make standard output and standard error never fail.

    If one of the three standard streams is closed, it is opened on /dev/null, so that no socket gets its number.
    Characters that the encoding does not have become question marks.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    sys.stdout, sys.stderr = lossy(sys.stdout, 1), lossy(sys.stderr, 2)


def lossy(stream: Any, number: int) -> io.TextIOWrapper:
    """Return a text stream on a file descriptor that never fails, with the encoding and buffering of `stream`."""
    return io.TextIOWrapper(
        io.BufferedWriter(LossyFile(number, "wb", closefd=False)),
        encoding=stream.encoding if stream else "utf-8",
        errors="replace",
        line_buffering=bool(stream) and stream.line_buffering,
        write_through=bool(stream) and stream.write_through,
    )
