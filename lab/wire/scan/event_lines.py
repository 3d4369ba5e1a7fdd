"""Incremental parser for the lines of an event stream (HTML §9.2.6)."""

import re

LINE_END = re.compile(rb"[\r\n]")
NAME_MAX = 16  # bytes; no field with a meaning has a longer name
VALUE_MAX = 64  # bytes kept of a field's value
CR, LF = 13, 10

LINE = "line"  # the end of a line: LF or CR
LINE_FEED = "line feed"  # the LF of a CRLF; its CR was the end of the line


class EventLineParser:
    """Splits an event stream into lines, and lines into names and values, wherever the stream is cut into pieces."""

    def __init__(self):
        self.after_cr = False  # an LF that follows belongs to the line that has ended
        self.name, self.value = bytearray(), bytearray()  # their first bytes
        self.begin_line()

    def begin_line(self) -> None:
        """Prepare for the next line."""
        self.name.clear()
        self.value.clear()
        self.name_size = self.value_size = 0
        self.has_colon = self.has_space = False  # the one space after the colon belongs to the field

    @property
    def field_size(self) -> int:
        """Bytes before the value: name, colon and space."""
        return self.name_size + self.has_colon + self.has_space

    def step(self, data: bytes, place: int, end: int) -> tuple[str | None, int]:
        """Read a line from `place` on, at most to `end`; return (LINE or LINE_FEED, where reading stopped).

        (None, end): the line is incomplete. After a LINE the caller must call `begin_line`.
        """
        if self.after_cr:
            self.after_cr = False
            if data[place] == LF:
                return LINE_FEED, place + 1
        line_end = LINE_END.search(data, place, end)
        stop = line_end.start() if line_end else end
        self.read(data, place, stop)
        if not line_end:
            return None, stop
        self.after_cr = data[stop] == CR
        return LINE, stop + 1

    def read(self, data: bytes, place: int, stop: int) -> None:
        """Read a piece of a line, without the line's end."""
        if not self.has_colon:
            colon = data.find(b":", place, stop)
            until = stop if colon < 0 else colon
            self.name += data[place : min(until, place + NAME_MAX + 1 - len(self.name))]
            self.name_size += until - place
            if colon < 0:
                return
            self.has_colon = True
            place = colon + 1
        if place < stop and not (self.value_size or self.has_space) and data[place : place + 1] == b" ":
            self.has_space = True
            place += 1
        self.value += data[place : min(stop, place + VALUE_MAX - len(self.value))]
        self.value_size += stop - place
